"""Connections that end badly: what no well-behaved client sends, by hand over a plain socket.

python3 ends.py SCENE...; each scene is one connection with its name as Client Identifier.
"""

import socket
import struct
import sys
import time

PORT = 1883


def text(value):
    return struct.pack(">H", len(value)) + value.encode()


def packet(first, body):
    length, out = len(body), bytearray([first])
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (128 if length else 0))
        if not length:
            return bytes(out) + body


def connect(name, level=4, keep_alive=60):
    properties = b"\0" if level == 5 else b""
    return packet(0x10, text("MQTT") + struct.pack(">BBH", level, 2, keep_alive) + properties + text(name))


def publish(topic, payload, qos=0, packet_id=1, level=4, first=None):
    body = text(topic) + (struct.pack(">H", packet_id) if qos else b"") + (b"\0" if level == 5 else b"")
    return packet(first if first is not None else 0x30 | qos << 1, body + payload)


def opened(host="127.0.0.1"):
    sock = socket.create_connection((host, PORT))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(10)
    return sock


def accepted(name, level=4, **more):
    sock = opened()
    sock.sendall(connect(name, level, **more))
    sock.recv(1024)
    time.sleep(0.1)  # the acknowledgment of the CONNACK goes out first
    return sock


def until_closed(sock):
    """Reads until the server ends the connection."""
    try:
        while sock.recv(1024):
            pass
    except ConnectionResetError:
        pass
    sock.close()


def sends(name, data, level=4):
    sock = accepted(name, level)
    sock.sendall(data)
    until_closed(sock)


def reset(name):
    sock = accepted(name)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def half(name):
    sock = accepted(name)
    sock.sendall(packet(0x30, text("ends/half") + bytes(100))[:40])
    time.sleep(0.1)
    sock.close()


def nothing(_):
    sock = opened()
    time.sleep(0.2)
    sock.close()


def nothing_until_closed(_):
    until_closed(opened())


def silent(name):
    until_closed(accepted(name, keep_alive=1))


def twins(name):
    first = accepted(name)
    second = accepted(name)
    until_closed(first)
    second.sendall(b"\xe0\0")
    until_closed(second)


def no_connect(_):
    sock = opened()
    sock.sendall(publish("ends/first", b"no CONNECT"))
    until_closed(sock)


SCENES = {
    "reset": reset,
    "half": half,
    "nothing": nothing,
    "nothing-until-closed": nothing_until_closed,
    "silent": silent,
    "twins": twins,
    "no-connect": no_connect,
    "qos3-311": lambda name: sends(name, publish("ends/qos3", b"?", 1, first=0x36)),
    "qos3-5": lambda name: sends(name, publish("ends/qos3", b"?", 1, level=5, first=0x36), 5),
    "wildcard": lambda name: sends(name, publish("ends/#", b"to all")),
    "garbage": lambda name: sends(name, bytes([0xFF] * 24)),
    "connect-twice": lambda name: sends(name, connect(name)),
    "too-large": lambda name: sends(name, publish("ends/large", bytes(1200), level=5), 5),
    "not-allowed": lambda name: sends(name, publish("forbidden/door", b"open", 1)),
}

if __name__ == "__main__":
    for scene in sys.argv[1:]:
        SCENES[scene](scene)
        time.sleep(0.2)
