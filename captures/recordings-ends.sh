# shellcheck shell=bash
# Recordings of connections that end badly, one function each; read by record.sh, which has the words
# used here. What each end is stands in tests/verdicts.rs.

ends() { python3 "$HERE/ends.py" "$@"; }

recording ends.pcap '3.1.1, 5.0' 'mosquitto_pub, mosquitto_sub, paho-mqtt; scripted clients' \
  'ends: refused, killed, reset, malformed and forbidden packets, a limit broken, half a packet, nothing sent, a server that hangs and is killed, a closed port' 'CONNECT=15 CONNACK=14 PUBLISH=5 SUBSCRIBE=2 SUBACK=2 PINGREQ=1 DISCONNECT=2'
record_ends() {
  printf 'home:warm\n' >"$RUN/passwords"
  mosquitto_passwd -U "$RUN/passwords"
  broker <<-END
	per_listener_settings true
	max_packet_size 1000
	listener 1883 127.0.0.1
	allow_anonymous true
	listener 1883 127.0.0.2
	allow_anonymous false
	password_file $RUN/passwords
	END
  dump -i lo "$ALL"
  mosquitto_pub -h 127.0.0.2 -V mqttv311 -i guest-311 -u home -P cold -t ends/never -m x 2>/dev/null || true
  mosquitto_pub -h 127.0.0.2 -V mqttv5 -i guest-5 -u home -P cold -t ends/never -m x 2>/dev/null || true
  mosquitto_sub -h 127.0.0.1 -V mqttv311 -i killed -t ends/killed >/dev/null &
  local killed=$!
  subscribed killed
  kill -KILL $killed
  wait $killed 2>/dev/null || true
  sleep 0.2
  ends reset qos3-311 qos3-5 wildcard garbage connect-twice too-large half nothing no-connect
  mosquitto_sub -h 127.0.0.1 -V mqttv5 -i left-alone -t ends/left >/dev/null &
  subscribed left-alone
  kill -STOP "$BROKER"
  # paho waits one interval for the PINGRESP.
  timeout 2 mosquitto_pub -h 127.0.0.1 -V mqttv311 -i unheard -t ends/never -m x 2>/dev/null || true
  kill -CONT "$BROKER"
  sleep 0.3
  paho ping >"$RUN/ping-ready" &
  local pinger=$!
  wait_for "$RUN/ping-ready" connected
  kill -STOP "$BROKER"
  wait $pinger
  kill -KILL "$BROKER"
  wait "$BROKER" 2>/dev/null || true
  sleep 0.5
  mosquitto_pub -h 127.0.0.1 -V mqttv311 -i too-late -t ends/never -m x 2>/dev/null || true
}

recording unanswered.pcap '3.1.1' 'mosquitto_pub' \
  'a SYN that nothing answers, sent four times' ''
record_unanswered() {
  # The other end of the wire has no address: what comes is dropped without a word.
  unshare --net sleep 30 &
  local far=$!
  sleep 0.2
  ip link add void0 address 02:00:00:00:00:01 type veth peer name void1 address 02:00:00:00:00:02 netns "$far"
  nsenter --net="/proc/$far/ns/net" ip link set void1 up
  ip addr add 10.8.1.1/24 dev void0
  ip link set void0 up
  ip neigh add 10.8.1.2 lladdr 02:00:00:00:00:02 dev void0
  dump -i void0 "$ALL"
  timeout 4 mosquitto_pub -h 10.8.1.2 -V mqttv311 -i nobody-there -t ends/never -m x 2>/dev/null || true
  ip link del void0
}

recording ends-aedes.pcap '3.1.1' 'scripted clients; aedes' \
  'ends that another broker makes: no CONNECT in time, a PUBLISH that is not allowed, Keep Alive, a client taken over, QoS 3' 'CONNECT=5 CONNACK=5 PUBLISH=2 DISCONNECT=1'
record_ends_aedes() {
  node "$HERE/aedes.js" >"$RUN/aedes.out" &
  wait_for "$RUN/aedes.out" ready
  dump -i lo "$ALL"
  ends nothing-until-closed not-allowed silent twins qos3-311
}
