# shellcheck shell=bash
# The recordings, one function each; read by record.sh, which has the words used here.

ALL='tcp port 1883'

recording session.pcap '3.1.1, 5.0' 'MQTT.js, mosquitto_sub, mosquitto_pub' \
  'the demo: a thermostat (5.0, with a Will and a session that lasts) and a phone (3.1.1) that watches it and sets it' \
  'CONNECT=3 CONNACK=3 PUBLISH=10 PUBACK=5 PUBREC=3 PUBREL=3 PUBCOMP=3 SUBSCRIBE=2 SUBACK=2 UNSUBSCRIBE=1 UNSUBACK=1 PINGREQ=1 PINGRESP=1 DISCONNECT=3'
record_session() {
  open_broker
  dump -i lo "$ALL"
  sub -V mqttv311 -i phone -q 1 -t 'home/heating/#' -C 5 -k 30 &
  local phone=$! thermostat
  subscribed phone
  mqttjs thermostat >"$RUN/ready" &
  thermostat=$!
  wait_for "$RUN/ready" ready
  pub -V mqttv311 -i phone-button -q 2 -t home/heating/set -m 19.5
  wait "$thermostat"
  wait "$phone"
}

qos_311() { # mosquitto's name of the version, prefix of the client ids
  sub -V "$1" -i "$2-reader" -k 5 -q 2 -t 'meter/#' -t alarm/+ -U meter/old -U meter/older -C 6 &
  local reader=$!
  subscribed "$2-reader"
  for qos in 0 1 2; do
    pub -V "$1" -i "$2-writer" -q $qos -t "meter/qos$qos" -m "reading $qos"
  done
  pub -V "$1" -i "$2-writer" -q 1 -t alarm/door -n
  sleep 6 # longer than the Keep Alive of 5 s: PINGREQ
  printf 'line 1\nline 2\n' | pub -V "$1" -i "$2-lines" -q 1 -t meter/lines -l
  wait "$reader"
}

recording v31-qos.pcap '3.1' 'mosquitto_pub, mosquitto_sub' \
  'MQIsdp: QoS 0, 1 and 2 in both directions, UNSUBSCRIBE, PINGREQ, an empty payload' 'CONNECT=6 CONNACK=6 PUBLISH=12 PUBACK=8 PUBREC=2 PUBREL=2 PUBCOMP=2 SUBSCRIBE=1 SUBACK=1 UNSUBSCRIBE=2 UNSUBACK=2 PINGREQ=1 PINGRESP=1 DISCONNECT=6'
record_v31_qos() { open_broker; dump -i lo "$ALL"; qos_311 mqttv31 v31; }

recording v311-qos.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub' \
  'QoS 0, 1 and 2 in both directions, UNSUBSCRIBE, PINGREQ, an empty payload' 'CONNECT=6 CONNACK=6 PUBLISH=12 PUBACK=8 PUBREC=2 PUBREL=2 PUBCOMP=2 SUBSCRIBE=1 SUBACK=1 UNSUBSCRIBE=2 UNSUBACK=2 PINGREQ=1 PINGRESP=1 DISCONNECT=6'
record_v311_qos() { open_broker; dump -i lo "$ALL"; qos_311 mqttv311 v311; }

recording v5-qos.pcapng '5.0' 'mosquitto_pub, mosquitto_sub; dumpcap' \
  'the same in 5.0: reason codes 0x10 (nobody subscribed) and 0x11 (no such subscription); interface statistics' 'CONNECT=9 CONNACK=9 PUBLISH=15 PUBACK=9 PUBREC=3 PUBREL=3 PUBCOMP=3 SUBSCRIBE=1 SUBACK=1 UNSUBSCRIBE=2 UNSUBACK=2 PINGREQ=1 PINGRESP=1 DISCONNECT=9'
record_v5_qos() {
  open_broker
  capture dumpcap -q -i lo -f "$ALL" -w "$OUT"
  qos_311 mqttv5 v5
  for qos in 1 2; do pub -V mqttv5 -i v5-alone -q $qos -t nobody/listens -m "$qos"; done
  pub -V mqttv5 -i v5-user -u 'żółw' -P pa55word -t nobody/listens -m 'with a name' -D connect user-property app demo
}

recording dup.pcap '3.1.1, 5.0' 'paho-mqtt' \
  'connections that die before PUBACK and PUBREC: PUBLISH again with DUP, from client and from server; Session Present' 'CONNECT=10 CONNACK=10 PUBLISH=14 PUBACK=8 PUBREC=4 PUBREL=2 PUBCOMP=2 SUBSCRIBE=2 SUBACK=2 DISCONNECT=6'
record_dup() { open_broker; dump -i lo "$ALL"; paho dup311; paho dup5; }

recording will.pcap '3.1, 3.1.1, 5.0' 'MQTT.js, mosquitto_sub' \
  'Wills: three published after the connection broke, one by reason code 0x04, one withdrawn; 5.0 with all seven Will properties and a Will Delay' \
  'CONNECT=6 CONNACK=6 PUBLISH=4 PUBACK=4 SUBSCRIBE=3 SUBACK=3 DISCONNECT=3'
record_will() {
  open_broker
  dump -i lo "$ALL"
  sub -V mqttv5 -i watcher -q 1 -t 'wills/#' -C 4 &
  local watcher=$! doomed
  subscribed watcher
  for version in mqttv31 mqttv311; do
    mosquitto_sub -h 127.0.0.1 -V $version -i "door-$version" -t nothing \
      --will-topic "wills/$version" --will-payload 'door sensor lost' --will-qos 2 --will-retain &
    doomed=$!
    subscribed "door-$version"
    kill -KILL $doomed
    wait $doomed 2>/dev/null || true
  done
  mqttjs wills
  wait "$watcher"
}

recording retained.pcap '3.1.1, 5.0' 'mosquitto_pub, mosquitto_sub, MQTT.js' \
  'retained messages: kept, sent to a new subscriber, deleted by an empty payload; 5.0: Retain Handling 0, 1, 2, Retain As Published, No Local' \
  'CONNECT=7 CONNACK=7 PUBLISH=14 PUBACK=12 SUBSCRIBE=6 SUBACK=6 DISCONNECT=7'
record_retained() {
  open_broker
  dump -i lo "$ALL"
  for topic in a b c; do pub -V mqttv311 -i keeper -q 1 -r -t kept/$topic -m "kept $topic"; done
  sub -V mqttv311 -i newcomer -q 1 -t 'kept/#' -C 3
  mqttjs retainHandling
  pub -V mqttv5 -i keeper -q 1 -r -t kept/a -n
  sub -V mqttv5 -i latecomer -q 0 -t 'kept/#' -C 2
}

recording refused.pcap '3.1, 3.1.1, 5.0' 'MQTT.js, paho-mqtt, scripted server' \
  '3.1.1: return codes 1 to 5; 5.0: every reason code that refuses a CONNECT; PUBLISH and SUBSCRIBE not authorized' \
  'CONNECT=36 CONNACK=36 PUBLISH=2 PUBACK=2 SUBSCRIBE=2 SUBACK=2 DISCONNECT=2'
record_refused() {
  printf 'home:warm\n' >"$RUN/passwords"
  mosquitto_passwd -U "$RUN/passwords"
  printf 'topic readwrite open/#\n' >"$RUN/rights"
  printf 'user home\ntopic readwrite open/#\n' >>"$RUN/rights"
  broker <<-END
	listener 1883 127.0.0.1
	allow_anonymous false
	allow_zero_length_clientid false
	password_file $RUN/passwords
	acl_file $RUN/rights
	max_qos 1
	retain_available false
	END
  scripted_server
  dump -i lo "$ALL"
  mqttjs refusals
  paho wrong-level
  mqttjs scriptedRefusals
}

recording v5-properties.pcapng '5.0' 'MQTT.js, mosquitto_pub; scripted server; dumpcap' \
  'all properties but the two of AUTH, with user properties that repeat; reason strings; Server Reference' 'CONNECT=3 CONNACK=3 PUBLISH=7 PUBACK=5 PUBREC=1 PUBREL=1 PUBCOMP=1 SUBSCRIBE=2 SUBACK=2 UNSUBSCRIBE=2 UNSUBACK=2 DISCONNECT=3'
record_v5_properties() {
  broker <<-END
	listener 1883 127.0.0.1
	allow_anonymous true
	max_keepalive 30
	max_packet_size 50000
	END
  scripted_server
  capture dumpcap -q -i lo -f "$ALL" -w "$OUT"
  mqttjs properties
  mqttjs scriptedProperties
  pub -V mqttv5 -x 600 -q 1 -t all/from-pub -m 1 -D connect receive-maximum 3 -D connect maximum-packet-size 1000 \
    -D connect user-property from mosquitto_pub -D publish content-type text/plain -D publish payload-format-indicator 1 \
    -D publish message-expiry-interval 9 -D publish response-topic all/answers -D publish correlation-data 4711 \
    -D publish user-property a 1 -D publish user-property a 2 -D disconnect session-expiry-interval 0
}

recording v5-auth.pcap '5.0' 'MQTT.js; scripted server' \
  'enhanced authentication in three rounds, authentication again during the connection, and a method that is refused' 'CONNECT=2 CONNACK=2 DISCONNECT=1 AUTH=8'
record_v5_auth() { scripted_server; dump -i lo "$ALL"; mqttjs auth; }

recording v5-topics.pcap '5.0' 'MQTT.js, mosquitto_sub, mosquitto_rr' \
  'topic aliases (set, used, set anew), Subscription Identifiers, No Local, a shared subscription of two workers, request and response' 'CONNECT=7 CONNACK=7 PUBLISH=25 PUBACK=19 PUBREC=2 PUBREL=2 PUBCOMP=2 SUBSCRIBE=6 SUBACK=6 DISCONNECT=6'
record_v5_topics() {
  open_broker
  dump -i lo "$ALL"
  local workers=() name dashboard answerer
  for name in worker-1 worker-2; do
    mosquitto_sub -h 127.0.0.1 -V mqttv5 -i $name -q 1 -t '$share/crew/factory/+/alarm' >/dev/null &
    workers+=($!)
    subscribed $name
  done
  mqttjs subscriptionIds >"$RUN/ready" &
  dashboard=$!
  wait_for "$RUN/ready" ready
  mqttjs aliases
  wait "$dashboard"
  stop "${workers[@]}"
  sub -V mqttv5 -i answerer -q 1 -t clock/ask -C 1 &
  answerer=$!
  subscribed answerer
  mosquitto_rr -h 127.0.0.1 -V mqttv5 -i asker -q 1 -t clock/ask -e clock/answer -m 'what time is it?' -D publish correlation-data q1 >/dev/null &
  local asker=$!
  wait "$answerer"
  pub -V mqttv5 -i answerer -q 1 -t clock/answer -m 'half past nine' -D publish correlation-data q1
  wait "$asker"
}

recording v5-limits.pcap '5.0' 'MQTT.js' \
  'what the server sets: Assigned Client Identifier, Server Keep Alive, Maximum QoS and Packet Size, Retain Available; a message larger than the client takes; a session taken over, a Topic Alias above the maximum (DISCONNECT 0x94), Keep Alive run out, the server ended' \
  'CONNECT=5 CONNACK=5 PUBLISH=4 PUBACK=3 SUBSCRIBE=1 SUBACK=1 DISCONNECT=2'
record_v5_limits() {
  broker <<-END
	listener 1883 127.0.0.1
	allow_anonymous true
	max_keepalive 30
	max_qos 1
	retain_available false
	max_packet_size 2000
	max_inflight_messages 7
	END
  dump -i lo "$ALL"
  mqttjs limits >"$RUN/ready" &
  local limits=$!
  wait_for "$RUN/ready" ready
  stop "$BROKER"
  wait "$limits"
}

recording v5-disconnects.pcap '5.0' 'MQTT.js; scripted server' \
  'DISCONNECT from the server with every reason code that there is for it, and from the client with those that it may send' 'CONNECT=42 CONNACK=42 DISCONNECT=42'
record_v5_disconnects() { scripted_server; dump -i lo "$ALL"; mqttjs disconnects; }

recording bridge.pcap '3.1, 3.1.1, 5.0' 'mosquitto as a bridge, paho-mqtt, mosquitto_pub' \
  'mosquitto bridged to mosquitto: protocol levels 0x83 and 0x84 (the bridge bit), 5 without it, and 0x85; notifications as a retained Will' 'CONNECT=7 CONNACK=6 PUBLISH=12 PUBACK=9 PUBREC=3 PUBREL=3 PUBCOMP=3 SUBSCRIBE=3 SUBACK=3 UNSUBSCRIBE=3 UNSUBACK=3 DISCONNECT=3'
record_bridge() {
  open_broker 1884
  open_broker
  local central=$LOG version
  dump -i lo "$ALL"
  for version in mqttv31 mqttv311 mqttv50; do
    broker <<-END
	listener 1885 127.0.0.1
	allow_anonymous true
	connection $version
	address 127.0.0.1:1883
	bridge_protocol_version $version
	remote_clientid branch-$version
	local_clientid local-$version
	notification_topic bridges/$version
	topic news/# in 1
	topic sales/# out 2 branch/ central/
	END
    wait_for "$central" "Sending SUBACK to branch-$version"
    sleep 0.2
    pub -p 1885 -i till -q 2 -t branch/sales/today -m "12 by $version"
    pub -i editor -q 1 -t news/price -m "up ($version)"
    sleep 0.4
    stop "$BROKER"
  done
  paho bridge-v5
}

recording segments.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub, MQTT.js' \
  'a PUBLISH of 40 kB over many TCP segments, and 20 PUBLISH written at once: a segment with 20 packets' 'CONNECT=3 CONNACK=3 PUBLISH=22 PUBACK=8 PUBREC=7 PUBREL=7 PUBCOMP=7 SUBSCRIBE=1 SUBACK=1 DISCONNECT=3'
record_segments() {
  open_broker
  seq -f 'row %05g' 4000 | head -c 40000 >"$RUN/big"
  dump -i lo "$ALL"
  sub -V mqttv311 -i reader -q 0 -t 'large/#' -C 1 &
  local reader=$!
  subscribed reader
  pub -V mqttv311 -i writer -q 1 -t large/table -f "$RUN/big"
  wait "$reader"
  mqttjs burst
}

recording ipv6-port.pcapng '3.1.1, 5.0' 'mosquitto_pub, mosquitto_sub; dumpcap' \
  'IPv6 (::1) and port 11883, which is not that of MQTT' 'CONNECT=3 CONNACK=3 PUBLISH=4 PUBACK=3 PUBREC=1 PUBREL=1 PUBCOMP=1 SUBSCRIBE=1 SUBACK=1 DISCONNECT=3'
record_ipv6_port() {
  open_broker 11883 ::1
  capture dumpcap -q -i lo -f 'tcp port 11883' -w "$OUT"
  mosquitto_sub -h ::1 -p 11883 -V mqttv311 -i six-reader -q 1 -t six/# -C 2 >/dev/null &
  local reader=$!
  subscribed six-reader
  for qos in 1 2; do mosquitto_pub -h ::1 -p 11883 -V mqttv5 -i six-writer -q $qos -t six/qos$qos -m '::1'; done
  wait "$reader"
}

recording nanoseconds.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub' \
  'a pcap file with times in nanoseconds (magic number a1b23c4d)' 'CONNECT=2 CONNACK=2 PUBLISH=2 PUBACK=2 SUBSCRIBE=1 SUBACK=1 DISCONNECT=2'
record_nanoseconds() { open_broker; dump --time-stamp-precision=nano -i lo "$ALL"; short_talk; }

short_talk() {
  sub -V mqttv311 -i listener -q 1 -t 'talk/#' -C 1 &
  local listener=$!
  subscribed listener
  pub -V mqttv311 -i talker -q 1 -t talk/short -m 'hello'
  wait "$listener"
}

recording snaplen-96.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub' \
  'every frame cut at 96 bytes: the longer packets are not whole (tshark counts those it can read)' 'CONNECT=4 CONNACK=4 PUBLISH=5 PUBACK=2 SUBACK=1 DISCONNECT=2'
record_snaplen_96() {
  open_broker
  dump -s 96 -i lo "$ALL"
  sub -V mqttv311 -i listener-with-a-long-name-that-is-cut -q 1 -t 'talk/#' -C 3 &
  local listener=$!
  subscribed listener-with-a-long-name-that-is-cut
  pub -V mqttv311 -i talker -q 1 -t talk/short -m 'fits'
  pub -V mqttv311 -i talker -q 1 -t talk/long -m 'this payload is longer than what the snap length of 96 bytes leaves of it'
  pub -V mqttv311 -i talker -q 0 -t talk/short -m 'fits'
  wait "$listener"
}

recording cooked-any.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub' \
  'recorded with `tcpdump -i any`: Linux cooked capture v2 (link type 276)' 'CONNECT=2 CONNACK=2 PUBLISH=2 PUBACK=2 SUBSCRIBE=1 SUBACK=1 DISCONNECT=2'
record_cooked_any() { open_broker; dump -i any "$ALL"; short_talk; }

recording cooked-v1.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub' \
  'recorded with `tcpdump -i any -y LINUX_SLL`: Linux cooked capture v1 (link type 113)' 'CONNECT=2 CONNACK=2 PUBLISH=2 PUBACK=2 SUBSCRIBE=1 SUBACK=1 DISCONNECT=2'
record_cooked_v1() { open_broker; dump -i any -y LINUX_SLL "$ALL"; short_talk; }

recording two-interfaces.pcapng '3.1.1, 5.0' 'mosquitto_pub, mosquitto_sub; dumpcap' \
  'two interfaces in one file, and two hosts: a reader on loopback, a writer that comes over an Ethernet; the frames are not in the order of time' 'CONNECT=3 CONNACK=3 PUBLISH=4 PUBACK=2 PUBREC=2 PUBREL=2 PUBCOMP=2 SUBSCRIBE=1 SUBACK=1 DISCONNECT=3'
record_two_interfaces() {
  unshare --net sleep 60 &
  local far=$! listener
  sleep 0.2
  ip link add lan0 address 02:00:00:00:00:01 type veth peer name lan1 address 02:00:00:00:00:02 netns "$far"
  ip addr add 10.8.0.1/24 dev lan0
  ip link set lan0 up
  nsenter --net="/proc/$far/ns/net" sh -c 'ip addr add 10.8.0.2/24 dev lan1 && ip link set lan1 up'
  open_broker 1883 0.0.0.0
  capture dumpcap -q -i lo -f "$ALL" -i lan0 -f "$ALL" -w "$OUT"
  sub -V mqttv311 -i near -q 2 -t 'lan/#' -C 2 &
  listener=$!
  subscribed near
  for qos in 1 2; do
    nsenter --net="/proc/$far/ns/net" mosquitto_pub -h 10.8.0.1 -V mqttv5 -i far -q $qos -t lan/qos$qos -m 'from the other host'
  done
  wait "$listener"
  sleep 2 # dumpcap with two interfaces is in no hurry
}

recording lossy-raw.pcap '3.1.1' 'mosquitto_pub, mosquitto_sub; a link that loses packets' \
  'raw IP (link type 101) over a bad link: segments lost and sent again, repeated, out of order' 'CONNECT=2 CONNACK=2 PUBLISH=24 PUBACK=24 SUBSCRIBE=1 SUBACK=1 DISCONNECT=2'
record_lossy_raw() {
  python3 "$HERE/lossy_link.py" >"$RUN/link" &
  wait_for "$RUN/link" ready
  open_broker 1883 0.0.0.0
  # One side of the link only: the other would be the same packets with the addresses exchanged.
  dump -i lossy0 'tcp port 1883 and ((src host 10.9.0.1 and dst port 1883) or (src host 10.9.0.2 and src port 1883))'
  mosquitto_sub -h 10.9.0.2 -V mqttv311 -i shaky-reader -q 2 -t 'shaky/#' -C 12 >/dev/null &
  local reader=$!
  subscribed shaky-reader
  # Each line is longer than a segment may be on this narrow link.
  for n in $(seq 12); do echo "line $n of twelve: $(seq -s ' ' 250)"; done |
    mosquitto_pub -h 10.9.0.2 -V mqttv311 -i shaky-writer -q 1 -t shaky/lines -l
  wait "$reader"
}

recording midstream.pcap '3.1.1, 5.0' 'mosquitto_pub, mosquitto_sub' \
  'begun when the connections already stood: two readers without CONNECT, one of 3.1.1 and one of 5.0; the writers are whole' 'CONNECT=3 CONNACK=3 PUBLISH=9 PUBACK=3 PUBREC=3 PUBREL=3 PUBCOMP=3 PINGREQ=2 PINGRESP=2 DISCONNECT=5'
record_midstream() {
  open_broker
  sub -V mqttv5 -i early-5 -q 2 -k 5 -t 'mid/#' -C 3 &
  local five=$! four
  sub -V mqttv311 -i early-311 -q 2 -k 5 -t 'mid/#' -C 3 &
  four=$!
  subscribed early-5
  subscribed early-311
  dump -i lo "$ALL"
  sleep 5.5
  for qos in 0 1 2; do
    pub -V mqttv5 -i late -q $qos -t mid/qos$qos -m "message $qos" -D publish content-type text/plain -D publish user-property n $qos
  done
  wait "$five" "$four"
}

recording mqtt-sn.pcap 'SN-1.2' 'mqtt-sn-12; scripted gateway' \
  'MQTT-SN over UDP, port 1884: ADVERTISE and GWINFO; a Will and its updates; topic ids by REGISTER and SUBACK, short names, pre-defined ids; QoS -1, 0, 1 and 2; a client that sleeps' \
  'ADVERTISE=1 SEARCHGW=1 GWINFO=1 CONNECT=5 CONNACK=5 WILLTOPICREQ=1 WILLTOPIC=1 WILLMSGREQ=1 WILLMSG=1 REGISTER=2 REGACK=2 PUBLISH=18 PUBACK=4 PUBCOMP=1 PUBREC=1 PUBREL=1 SUBSCRIBE=5 SUBACK=5 UNSUBSCRIBE=1 UNSUBACK=1 PINGREQ=2 PINGRESP=2 DISCONNECT=8 WILLTOPICUPD=1 WILLTOPICRESP=1 WILLMSGUPD=1 WILLMSGRESP=1'
record_mqtt_sn() {
  ip addr add 127.0.0.1/8 broadcast 127.255.255.255 dev lo 2>/dev/null || true
  dump -i lo 'udp port 1884'
  sn_gateway gateway 1884
  sn_client display 1884 7 >"$RUN/display-ready" &
  local display=$! sleeper
  wait_for "$RUN/display-ready" subscribed
  sn_client sleeper 1884 >"$RUN/sleeper-ready" &
  sleeper=$!
  wait_for "$RUN/sleeper-ready" asleep
  sn_client thermometer 1884
  sn_client beacon 1884
  sn_client intruder 1884
  wait "$display"
  wait "$sleeper"
}

recording mqtt-sn-forwarder.pcap 'SN-1.2' 'mqtt-sn-12; scripted forwarder and gateway' \
  'MQTT-SN on both sides of a forwarder: port 2442, found by its CONNECT, and encapsulated to port 1884; a PUBLISH whose Length takes three bytes' \
  'CONNECT=2 CONNACK=2 REGISTER=4 REGACK=4 PUBLISH=4 PUBACK=4 DISCONNECT=4 ENCAPSULATED=12'
record_mqtt_sn_forwarder() {
  sn_gateway gateway 1884
  sn_gateway forwarder 2442 1884
  dump -i lo 'udp port 1884 or udp port 2442'
  sn_client node 2442
}
