"""A broker that breaks the rules about what a server passes on, each for messages of one topic.

python3 bad_broker.py: speaks MQTT 5.0 on 127.0.0.1:1883, and says as mosquitto's log does whom it has sent a
SUBACK. To every other topic it does what the standard says. It reads what mosquitto's clients and sessions.py send:
filters are topics, or end with #.
"""

import socketserver
import struct
import threading

USER, EXPIRY, TYPE, RESPONSE, CORRELATION, FORMAT, IDENTIFIER = 0x26, 0x02, 0x03, 0x08, 0x09, 0x01, 0x0B
SIZES = {0x01: 1, 0x02: 4, 0x11: 4, 0x17: 1, 0x19: 1, 0x21: 2, 0x22: 2, 0x23: 2, 0x27: 4}


def text(value):
    return struct.pack(">H", len(value)) + value


def number(value):
    out = bytearray()
    while True:
        value, digit = divmod(value, 128)
        out.append(digit | (128 if value else 0))
        if not value:
            return bytes(out)


def packet(first, body):
    return bytes([first]) + number(len(body)) + body


class Reader:
    """The fields of a packet, one after the other."""

    def __init__(self, body):
        self.body, self.at = body, 0

    def take(self, count):
        self.at += count
        return self.body[self.at - count : self.at]

    def u16(self):
        return struct.unpack(">H", self.take(2))[0]

    def text(self):
        return self.take(self.u16())

    def number(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def properties(self):
        """Pairs of an identifier and the bytes behind it."""
        end = self.number()
        end += self.at
        found = []
        while self.at < end:
            kind, start = self.take(1)[0], self.at
            if kind == IDENTIFIER:
                self.number()
            elif kind in SIZES:
                self.take(SIZES[kind])
            else:
                self.text()
                if kind == USER:
                    self.text()
            found.append((kind, self.body[start : self.at]))
        return found

    def rest(self):
        return self.body[self.at :]


class Message:
    def __init__(self, sender, topic, qos, retain, properties, payload):
        self.sender, self.topic, self.qos, self.retain = sender, topic, qos, retain
        self.properties, self.payload = properties, payload


class Subscription:
    """A filter of one client, with the options that it was granted."""

    def __init__(self, client, filter, options, identifier):
        self.client, self.filter, self.identifier = client, filter, identifier
        self.qos, self.no_local = options & 3, bool(options & 4)
        self.as_published = bool(options & 8)

    def matches(self, topic):
        name = self.filter.split(b"/", 2)[2] if self.filter.startswith(b"$share/") else self.filter
        return topic.startswith(name[:-1]) if name.endswith(b"#") else name == topic


class Copy:
    """A message on its way to one subscriber, before anything is broken."""

    def __init__(self, message, subscription):
        self.message, self.subscription = message, subscription
        self.qos = min(message.qos, subscription.qos)
        self.retain = message.retain and subscription.as_published
        self.dup = False
        self.properties = list(message.properties)
        if subscription.identifier:
            self.properties.append((IDENTIFIER, subscription.identifier))

    def drop(self, kind):
        self.properties = [(own, value) for own, value in self.properties if own != kind]

    def turn(self, kind):
        """Puts the properties of a kind in the opposite order."""
        turned = [one for one in reversed(self.properties) if one[0] == kind]
        self.properties = [turned.pop(0) if one[0] == kind else one for one in self.properties]

    def send(self):
        client = self.subscription.client
        properties = b"".join(bytes([kind]) + value for kind, value in self.properties)
        head = text(self.message.topic) + (struct.pack(">H", client.next_id()) if self.qos else b"")
        body = head + number(len(properties)) + properties + self.message.payload
        client.send(packet(0x30 | self.dup << 3 | self.qos << 1 | self.retain, body))


# What is done to a copy, by its topic.
BREAKS = {
    b"drop/content-type": lambda copy: copy.drop(TYPE),
    b"drop/response-topic": lambda copy: copy.drop(RESPONSE),
    b"turn/user-properties": lambda copy: copy.turn(USER),
    b"more/expiry": lambda copy: setattr(
        copy, "properties", [(kind, struct.pack(">I", 90) if kind == EXPIRY else value) for kind, value in copy.properties]
    ),
    b"clear/retain": lambda copy: setattr(copy, "retain", False),
    b"set/retain": lambda copy: setattr(copy, "retain", True),
    b"set/retain-of-empty": lambda copy: setattr(copy, "retain", True),
    b"set/retain-for-never": lambda copy: setattr(copy, "retain", True),
    b"raise/qos": lambda copy: setattr(copy, "qos", 1),
    b"drop/identifier": lambda copy: copy.drop(IDENTIFIER),
    b"change/identifier": lambda copy: (copy.drop(IDENTIFIER), copy.properties.append((IDENTIFIER, b"\x09"))),
}


class Broker:
    def __init__(self):
        self.lock = threading.Lock()
        self.subscriptions = []
        self.waiting = []

    def publish(self, message):
        """To a topic that begins with `swap` the messages go out in pairs, the second before the first."""
        if message.topic.startswith(b"swap/"):
            self.waiting.append(message)
            if len(self.waiting) < 2:
                return
            pair, self.waiting = self.waiting, []
            for one in reversed(pair):
                self.deliver(one)
        else:
            self.deliver(message)

    def deliver(self, message):
        for subscription in [it for it in self.subscriptions if it.matches(message.topic)]:
            is_shared = subscription.filter.startswith(b"$share/")
            own = subscription.client is message.sender and subscription.no_local
            if own and message.topic != b"send/own":
                continue
            copy = Copy(message, subscription)
            BREAKS.get(message.topic, lambda copy: None)(copy)
            copy.send()
            if message.topic == b"again/new-identifier":
                copy.dup = True
                copy.send()
            if is_shared:
                subscription.client.last = message
                break

    def refused(self, client):
        """A member of a shared subscription refuses a message: it goes to another one."""
        for subscription in self.subscriptions:
            if subscription.client is not client and subscription.filter.startswith(b"$share/"):
                return Copy(client.last, subscription).send()


BROKER = Broker()


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        self.name, self.identifiers, self.last = "", 0, None
        self.request.settimeout(60)
        while True:
            first, body = self.packet()
            if first is None or first >> 4 == 14:
                break
            with BROKER.lock:
                self.answer(first, Reader(body))
        with BROKER.lock:
            BROKER.subscriptions = [it for it in BROKER.subscriptions if it.client is not self]

    def packet(self):
        first = self.exactly(1)
        if not first:
            return None, b""
        length = shift = 0
        while True:
            byte = self.exactly(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return first[0], self.exactly(length)

    def exactly(self, count):
        got = b""
        while len(got) < count:
            try:
                more = self.request.recv(count - len(got))
            except OSError:
                return b""
            if not more:
                return b""
            got += more
        return got

    def send(self, data):
        try:
            self.request.sendall(data)
        except OSError:
            pass

    def next_id(self):
        self.identifiers += 1
        return self.identifiers

    def answer(self, first, reader):
        kind = first >> 4
        if kind == 1:
            reader.take(10)
            reader.properties()
            self.name = reader.text().decode()
            self.send(packet(0x20, b"\0\0\0"))
        elif kind == 3:
            self.published(first, reader)
        elif kind == 4 and reader.take(3)[2:] == b"\x97":
            BROKER.refused(self)
        elif kind == 5:
            self.send(packet(0x62, reader.take(2)))
        elif kind == 6:
            self.send(packet(0x70, reader.take(2)))
        elif kind == 8:
            self.subscribed(reader)
        elif kind == 10:
            packet_id, _, filter = reader.take(2), reader.properties(), reader.text()
            if not filter.startswith(b"keep/"):
                BROKER.subscriptions = [it for it in BROKER.subscriptions if it.client is not self or it.filter != filter]
            self.send(packet(0xB0, packet_id + b"\0\0"))
        elif kind == 12:
            self.send(packet(0xD0, b""))

    def published(self, first, reader):
        topic, qos = reader.text(), first >> 1 & 3
        packet_id = reader.take(2) if qos else b""
        message = Message(self, topic, qos, bool(first & 1), reader.properties(), reader.rest())
        if qos:
            self.send(packet(0x50 if qos == 2 else 0x40, packet_id))
        BROKER.publish(message)

    def subscribed(self, reader):
        packet_id, identifier, codes = reader.take(2), None, b""
        for kind, value in reader.properties():
            identifier = value if kind == IDENTIFIER else identifier
        while reader.rest():
            filter, options = reader.text(), reader.take(1)[0]
            BROKER.subscriptions.append(Subscription(self, filter, options, identifier))
            codes += bytes([options & 3])
        self.send(packet(0x90, packet_id + b"\0" + codes))
        print("Sending SUBACK to", self.name, flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", 1883), Client) as server:
        print("running", flush=True)
        server.serve_forever()
