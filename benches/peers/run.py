"""How fast mqttscope is beside its peers: run.py PROGRAM [FILE]

Reads FILE, or a load that it records first (load.py), with mqttscope and with a peer in turn, ROUNDS times (5),
and prints medians, how they compare, and the most memory that mqttscope took. Settings by environment: ROUNDS;
FRAMES and BYTES of the load (1500000, 300000000); SHARE, the part of the file that the slowest peer gets (8:
an eighth, as its output is large). Nothing is judged: the last column says what the project aims at.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import load

CONNECT = "10 10 00 04 4d 51 54 54 04 02 00 3c 00 04 74 65 73 74"
# What is done; words for mqttscope; the peer's command; by how much to divide the file; what is aimed at.
# FILE stands for the capture.
ROWS = [
    ("statistics", "stats FILE", "tcpdump -r FILE -w /dev/null", False, "at most 2 times the time"),
    ("a line a packet", "read -T summary FILE", "tshark -n -r FILE -Y mqtt", False, "40 times faster"),
    ("four fields", "read -T fields -e frame.number -e mqtt.msgtype -e mqtt.topic -e mqtt.msgid FILE",
     "tshark -n -r FILE -Y mqtt -T fields -e frame.number -e mqtt.msgtype -e mqtt.topic -e mqtt.msgid", False, "60 times faster"),
    ("trees", "read -T tree FILE", "tshark -n -r FILE -Y mqtt -V -O mqtt", False, "25 times faster"),
    ("JSON with all fields", "read -T json FILE", "tshark -n -r FILE -Y mqtt -T ek", True, "60 times faster"),
    ("a filter that matches little", "read -T summary -Y mqtt.qos==2&&mqtt.topic==none FILE",
     "tshark -n -r FILE -Y mqtt.qos==2&&mqtt.topic==none", False, "60 times faster"),
    ("one pasted packet", f"decode|{CONNECT}", "tshark -v", False, "at most 3 ms"),
]


def run(words, folder):
    """Seconds that a command takes, and the most memory that it had, in MiB. Its output goes to a file.

    One that takes less than a tenth of a second is run ten times more, for the median: so short a time is mostly
    that of the machine, which has to begin a process."""
    first = once(words, folder)
    runs = [once(words, folder) for _ in range(10 if first[0] < 0.1 else 0)] or [first]
    return tuple(statistics.median(figures) for figures in zip(*runs))


def once(words, folder):
    with open(os.path.join(folder, "output"), "wb") as out, open(os.path.join(folder, "errors"), "wb") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        with open(os.path.join(folder, "errors"), errors="replace") as errors:
            sys.exit(f"run.py: {' '.join(words)}: {errors.read().strip() or 'failed'}")
    return took, usage.ru_maxrss / 1024


def share(file, parts, folder):
    """The first frames of a capture, as a file of their own."""
    path = os.path.join(folder, "share.pcap")
    left = os.path.getsize(file) // parts
    with open(file, "rb") as source, open(path, "wb") as out:
        header = source.read(24)
        order = "little" if header[:1] in (b"\xd4", b"\x4d") else "big"
        out.write(header)
        while left > 0 and len(head := source.read(16)) == 16:
            length = int.from_bytes(head[8:12], order)
            out.write(head + source.read(length))
            left -= 16 + length
    return path


def main(program, file, folder):
    rounds = int(os.environ.get("ROUNDS", "5"))
    if not file:
        file = os.path.join(folder, "load.pcap")
        load.record(file, int(os.environ.get("FRAMES", "1500000")), int(os.environ.get("BYTES", "300000000")))
    parts = int(os.environ.get("SHARE", "8"))
    small = share(file, parts, folder)
    print(f"{os.path.getsize(file):,} bytes; {rounds} rounds; load of this machine before them {os.getloadavg()[0]:.2f}\n")
    print(f"{'':30} {'mqttscope':>10} {'MiB':>5} {'peer':>10} {'MiB':>5}  ratio")
    for name, ours, theirs, is_share, aim in ROWS:
        path = small if is_share else file
        words = ours.split("|")
        ours = [program, *words[0].replace("FILE", path).split(), *words[1:]]
        theirs = theirs.replace("FILE", path).split()
        figures = [(run(ours, folder), run(theirs, folder)) for _ in range(rounds)]
        (a, b), (m, n) = ([statistics.median(r[who][what] for r in figures) for who in (0, 1)] for what in (0, 1))
        ratio = f"{b / a:.1f} times faster" if a <= b else f"{a / b:.1f} times the time"
        of = f", first 1/{parts} of the file" if is_share else ""
        print(f"{name:30} {a:8.3f} s {m:5.0f} {b:8.3f} s {n:5.0f}  {ratio} than {theirs[0]} (aim: {aim}{of})", flush=True)


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as work:
        main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None, work)
