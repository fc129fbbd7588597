"""A gateway of MQTT-SN 1.2 for the recordings, put together from the tables of the specification, and
a forwarder. It keeps topics and subscriptions in memory; no broker stands behind it.

  sn_gateway.py gateway PORT              prints "ready", then a line for each thing that clients wait for
  sn_gateway.py forwarder PORT GATEWAY    passes datagrams on to 127.0.0.1:GATEWAY, encapsulated
"""

import select
import socket
import struct
import sys

(ADVERTISE, SEARCHGW, GWINFO, _, CONNECT, CONNACK, WILLTOPICREQ, WILLTOPIC, WILLMSGREQ, WILLMSG, REGISTER,
 REGACK, PUBLISH, PUBACK, PUBCOMP, PUBREC, PUBREL, _, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ,
 PINGRESP, DISCONNECT, _, WILLTOPICUPD, WILLTOPICRESP, WILLMSGUPD, WILLMSGRESP) = range(0x1E)
ENCAPSULATED = 0xFE
ACCEPTED, INVALID_TOPIC, NOT_SUPPORTED = 0, 2, 3
NORMAL, PREDEFINED, SHORT = 0, 1, 2
PREDEFINED_TOPICS = {1: "site/alarm", 2: "site/clock"}
GATEWAY_ID = 7


def message(kind, body=b""):
    if len(body) + 2 < 256:
        return bytes([len(body) + 2, kind]) + body
    return struct.pack("!BHB", 1, len(body) + 4, kind) + body


def parse(data):
    """Type and body of the first message, and what stands behind it."""
    start, length = (3, struct.unpack("!H", data[1:3])[0]) if data[0] == 1 else (1, data[0])
    return data[start], data[start + 1:length], data[length:]


def matches(topic, filter_):
    levels, wanted = topic.split("/"), filter_.split("/")
    for i, want in enumerate(wanted):
        if want == "#":
            return True
        if i >= len(levels) or want not in ("+", levels[i]):
            return False
    return len(levels) == len(wanted)


class Client:
    def __init__(self):
        self.name, self.flags, self.asleep = "", 0, False
        self.ids, self.filters, self.kept = {}, {}, []
        self.msg_id = 100

    def next_msg_id(self):
        self.msg_id += 1
        return self.msg_id


class Gateway:
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.bind(("127.0.0.1", port))
        self.port = port
        self.clients, self.retained, self.topic_ids = {}, {}, {}
        self.received = {}  # PUBLISH of QoS 2, until its PUBREL

    def serve(self):
        advertise = message(ADVERTISE, struct.pack("!BH", GATEWAY_ID, 900))
        self.socket.sendto(advertise, ("127.255.255.255", self.port))
        print("ready", flush=True)
        while True:
            data, address = self.socket.recvfrom(65535)
            node = b""
            kind, body, rest = parse(data)
            if kind == ENCAPSULATED:
                node = body[1:]
                kind, body, rest = parse(rest)
            where = (address, node)
            client = self.clients.setdefault(where, Client())
            self.take(where, client, kind, body)

    def send(self, where, kind, body=b""):
        address, node = where
        data = message(kind, body)
        if node:
            data = message(ENCAPSULATED, b"\0" + node) + data
        self.socket.sendto(data, address)

    def take(self, where, client, kind, body):
        def answer(kind, *body):
            self.send(where, kind, b"".join(body))

        if kind == SEARCHGW:
            answer(GWINFO, bytes([GATEWAY_ID]))
        elif kind == CONNECT:
            client.name, client.flags, client.asleep = body[4:].decode(), body[0], False
            if body[0] & 0x04:
                client.ids, client.filters = {}, {}
            if client.name == "intruder":
                answer(CONNACK, bytes([NOT_SUPPORTED]))
            elif body[0] & 0x08:
                answer(WILLTOPICREQ)
            else:
                answer(CONNACK, bytes([ACCEPTED]))
                self.flush(where, client)
        elif kind == WILLTOPIC:
            answer(WILLMSGREQ)
        elif kind == WILLMSG:
            answer(CONNACK, bytes([ACCEPTED]))
        elif kind == WILLTOPICUPD:
            answer(WILLTOPICRESP, bytes([ACCEPTED]))
        elif kind == WILLMSGUPD:
            answer(WILLMSGRESP, bytes([ACCEPTED]))
        elif kind == REGISTER:
            number = self.id_of(client, body[4:].decode())
            answer(REGACK, struct.pack("!H", number), body[2:4], bytes([ACCEPTED]))
        elif kind == PUBLISH:
            self.publish(client, body, answer)
        elif kind == PUBREL:
            self.received.pop((client.name, body), None)
            answer(PUBCOMP, body)
        elif kind == SUBSCRIBE:
            self.subscribe(where, client, body, answer)
        elif kind == UNSUBSCRIBE:
            client.filters.pop(self.filter_of(body), None)
            answer(UNSUBACK, body[1:3])
        elif kind == PINGREQ:
            if body:
                self.flush(where, client)
            answer(PINGRESP)
        elif kind == DISCONNECT:
            client.asleep = bool(body)
            answer(DISCONNECT)
        if client.name:
            print(kind, client.name, flush=True)

    def id_of(self, client, topic):
        number = self.topic_ids.setdefault(topic, len(self.topic_ids) + 10)
        client.ids[number] = topic
        return number

    def publish(self, client, body, answer):
        flags, topic_id, msg_id, payload = body[0], body[1:3], body[3:5], body[5:]
        number, qos, form = struct.unpack("!H", topic_id)[0], flags >> 5 & 3, flags & 3
        topic = {
            NORMAL: client.ids.get(number),
            PREDEFINED: PREDEFINED_TOPICS.get(number),
            SHORT: topic_id.decode("latin-1"),
        }.get(form)
        if topic is None:
            return answer(PUBACK, topic_id, msg_id, bytes([INVALID_TOPIC]))
        if qos == 1:
            answer(PUBACK, topic_id, msg_id, bytes([ACCEPTED]))
        elif qos == 2:
            answer(PUBREC, msg_id)
        if flags & 0x10:
            self.retained[topic] = payload
        for where, other in list(self.clients.items()):
            self.deliver(where, other, topic, payload, 0)

    def deliver(self, where, client, topic, payload, retain):
        qos = max((qos for filter_, qos in client.filters.items() if matches(topic, filter_)), default=None)
        if qos is None:
            return
        if client.asleep:
            client.kept.append((topic, payload))
            return
        predefined = [number for number, name in PREDEFINED_TOPICS.items() if name == topic]
        if len(topic) == 2:
            form, number = SHORT, topic.encode("latin-1")
        elif predefined:
            form, number = PREDEFINED, struct.pack("!H", predefined[0])
        else:
            is_new = self.topic_ids.get(topic) not in client.ids
            form, number = NORMAL, struct.pack("!H", self.id_of(client, topic))
            if is_new:
                self.send(where, REGISTER, number + struct.pack("!H", client.next_msg_id()) + topic.encode())
        msg_id = client.next_msg_id() if qos else 0
        flags = qos << 5 | retain << 4 | form
        self.send(where, PUBLISH, bytes([flags]) + number + struct.pack("!H", msg_id) + payload)

    def flush(self, where, client):
        kept, client.kept, asleep = client.kept, [], client.asleep
        client.asleep = False
        for topic, payload in kept:
            self.deliver(where, client, topic, payload, 0)
        client.asleep = asleep

    def filter_of(self, body):
        form, rest = body[0] & 3, body[3:]
        return PREDEFINED_TOPICS.get(struct.unpack("!H", rest)[0]) if form == PREDEFINED else rest.decode()

    def subscribe(self, where, client, body, answer):
        flags, msg_id, filter_ = body[0], body[1:3], self.filter_of(body)
        qos = min(flags >> 5 & 3, 1)
        if filter_ is None:
            return answer(SUBACK, bytes([flags & 0x60]), b"\0\0", msg_id, bytes([INVALID_TOPIC]))
        client.filters[filter_] = qos
        is_name = flags & 3 == NORMAL and not set("+#") & set(filter_)
        number = self.id_of(client, filter_) if is_name else 0
        answer(SUBACK, bytes([qos << 5]), struct.pack("!H", number), msg_id, bytes([ACCEPTED]))
        for topic, payload in self.retained.items():
            if matches(topic, filter_):
                self.deliver(where, client, topic, payload, 1)


def forward(port, gateway):
    near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    near.bind(("127.0.0.1", port))
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.connect(("127.0.0.1", gateway))
    nodes = {}
    print("ready", flush=True)
    while True:
        for ready in select.select([near, far], [], [])[0]:
            data, address = ready.recvfrom(65535)
            if ready is near:
                node = nodes.setdefault(address, struct.pack("!H", 0x2A01 + len(nodes)))
                far.send(message(ENCAPSULATED, b"\x01" + node) + data)
            else:
                _, body, rest = parse(data)
                for address, node in nodes.items():
                    if node == body[1:]:
                        near.sendto(rest, address)


if __name__ == "__main__":
    if sys.argv[1] == "gateway":
        Gateway(int(sys.argv[2])).serve()
    else:
        forward(int(sys.argv[2]), int(sys.argv[3]))
