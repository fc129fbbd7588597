"""What needs a client that can be stopped between two packets, sent by paho-mqtt.

python3 clients.py SCENARIO; record.sh sets PYTHONPATH to where the package `paho` is.
The network loop is turned by hand, so that a connection can be cut before an acknowledgement is read.
"""

import socket
import ssl
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

HOST, PORT = "127.0.0.1", 1883


def client(client_id, protocol, clean=False, **more):
    """A client that keeps its session, and acknowledges nothing unless told to."""
    kept = {} if protocol == mqtt.MQTTv5 else {"clean_session": clean}
    return mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, **kept, **more)


def connect(who):
    if who.protocol == mqtt.MQTTv5:
        properties = mqtt.Properties(mqtt.PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 100
        who.connect(HOST, PORT, 60, clean_start=False, properties=properties)
    else:
        who.connect(HOST, PORT, 60)
    turn(who, who.is_connected)


def turn(who, until, seconds=5.0):
    """Turns the loop until the condition holds."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise SystemExit("clients.py: waited in vain")
        who.loop(0.05)


def rest(who, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        who.loop(0.05)


def cut(who):
    """Drops the connection as a dead link does: no DISCONNECT, nothing more is read."""
    who.socket().shutdown(socket.SHUT_RDWR)
    who.socket().close()
    who._sock = None  # paho would see it at its next read; the next connect must not wait for that


def dup(protocol, name):
    """A client that dies before PUBACK, PUBREC and PUBCOMP, in both directions."""
    sender = client(f"{name}-sender", protocol)
    connect(sender)
    sender.publish("dup/to-server", "once or twice", qos=1)
    sender.publish("dup/to-server", "exactly once", qos=2)
    sender.loop_write()
    time.sleep(0.2)  # the server's acknowledgements come, and are never read
    cut(sender)
    connect(sender)  # sends both again, with DUP
    turn(sender, lambda: not sender._out_messages)
    sender.disconnect()

    receiver = client(f"{name}-receiver", protocol, manual_ack=True)
    got = []
    receiver.on_message = lambda _client, _data, message: got.append(message)
    connect(receiver)
    receiver.subscribe("dup/to-client", qos=1)
    rest(receiver, 0.3)
    publisher = client(f"{name}-publisher", protocol, clean=True)
    connect(publisher)
    publisher.publish("dup/to-client", "did you get it?", qos=1)
    turn(publisher, lambda: not publisher._out_messages)
    publisher.disconnect()
    turn(receiver, lambda: got)
    cut(receiver)
    connect(receiver)  # the server sends it again, with DUP
    turn(receiver, lambda: len(got) > 1)
    receiver.ack(got[-1].mid, got[-1].qos)
    rest(receiver, 0.2)
    receiver.disconnect()


def wrong_level():
    """A protocol level that no server knows: 3.1.1's return code 1."""
    who = client("from-the-future", mqtt.MQTTv311, clean=True)
    who._protocol = 6
    who.connect(HOST, PORT, 60)
    rest(who, 0.5)


def bridge_v5():
    """The bridge bit on 5.0, which mosquitto's own bridge does not set: level 0x85."""
    who = client("bridge-bit-5", mqtt.MQTTv5)
    who._client_mode = mqtt.MQTT_BRIDGE
    who.connect(HOST, PORT, 60)
    rest(who, 0.5)
    who.disconnect()


def tls(keys, trusted, *ciphers):
    """Over TLS, its secrets logged: for each cipher suite a client that hears itself, 3.1.1 and 5.0 in turn."""
    for n, cipher in enumerate(ciphers):
        context = ssl.create_default_context(cafile=trusted)
        context.keylog_filename = keys
        context.set_alpn_protocols(["mqtt"])
        if cipher != "any":
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # later suites are not chosen by this name
            context.set_ciphers(cipher + ":@SECLEVEL=0")
        for protocol in (mqtt.MQTTv311, mqtt.MQTTv5):
            who = client(f"tls-{n}-{protocol}", protocol, clean=True)
            who.tls_set_context(context)
            got = []
            who.on_message = lambda _, __, message: got.append(message)
            who.username_pw_set("home", "warm")
            who.connect(HOST, 8883, 60)
            turn(who, who.is_connected)
            who.subscribe("secret/#", qos=2)
            rest(who, 0.2)
            for qos in range(3):
                who.publish("secret/door", f"code {qos}", qos=qos)
            turn(who, lambda: len(got) == 3)
            rest(who, 0.2)
            who.disconnect()


def distrust(keys):
    """The client does not know who issued the certificate, and says so."""
    context = ssl.create_default_context()
    context.keylog_filename = keys
    who = client("distrustful", mqtt.MQTTv5)
    who.tls_set_context(context)
    try:
        who.connect(HOST, 8883, 60)
    except ssl.SSLCertVerificationError:
        return
    raise SystemExit("clients.py: the certificate was meant to be refused")


def ping():
    """A client that finds out that its server does not answer."""
    who = client("pinger", mqtt.MQTTv311, clean=True)
    who.connect(HOST, PORT, 2)
    turn(who, who.is_connected)
    print("connected", flush=True)
    turn(who, lambda: not who.is_connected(), 10.0)


SCENARIOS = {
    "ping": ping,
    "dup311": lambda: dup(mqtt.MQTTv311, "v311"),
    "dup5": lambda: dup(mqtt.MQTTv5, "v5"),
    "wrong-level": wrong_level,
    "bridge-v5": bridge_v5,
    "tls": lambda: tls(*sys.argv[2:]),
    "distrust": lambda: distrust(sys.argv[2]),
}

if __name__ == "__main__":
    SCENARIOS[sys.argv[1]]()
