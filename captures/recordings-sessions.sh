# shellcheck shell=bash
# Recordings of what happens to sessions; read by record.sh, which has the words used here.

scripted() { python3 "$HERE/sessions.py" "$@"; }

recording sessions-war.pcap '5.0' 'scripted clients' \
  'two devices with the same Client Identifier throw each other out, five times, from two addresses' \
  'CONNECT=6 CONNACK=6 DISCONNECT=1'
record_sessions_war() { open_broker; dump -i lo "$ALL"; scripted war; }

recording sessions-keep-alive.pcap '3.1.1, 5.0' 'mosquitto_sub' \
  'a client that stands still (SIGSTOP) breaks its Keep Alive of 5 s: the broker closes some seconds after the 7.5 s that it must wait, and publishes its Will' \
  'CONNECT=2 CONNACK=2 PUBLISH=1 PUBACK=1 SUBSCRIBE=2 SUBACK=2 PINGREQ=1 PINGRESP=1 DISCONNECT=1'
record_sessions_keep_alive() {
  open_broker
  dump -i lo "$ALL"
  sub -V mqttv311 -i watcher -q 1 -t 'wills/#' -C 1 &
  local watcher=$! still
  subscribed watcher
  mosquitto_sub -h 127.0.0.1 -V mqttv5 -i still -k 5 -t nothing --will-topic wills/still --will-payload gone --will-qos 1 &
  still=$!
  subscribed still
  sleep 6
  kill -STOP $still
  wait "$watcher"
  kill -KILL $still
  wait $still 2>/dev/null || true
}

recording sessions-unfinished.pcap '5.0' 'scripted clients' \
  'QoS 2 that killed clients leave open: finished on the next connection of the session, or never; messages kept for a client that is away' \
  'CONNECT=5 CONNACK=5 PUBLISH=5 PUBREC=5 PUBREL=4 PUBCOMP=4 SUBSCRIBE=1 SUBACK=1 DISCONNECT=3'
record_sessions_unfinished() { open_broker; dump -i lo "$ALL"; scripted unfinished; }

recording sessions-limits.pcap '5.0' 'scripted clients' \
  'each connection breaks one limit that the CONNACK gave: Maximum QoS, Retain Available, Maximum Packet Size, Topic Alias Maximum, Receive Maximum' \
  'CONNECT=6 CONNACK=6 PUBLISH=12 PUBACK=8 SUBSCRIBE=1 SUBACK=1 DISCONNECT=4'
record_sessions_limits() {
  broker <<-END
	listener 1883 127.0.0.1
	allow_anonymous true
	max_qos 1
	retain_available false
	max_packet_size 2000
	max_inflight_messages 3
	END
  dump -i lo "$ALL"
  scripted limits
}

recording sessions-order.pcap '3.1.1, 5.0' 'scripted clients' \
  'Packet Identifiers used twice, PUBLISH sent again on the same connection and behind its PUBREL, an acknowledgment of nothing, PUBREL too early; a Will by reason code 0x04' \
  'CONNECT=5 CONNACK=5 PUBLISH=8 PUBACK=2 PUBREC=6 PUBREL=2 PUBCOMP=2 SUBSCRIBE=1 SUBACK=1 PINGREQ=1 PINGRESP=1 DISCONNECT=3'
record_sessions_order() { open_broker; dump -i lo "$ALL"; scripted order; }

recording sessions-late.pcap '3.1.1, 5.0' 'scripted clients' \
  'a PINGREQ 0.4 s late; a device that comes back four times while the broker still holds the connection that it lost, which is no war; a broker that is stopped (SIGSTOP) and answers a PINGREQ when its client has left' \
  'CONNECT=7 CONNACK=7 PINGREQ=2 PINGRESP=2 DISCONNECT=1'
record_sessions_late() {
  open_broker
  dump -i lo "$ALL"
  scripted late &
  local scene=$!
  wait_for "$LOG" 'as patient'
  sleep 0.3
  kill -STOP "$BROKER"
  sleep 3.3
  kill -CONT "$BROKER"
  wait $scene
}

recording sessions-wills.pcap '5.0' 'scripted clients' \
  'a message that the server refuses, one that the subscriber may not read, and the same of a Will; a Will like a message before; a Will Delay Interval of 4 s in which the client comes back, and one that passes' \
  'CONNECT=6 CONNACK=6 PUBLISH=8 PUBACK=4 SUBSCRIBE=3 SUBACK=3 PINGREQ=1 PINGRESP=1 DISCONNECT=2'
record_sessions_wills() {
  cat >"$RUN/wills.acl" <<-END
	topic readwrite open/#
	topic write secret/#
	topic read forbidden/#
	END
  broker <<-END
	listener 1883 127.0.0.1
	allow_anonymous true
	acl_file $RUN/wills.acl
	END
  dump -i lo "$ALL"
  scripted wills
}

recording sessions-passed-on.pcap '5.0' 'mosquitto_pub, mosquitto_sub, scripted clients; scripted server' \
  'a server that breaks the rules about what it passes on, each for one topic: properties dropped or turned about, Message Expiry Interval, RETAIN set and cleared, QoS above what was granted, Subscription Identifiers, No Local, order, a message under a new identifier with DUP, one after UNSUBSCRIBE, one that another member has refused' \
  'CONNECT=22 CONNACK=22 PUBLISH=36 PUBACK=5 PUBREC=3 PUBREL=3 PUBCOMP=3 SUBSCRIBE=9 SUBACK=9 UNSUBSCRIBE=1 UNSUBACK=1 DISCONNECT=22'
record_sessions_passed_on() {
  bad_broker
  dump -i lo "$ALL"
  sub -V mqttv5 -i plain -q 0 -C 9 -t drop/content-type -t drop/response-topic -t turn/user-properties -t more/expiry \
    -t raise/qos -t set/retain-of-empty -t set/retain -t swap/lines &
  sub -V mqttv5 -i careful -q 2 -C 2 -t again/new-identifier &
  sub -V mqttv5 -i as-published -q 0 -C 1 --retain-as-published -t clear/retain &
  sub -V mqttv5 -i named -q 0 -C 2 -D subscribe subscription-identifier 3 -t drop/identifier -t change/identifier &
  local name
  for name in plain careful as-published named; do subscribed $name; done
  message() { pub -V mqttv5 -i sensor "$@"; }
  message -t drop/content-type -m a -D publish content-type text/plain
  message -t drop/response-topic -m b -D publish response-topic answers -D publish correlation-data 7
  message -t turn/user-properties -m c -D publish user-property first 1 -D publish user-property second 2
  message -t more/expiry -m d -D publish message-expiry-interval 60
  message -t raise/qos -q 1 -m e
  message -t set/retain-of-empty -n
  message -t again/new-identifier -q 2 -m f
  message -t clear/retain -r -m g
  message -t drop/identifier -m h
  message -t change/identifier -m i
  scripted passed
  sleep 4 # a message that comes soon behind a subscription may be one that was kept
  message -t set/retain -r -m j
  printf 'first\nsecond\n' | message -t swap/lines -l
}
