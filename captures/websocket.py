"""MQTT over WebSocket by paho-mqtt: python3 websocket.py; record.sh sets PYTHONPATH."""

import time

import paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "paho-over-ws", transport="websockets", protocol=mqtt.MQTTv311)
got = []
client.on_message = lambda _client, _data, message: got.append(message.topic)
client.ws_set_options(path="/mqtt", headers={"X-Forwarded-For": "192.0.2.44"})
client.username_pw_set("anna", "geheim")
client.connect("127.0.0.1", 9001, 60)
client.loop_start()
while not client.is_connected():
    time.sleep(0.05)
client.subscribe("paho/#", 1)
time.sleep(0.2)
client.publish("paho/one", "by paho", 1).wait_for_publish()
client.publish("paho/two", b"\x00\x01\x02", 2).wait_for_publish()
while len(got) < 2:
    time.sleep(0.05)
time.sleep(0.2)
client.disconnect()
client.loop_stop()
