# shellcheck shell=bash
# The recordings of WebSocket and of PROXY headers; read by record.sh, which has the words used here.

websocket() { node "$HERE/websocket.js" "$@"; }
websocket_server() { # SCENARIO
  node "$HERE/websocket.js" "$1" >"$RUN/$1.out" &
  wait_for "$RUN/$1.out" ready
}
websocket_broker() { # mosquitto 2.0 does not start with a listener of WebSocket alone
  broker <<-END
	listener 1883 127.0.0.1
	listener 9001
	protocol websockets
	allow_anonymous true
	END
}

carried_by ws.pcap tcp.port==9001,http
recording ws.pcap '3.1.1, 5.0' 'MQTT.js, paho-mqtt; mosquitto' \
  'WebSocket on port 9001: upgrade, masked frames with lengths of 7, 16 and 64 bits, every QoS' 'CONNECT=2 CONNACK=2 PUBLISH=14 PUBACK=9 PUBREC=3 PUBREL=3 PUBCOMP=3 SUBSCRIBE=2 SUBACK=2 PINGREQ=1 PINGRESP=1 DISCONNECT=2'
record_ws() { websocket_broker; dump -i lo 'tcp port 9001'; websocket plain; python3 "$HERE/websocket.py"; }

carried_by ws-frames.pcap tcp.port==9005,http
recording ws-frames.pcap '3.1.1' 'npm ws; aedes' \
  'packets over several frames and several in one, messages in fragments with pings between them (port 9005)' 'CONNECT=1 CONNACK=1 PUBLISH=6 PUBACK=1 SUBSCRIBE=1 SUBACK=1 PINGREQ=2 PINGRESP=2 DISCONNECT=1'
record_ws_frames() { websocket_server server; dump -i lo 'tcp port 9005'; websocket split; }

carried_by ws-deflate.pcapng tcp.port==9002,http
recording ws-deflate.pcapng '3.1.1' 'MQTT.js; aedes behind npm ws; dumpcap' \
  'permessage-deflate: with context take-over (port 9002) and without (9003)' 'CONNECT=2 CONNACK=2 PUBLISH=16 PUBACK=16 SUBSCRIBE=2 SUBACK=2 DISCONNECT=2'
record_ws_deflate() {
  websocket_server server
  capture dumpcap -q -i lo -f 'tcp port 9002 or tcp port 9003' -w "$OUT"
  websocket deflate
}

carried_by ws-refused.pcap tcp.port==9004,http
recording ws-refused.pcap '3.1.1' 'npm ws; aedes behind npm ws' \
  'a refusal with 401; a session without a subprotocol, with a frame of text (port 9004)' 'CONNECT=1 CONNACK=1'
record_ws_refused() { websocket_server refusing; dump -i lo 'tcp port 9004'; websocket refused; }

carried_by ws-midstream.pcap tcp.port==9001,websocket
recording ws-midstream.pcap '3.1.1' 'MQTT.js; mosquitto' \
  'begun when the WebSocket connection already stood: no upgrade, no CONNECT (port 9001)' 'PUBLISH=6 PUBACK=6 PINGREQ=1 PINGRESP=1 DISCONNECT=1'
record_ws_midstream() {
  websocket_broker
  websocket early >"$RUN/ready" &
  local early=$!
  wait_for "$RUN/ready" ready
  dump -i lo 'tcp port 9001'
  wait "$early"
}

carried_by proxy.pcap tcp.port==1883,mqtt # it finds the headers by itself
recording proxy.pcap '3.1.1, 5.0' 'mosquitto_pub; HAProxy twice, before mosquitto' \
  'PROXY headers in front of MQTT: version 1 (IPv4, IPv6) and version 2 with values behind the addresses (port 1887)' 'CONNECT=3 CONNACK=3 PUBLISH=3 PUBACK=2 PUBREC=1 PUBREL=1 PUBCOMP=1 DISCONNECT=3'
record_proxy() {
  open_broker
  cat >"$RUN/haproxy.cfg" <<-END
	defaults
	  mode tcp
	  timeout connect 5s
	  timeout client 1m
	  timeout server 1m
	listen v1
	  bind 127.0.0.1:2881
	  bind ::1:2881
	  server next 127.0.0.1:1887 send-proxy
	listen v2
	  bind 127.0.0.1:2882
	  unique-id-format mqtt-%pid-%rt
	  server next 127.0.0.1:1887 send-proxy-v2 proxy-v2-options unique-id
	listen last
	  bind 127.0.0.1:1887 accept-proxy
	  server broker 127.0.0.1:1883
	END
  haproxy -f "$RUN/haproxy.cfg" >"$RUN/haproxy.log" 2>&1 &
  sleep 0.5
  dump -i lo 'tcp port 1887'
  pub -V mqttv5 -p 2881 -i behind-v1 -q 1 -t proxy/v1 -m 'IPv4 in a line'
  mosquitto_pub -h ::1 -V mqttv311 -p 2881 -i behind-v1-6 -q 1 -t proxy/v1 -m 'IPv6 in a line'
  pub -V mqttv5 -p 2882 -i behind-v2 -q 2 -t proxy/v2 -m 'in bytes'
}
