"""Records the load that the benchmark reads: load.py FILE [FRAMES] [BYTES]

Eight mosquitto_pub publish JSON through mosquitto to two mosquitto_sub, with QoS 0, 1 and 2 and MQTT 3.1.1
and 5.0, over a veth pair with an MTU of 1500 between two network namespaces (where those are not permitted:
over loopback). tcpdump writes FILE until it has FRAMES frames (1,500,000) and BYTES bytes (300,000,000).
Publishers write at a pace, as devices do: without one, it is up to the machine how many packets share a frame.
"""

import contextlib
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

PORT = 1883
# MQTT version and QoS of each publisher.
PUBLISHERS = [("311", 0), ("311", 1), ("311", 2), ("5", 0), ("5", 1), ("5", 2), ("311", 0), ("5", 1)]
SUBSCRIBERS = [("311", 2), ("5", 1)]  # mosquitto_sub 2.0 ends a 5.0 connection that brings it much QoS 2
MESSAGES = 2000  # of one connection of a publisher, all to one topic
PAUSE = 0.002  # seconds between what a publisher writes; a frame then has one packet or two


class Net:
    """Two hosts with a wire between them, or loopback."""

    def __init__(self):
        self.names = [f"ms{os.getpid()}-{end}" for end in ("broker", "client")]
        self.broker, self.client, self.interface, self.address = [], [], "lo", "127.0.0.1"

    def __enter__(self):
        a, b = self.names
        # No frame is longer than on a wire.
        lines = f"""netns add {a}
            netns add {b}
            link add mqtt0 netns {a} mtu 1500 type veth peer name mqtt1 netns {b} mtu 1500
            -n {a} addr add 10.83.0.1/24 dev mqtt0
            -n {b} addr add 10.83.0.2/24 dev mqtt1
            -n {a} link set mqtt0 up gso_max_segs 1
            -n {b} link set mqtt1 up gso_max_segs 1"""
        for line in lines.splitlines():
            done = subprocess.run(["ip", *line.split()], capture_output=True, text=True)
            if done.returncode:
                print(f"load: no network namespaces here ({done.stderr.strip()}): over loopback", file=sys.stderr)
                return self
        self.broker, self.client = (["ip", "netns", "exec", name] for name in self.names)
        self.interface, self.address = "mqtt1", "10.83.0.1"
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)


def payloads(rng, count):
    """Readings of a sensor, a line each."""
    temp = rng.uniform(15, 25)
    for n in range(count):
        temp += rng.uniform(-0.1, 0.1)
        text = f'{{"n":{n},"temp":{temp:.2f},"hum":{rng.uniform(30, 70):.1f},"ok":{str(rng.random() < 0.99).lower()}'
        yield text + (f',"note":"{"x" * rng.randrange(100, 300)}"}}\n' if rng.random() < 0.3 else "}\n")


def publish(net, index, stop):
    version, qos = PUBLISHERS[index]
    rng = random.Random(index)
    for turn in itertools.count():
        if stop.is_set():
            return
        topic = f"plant/line-{index}/machine-{turn % 25}/telemetry"
        words = ["mosquitto_pub", "-h", net.address, "-p", str(PORT), "-V", version, "-q", str(qos), "-t", topic]
        words += ["-i", f"press-{index}-{turn % 25}", "-l"] + (["-r"] if index == 6 else [])
        words += ["-D", "PUBLISH", "content-type", "application/json"] if version == "5" else []
        with subprocess.Popen(net.client + words, stdin=subprocess.PIPE) as client:
            left = payloads(rng, MESSAGES)
            while text := "".join(itertools.islice(left, rng.randint(1, 3))):
                client.stdin.write(text.encode())
                client.stdin.flush()
                time.sleep(PAUSE)
        if client.returncode:
            raise subprocess.CalledProcessError(client.returncode, words)


@contextlib.contextmanager
def started(*words, **options):
    process = subprocess.Popen(words, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def record(file, frames, size):
    with contextlib.ExitStack() as stack:
        net = stack.enter_context(Net())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        config = os.path.join(folder, "broker.conf")
        with open(config, "w") as out:
            out.write(f"listener {PORT} {net.address}\nallow_anonymous true\nmax_queued_messages 0\n")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        stack.enter_context(started(*net.broker, "mosquitto", "-c", config, **quiet))
        errors = open(os.path.join(folder, "tcpdump"), "w+")
        capture = [*net.client, "tcpdump", "-n", "-B", "262144", "-i", net.interface, "-w", file, f"tcp port {PORT}"]
        tcpdump = stack.enter_context(started(*capture, stderr=errors))
        time.sleep(1.5)
        for version, qos in SUBSCRIBERS:
            words = ["mosquitto_sub", "-h", net.address, "-p", str(PORT), "-V", version, "-q", str(qos), "-t", "plant/#"]
            stack.enter_context(started(*net.client, *words, "-i", f"historian-{version}", **quiet))
        stop = threading.Event()
        threads = [threading.Thread(target=publish, args=(net, n, stop)) for n in range(len(PUBLISHERS))]
        for thread in threads:
            thread.start()
        try:
            while tcpdump.poll() is None and not is_enough(net, file, frames, size):
                time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        time.sleep(1)
        tcpdump.terminate()
        tcpdump.wait()
        errors.seek(0)
        words = errors.read()
    count, dropped = (int(re.search(rf"(\d+) packets? {what}", words)[1]) for what in ("captured", "dropped by kernel"))
    print(f"load: {count:,} frames, {os.path.getsize(file):,} bytes, {dropped:,} dropped on the way", file=sys.stderr)


def is_enough(net, file, frames, size):
    """Whether the interface has carried that many frames, and the file is that long (both lag a little)."""
    total = 0
    for way in ("rx", "tx") if net.client else ("rx",):
        path = f"/sys/class/net/{net.interface}/statistics/{way}_packets"
        total += int(subprocess.run([*net.client, "cat", path], capture_output=True, check=True).stdout)
    return total >= frames * 1.01 and os.path.getsize(file) >= size * 1.01


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    record(sys.argv[1], *map(int, (sys.argv[2:] + ["1500000", "300000000"][len(sys.argv) - 2 :])))
