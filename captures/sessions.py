"""Scripted clients for the recordings of sessions: what no library sends, byte by byte.

    sessions.py war|unfinished|limits|order|late|wills|passed
"""

import socket
import struct
import sys
import time

HOST = ("127.0.0.1", 1883)


def text(value):
    value = value.encode()
    return struct.pack(">H", len(value)) + value


def packet(first, body):
    assert len(body) < 128 * 128
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    return bytes([first]) + length + body


def publish(topic, payload, qos=0, number=1, dup=False, retain=False, properties=b"", v5=True):
    head = text(topic) + (struct.pack(">H", number) if qos else b"")
    more = bytes([len(properties)]) + properties if v5 else b""
    return packet(0x30 | dup << 3 | qos << 1 | retain, head + more + payload.encode())


def ack(first, number):
    return packet(first, struct.pack(">H", number))


def subscribe(topic, qos, number=1, v5=True, properties=b""):
    more = bytes([len(properties)]) + properties if v5 else b""
    return packet(0x82, struct.pack(">H", number) + more + text(topic) + bytes([qos]))


class Client:
    """A connection that sends what it is told and throws away what comes."""

    def __init__(self, name, v5=True, clean=True, keep_alive=60, properties=b"", will=None, delay=0, source=""):
        flags = 2 * clean | (4 if will else 0)
        body = text("MQTT") + bytes([5 if v5 else 4, flags]) + struct.pack(">H", keep_alive)
        body += bytes([len(properties)]) + properties if v5 else b""
        body += text(name)
        if will:
            more = struct.pack(">BBI", 5, 0x18, delay) if delay else b"\0"
            body += (more if v5 else b"") + text(will[0]) + text(will[1])
        self.v5 = v5
        self.socket = socket.create_connection(HOST, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(packet(0x10, body))

    def send(self, *packets):
        """Each in a segment of its own, and what comes back in the meantime."""
        got = b""
        for one in packets:
            try:
                self.socket.sendall(one)
            except OSError:
                break
            got += self.wait(0.05)
        return got

    def wait(self, seconds):
        got, until = b"", time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                more = self.socket.recv(4096)
            except OSError:
                break
            if not more:
                break
            got += more
        return got

    def leave(self):
        self.send(packet(0xE0, b""))
        self.socket.close()

    def die(self):
        """Ends without a word, as a killed process does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def war():
    """Two devices that were given the same name: each comes back when the other has thrown it out."""
    devices = [None, None]
    for turn in range(6):
        devices[turn % 2] = Client("doorbell", source=f"127.0.0.{turn % 2 + 1}")
        time.sleep(0.4)
        other = devices[(turn + 1) % 2]
        if other:
            other.wait(0.1)
            other.socket.close()
    devices[1].leave()


def unfinished():
    """QoS 2 that a killed client leaves open: finished on its next connection, or never."""
    lasting = struct.pack(">BI", 0x11, 600)
    watcher = Client("watcher", clean=True, properties=lasting)
    watcher.send(subscribe("meter/#", 2))
    meter = Client("meter", clean=True, properties=lasting)
    meter.send(publish("meter/1", "first", 2, 1), ack(0x62, 1))
    watcher.send(ack(0x50, 1), ack(0x70, 1))
    # Killed between PUBREC and PUBREL.
    meter.send(publish("meter/1", "second", 2, 2))
    meter.die()
    # The watcher is away while it is published.
    watcher.leave()
    meter = Client("meter", clean=False, properties=lasting)
    meter.send(ack(0x62, 2))
    meter.send(publish("meter/1", "third", 2, 3))
    meter.die()
    watcher = Client("watcher", clean=False, properties=lasting)
    watcher.send(ack(0x50, 2), ack(0x70, 2))
    watcher.leave()
    # A client that throws its session away.
    meter = Client("meter", clean=True)
    meter.leave()


def limits():
    """Each breaks one limit of the server, once its CONNACK has come."""
    for name, packets in {
        "qos": [publish("limits/a", "x", 2)],
        "retain": [publish("limits/a", "x", 0, retain=True)],
        "size": [publish("limits/a", "x" * 3000)],
        "alias": [publish("limits/a", "x", properties=b"\x23\0\x63")],
        "receive": [b"".join(publish("limits/a", "x", 1, number) for number in range(1, 9))],
        "wildcard": [subscribe("limits/#", 0)],
    }.items():
        client = Client(name)
        client.wait(0.1)
        client.send(*packets)
        client.wait(0.1)
        client.socket.close()


def order():
    """Packet Identifiers and acknowledgments that are not what they should be, and near ones that are."""
    client = Client("order", will=("order/will", "lost"))
    client.send(subscribe("order/#", 2, 1))
    client.send(publish("order/a", "one", 2, 2))  # waits for PUBREL from now on
    client.send(publish("order/a", "two", 1, 2))  # the same identifier
    client.send(packet(0xE0, b"\x04"))  # with Will
    client.socket.close()
    client = Client("again")
    client.send(publish("order/a", "three", 2, 7))
    client.send(publish("order/a", "three", 2, 7, dup=True))
    client.socket.close()
    client = Client("late")
    client.send(publish("order/a", "four", 2, 8), ack(0x62, 8))
    client.send(publish("order/a", "four", 2, 8, dup=True))
    client.leave()
    client = Client("nothing")
    client.send(ack(0x40, 9))
    client.socket.close()
    client = Client("early", v5=False)
    client.send(publish("order/a", "five", 2, 5, v5=False) + ack(0x62, 5))
    client.send(packet(0xC0, b""))
    client.leave()


def late():
    """A PINGREQ and a PINGRESP that are late, and a device that comes back while the broker still holds
    the connection that it lost."""
    sleepy = Client("sleepy", v5=False, keep_alive=2)
    sleepy.wait(2.4)
    sleepy.send(packet(0xC0, b""))
    sleepy.leave()
    lost = []
    for _ in range(5):
        lost.append(Client("roamer"))
        # From now on it neither reads nor writes there.
        time.sleep(0.6)
    for roamer in lost:
        roamer.die()
    patient = Client("patient", v5=False)
    # The broker is stopped now, and goes on when the client has left.
    patient.wait(1)
    patient.send(packet(0xC0, b""))
    patient.wait(1.5)
    patient.socket.close()
    time.sleep(2)


def wills():
    """Messages and Wills that go out, that must not, and that a subscriber may not read."""
    watcher = Client("watcher")
    for number, topic in enumerate(["open/#", "secret/#", "forbidden/#"], 1):
        watcher.send(subscribe(topic, 1, number))
    # The server refuses one message, and does not let the watcher read the other.
    writer = Client("writer")
    writer.send(publish("forbidden/door", "open", 1, 1))
    writer.send(publish("secret/door", "open", 1, 2))
    writer.send(publish("open/door", "open", 1, 3))
    watcher.send(ack(0x40, 1))
    # Its Will is what it has published before.
    echo = Client("echo", will=("open/echo", "here"))
    echo.send(publish("open/echo", "here"))
    watcher.wait(0.2)
    echo.die()
    watcher.wait(0.5)
    # The watcher may not read the Will of this one.
    spy = Client("spy", will=("secret/spy", "caught"))
    spy.wait(1.2)
    spy.die()
    # Comes back before the delay of its Will is over, then not any more.
    lasting = struct.pack(">BI", 0x11, 60)
    boat = Client("boat", properties=lasting, will=("open/boat", "lost"), delay=4)
    boat.die()
    watcher.wait(1)
    boat = Client("boat", clean=False, properties=lasting, will=("open/boat", "lost"), delay=4)
    watcher.wait(6)
    boat.die()
    watcher.wait(6)
    watcher.send(packet(0xC0, b""))
    writer.leave()
    watcher.leave()


def passed():
    """What mosquitto's clients can't ask for; the server of bad_broker.py does the rest."""
    writer = Client("writer")
    echo = Client("echo")
    echo.send(subscribe("send/own", 4), publish("send/own", "hear myself"))
    echo.leave()
    never = Client("never")
    never.send(subscribe("set/retain-for-never", 0x20))
    writer.send(publish("set/retain-for-never", "as if it had been kept", retain=True))
    never.leave()
    # The server forgets that this one does not want it any more.
    left = Client("left")
    left.send(subscribe("keep/left", 0), packet(0xA2, b"\0\2\0" + text("keep/left")))
    left.wait(1.5)
    writer.send(publish("keep/left", "still there?"))
    left.wait(0.2)
    left.leave()
    crew = [Client("crew-1"), Client("crew-2")]
    for member in crew:
        member.send(subscribe("$share/crew/refuse/alarm", 1))
    writer.send(publish("refuse/alarm", "fire", 1, 1))
    crew[0].send(packet(0x40, b"\0\1\x97\0"))
    crew[1].send(ack(0x40, 1))
    for client in [*crew, writer]:
        client.leave()


if __name__ == "__main__":
    scenes = {"war": war, "unfinished": unfinished, "limits": limits, "order": order, "late": late, "wills": wills}
    scenes["passed"] = passed
    scenes[sys.argv[1]]()
