"""A link that loses, repeats and reorders packets, from a tun device of one's own.

Every IP packet that the kernel sends to 10.9.0.2 comes out here, and goes back in with source and
destination exchanged (which leaves all checksums right): a client that talks to 10.9.0.2 reaches a
server on this machine. What a packet with TCP payload has to suffer is decided by its number, so
that each run of the recording meets the same faults.
"""

import fcntl
import os
import struct
import subprocess
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LOSE, REPEAT, HOLD = {7, 19, 33}, {4, 15}, {10, 11, 26}


def payload_length(packet):
    header = (packet[0] & 15) * 4
    return len(packet) - header - (packet[header + 12] >> 4) * 4


def main():
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"lossy0", IFF_TUN | IFF_NO_PI))
    run = lambda *words: subprocess.run(words, check=True)
    run("ip", "addr", "add", "10.9.0.1/24", "dev", "lossy0")
    run("ip", "link", "set", "lossy0", "up", "mtu", "600")
    print("ready", flush=True)
    number, held = 0, []
    while True:
        packet = os.read(tun, 65536)
        if packet[0] >> 4 != 4 or packet[9] != 6:
            continue
        back = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
        number += payload_length(packet) > 0
        fate = number if payload_length(packet) > 0 else 0
        if fate in LOSE:
            continue
        if fate in HOLD:
            held.append(back)
            continue
        for out in [back] * (2 if fate in REPEAT else 1) + held:
            os.write(tun, out)
        held.clear()


if __name__ == "__main__":
    sys.exit(main())
