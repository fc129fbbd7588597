"""Counts the MQTT packets in what tshark takes out of WebSocket, or shows as data behind a PROXY header.

tshark 4.0 has no MQTT there; it unmasks, joins and inflates all the same. Standard input: lines of
stream, source port and bytes in hex; standard output: "TYPE=count ..." in the order of the types.
"""

import sys
from collections import Counter, defaultdict

TYPES = (
    "RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK "
    "UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH"
).split()


def packets(data):
    """The types of the packets in a stream."""
    at = 0
    while at < len(data):
        kind, length, shift, start = data[at] >> 4, 0, 0, at + 1
        while start < len(data):
            byte = data[start]
            length |= (byte & 0x7F) << shift
            shift, start = shift + 7, start + 1
            if byte < 0x80:
                break
        yield kind
        at = start + length


streams = defaultdict(bytes)
for line in sys.stdin:
    stream, port, data = (line.rstrip("\n").split("\t") + ["", ""])[:3]
    streams[stream, port] += bytes.fromhex(data.replace(",", ""))
counts = Counter(kind for data in streams.values() for kind in packets(data))
print(" ".join(f"{TYPES[kind]}={counts[kind]}" for kind in sorted(counts)))
