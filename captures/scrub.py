"""Takes from a pcapng file what names the machine it was made on: python3 scrub.py FILE.

Of each section header the hardware and operating system, of each interface its operating system;
all other blocks stay as they are, byte for byte.
"""

import struct
import sys

SECTION, INTERFACE = 0x0A0D0D0A, 1
# block type -> (bytes before the options, option codes that go)
NAMED = {SECTION: (16, {2, 3}), INTERFACE: (8, {12})}


def options(data):
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        end = at + 4 + (length + 3) // 4 * 4
        yield code, data[at:end]
        at = end


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    out, at = bytearray(), 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        if kind in NAMED:
            fixed, gone = NAMED[kind]
            body = body[:fixed] + b"".join(raw for code, raw in options(body[fixed:]) if code not in gone)
        size = len(body) + 12
        out += struct.pack("<II", kind, size) + body + struct.pack("<I", size)
        at += length
    with open(path, "wb") as file:
        file.write(out)


if __name__ == "__main__":
    main(sys.argv[1])
