"""Clients of MQTT-SN 1.2 for the recordings, made with the PyPI package mqtt-sn-12.

  sn_clients.py SCENE PORT [COUNT]
"""

import sys
import time

from mqttsn12.client.MqttSnClient import MqttSnClient, MqttSnListener
from mqttsn12.client.MqttSnClientException import MqttSnClientException


class Listener(MqttSnListener):
    count = 0

    def message_arrived(self, _):
        Listener.count += 1


def client(name, port, **will):
    made = MqttSnClient()
    made.set_client_id(name)
    made.set_keep_alive(60)
    made.set_timeout(5)
    if will:
        made.set_will(**will)
    made.open("127.0.0.1", port)
    return made


def until(made, count):
    """Takes messages until so many have come."""
    for _ in range(100):
        if Listener.count >= count:
            return
        made.polling()
        time.sleep(0.05)
    sys.exit(f"{Listener.count} messages of {count}")


def display(port, count):
    """Subscribes in every way, takes messages, gives one subscription up, and leaves."""
    made = client("display", port)
    made.send_search_gateway(1)
    made.send_connect()
    for topic, qos in (("sensors/+", 1), ("sensors/humidity", 0), ("ab", 0)):
        made.send_subscribe(topic, qos, Listener())
    made.send_subscribe_predefined(1, 0, Listener())
    print("subscribed", flush=True)
    until(made, count)
    made.send_unsubscribe("sensors/+")
    made.send_ping_req()
    made.send_disconnect()
    made.close()


def thermometer(port, _):
    """Has a Will and changes it; publishes with every QoS; sleeps in between."""
    made = client("thermometer", port, topic="sensors/lost", message="thermometer lost", qos=1, retain=True)
    made.send_connect()
    made.send_will_topic_update("sensors/gone")
    made.send_will_message_update("thermometer gone")
    temp = made.send_register("sensors/temp")
    for qos in (0, 1, 2):
        made.send_publish_with_id(temp, 0, f"2{qos}.5".encode(), qos, retain=qos == 1)
    made.send_publish("ab", b"short", 1)
    made.send_publish_predefined(1, b"door open", 1)
    try:
        made.send_publish_with_id(999, 0, b"no such topic", 1)
    except MqttSnClientException:
        pass
    made.send_disconnect()
    made.close()


def beacon(port, _):
    """QoS -1: a pre-defined topic id and a short name, without a connection."""
    made = client("beacon", port)
    made.send_publish_predefined(1, b"fire", -1)
    made.send_publish("ab", b"-1", -1)
    made.close()


def sleeper(port, _):
    """Goes to sleep, wakes up for what was kept, and comes back."""
    made = client("sleeper", port)
    made.send_connect()
    made.send_subscribe("sensors/temp", 0, Listener())
    made.send_disconnect(60)
    print("asleep", flush=True)
    time.sleep(1.5)
    # The package has no PINGREQ with a ClientId.
    made.send_packet(b"\x09\x16sleeper")
    until(made, 3)
    made.receive_packet(True)  # PINGRESP: there is no more
    made.send_connect()
    made.send_disconnect()
    made.close()


def intruder(port, _):
    made = client("intruder", port)
    try:
        made.send_connect()
        sys.exit("the gateway should refuse this client")
    except MqttSnClientException:
        pass
    made.close()


def node(port, _):
    """What a node behind a forwarder says."""
    made = client("node-17", port)
    made.send_connect()
    made.send_publish("greenhouse/bed-3/moisture", b"41 %", 1)
    # More than 255 bytes: Length takes three.
    made.send_publish("greenhouse/bed-3/log", b"x" * 300, 1)
    made.send_disconnect()
    made.close()


if __name__ == "__main__":
    scenes = {f.__name__: f for f in (display, thermometer, beacon, sleeper, intruder, node)}
    scenes[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
