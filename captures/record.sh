#!/usr/bin/env bash
# Makes the recordings of this folder again: real clients against a real mosquitto, caught by tcpdump
# and dumpcap.
#
#   captures/record.sh              all of them, and INDEX.md (about two minutes)
#   captures/record.sh NAME...      only these, for example session.pcap; INDEX.md is written again too
#
# Everything runs in a network namespace of its own: port 1883 is free there, nobody else's traffic is
# in it, and no right is needed where the system allows user namespaces (lossy-raw.pcap: root, for /dev/net/tun).
# What is missing is installed:
# the system's packages by .ci/install, MQTT.js, paho-mqtt and mqtt-sn-12 into $WORK (removed by `rm -r`).
# A recording replaces the old one only when tshark finds in it exactly the packets it must hold; with LEARN=1
# what it finds is written into recordings.sh as what must be there (for a new recording: look at it first).
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WORK=${WORK:-${TMPDIR:-/tmp}/mqttscope-record}
say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'record.sh: %s\n' "$*" >&2; exit 1; }

install_what_is_missing() {
  "$HERE/../.ci/install" captures
  mkdir -p "$WORK"
  if [ ! -d "$WORK/npm/node_modules/mqtt" ]; then
    say "installing MQTT.js (npm package mqtt) into $WORK/npm"
    npm install --silent --no-audit --no-fund --prefix "$WORK/npm" mqtt@5
  fi
  if [ ! -d "$WORK/npm/node_modules/aedes" ]; then
    say "installing aedes and ws (npm) into $WORK/npm"
    npm install --silent --no-audit --no-fund --prefix "$WORK/npm" aedes@1 ws@8
  fi
  if [ ! -d "$WORK/py/paho" ]; then
    say "installing paho-mqtt (PyPI) into $WORK/py"
    python3 -m pip install --quiet --disable-pip-version-check --target "$WORK/py" 'paho-mqtt>=2,<3'
  fi
  if [ ! -d "$WORK/py/mqttsn12" ]; then
    say "installing mqtt-sn-12 (PyPI) into $WORK/py"
    python3 -m pip install --quiet --disable-pip-version-check --target "$WORK/py" 'mqtt-sn-12>=1,<2'
  fi
}

if [ -z "${MQTTSCOPE_RECORDING:-}" ]; then
  install_what_is_missing
  export MQTTSCOPE_RECORDING=1 WORK
  own=(--net --uts --pid --mount-proc --fork --kill-child)
  [ "$(id -u)" = 0 ] || own+=(--user --map-current-user --keep-caps)
  exec unshare "${own[@]}" "${BASH_SOURCE[0]}" "$@"
fi

# --- in the namespace -------------------------------------------------------------------------------
export NODE_PATH=$WORK/npm/node_modules PYTHONPATH=$WORK/py TZ=UTC LC_ALL=C.UTF-8 HOME=$WORK
RUN=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$RUN"' EXIT
hostname recorder
# Loopback gets the MTU of an Ethernet, and no segments larger than that.
ip link set lo mtu 1500 gso_max_segs 1 up

wait_for() { # FILE TEXT: until the text stands in the file
  for _ in $(seq 200); do
    grep -qF -- "$2" "$1" 2>/dev/null && return
    sleep 0.05
  done
  fail "waited in vain for \"$2\"; $1 ends: $(tail -n 5 "$1")"
}

CAPTURE=''
capture() { # COMMAND... -w FILE: starts tcpdump or dumpcap, returns when it listens
  "$@" 2>"$RUN/capture.log" >/dev/null &
  CAPTURE=$!
  case $1 in
    tcpdump) wait_for "$RUN/capture.log" 'listening on' ;;
    dumpcap) wait_for "$RUN/capture.log" 'File: ' ;;
  esac
  sleep 0.1
}
# tcpdump's options and filter follow. Immediate mode keeps a whole snap length for each frame: the buffer must be large.
dump() { capture tcpdump -Z root -U --immediate-mode -B 65536 -w "$OUT" "$@"; }

BROKER='' BROKERS=0
broker() { # starts mosquitto with the settings on standard input; its log is $LOG
  BROKERS=$((BROKERS + 1))
  LOG=$RUN/broker$BROKERS.log
  { echo 'user root'; echo 'log_type all'; echo "log_dest file $LOG"; cat; } >"$RUN/broker$BROKERS.conf"
  mosquitto -c "$RUN/broker$BROKERS.conf" 2>"$RUN/broker$BROKERS.err" &
  BROKER=$!
  wait_for "$LOG" running
}
open_broker() { # [PORT [ADDRESS]]
  broker <<<"listener ${1:-1883} ${2:-127.0.0.1}"$'\n''allow_anonymous true'
}

scripted_server() {
  node "$HERE/server.js" >"$RUN/server.out" &
  wait_for "$RUN/server.out" ready
}
bad_broker() { # a server that breaks rules; its output serves as its log
  LOG=$RUN/bad-broker.out
  python3 "$HERE/bad_broker.py" >"$LOG" &
  wait_for "$LOG" running
}
# A certificate for the listeners with TLS; what the clients log of their secrets goes beside the recording.
tls_listener() { # PORT_AND_ADDRESS [further settings]
  [ -f "$RUN/server.pem" ] ||
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj '/O=mqttscope/CN=broker.example' \
      -addext 'subjectAltName=DNS:broker.example,IP:127.0.0.1' -keyout "$RUN/server.key" -out "$RUN/server.pem" 2>"$RUN/openssl.log"
  printf 'listener %s\ncertfile %s\nkeyfile %s\n' "$1" "$RUN/server.pem" "$RUN/server.key"
  shift
  printf '%s\n' "$@"
}
mqttjs() { node ${KEYS:+"--tls-keylog=$KEYS"} "$HERE/clients.js" "$@"; }
paho() { python3 "$HERE/clients.py" "$@"; }
sn_client() { python3 "$HERE/sn_clients.py" "$@"; } # SCENE PORT [COUNT]
sn_gateway() { # gateway PORT | forwarder PORT GATEWAY
  python3 "$HERE/sn_gateway.py" "$@" >"$RUN/sn-$1.out" &
  wait_for "$RUN/sn-$1.out" ready
}
pub() { mosquitto_pub -h 127.0.0.1 "$@"; }
sub() { mosquitto_sub -h 127.0.0.1 "$@" >/dev/null; }
subscribed() { wait_for "$LOG" "Sending SUBACK to $1"; } # client id

stop() { # process ids: ends them and waits
  for pid in "$@"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

declare -A SHOWS VERSIONS WITH EXPECT CARRIED_BY
NAMES=()
recording() { # NAME "versions" "made with" "what it shows" "TYPE=count ..."
  NAMES+=("$1")
  VERSIONS[$1]=$2 WITH[$1]=$3 SHOWS[$1]=$4 EXPECT[$1]=$5
}
carried_by() { # NAME DISSECTOR: what tshark needs to see the bytes of MQTT there, as it does not see its packets
  CARRIED_BY[$1]=$2
}
# shellcheck source=recordings.sh
. "$HERE/recordings.sh"
for more in "$HERE"/recordings-*.sh; do
  # shellcheck source=recordings-websocket.sh
  . "$more"
done

TYPES=(RESERVED CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH)
secrets() { # FILE: the option with which tshark decrypts it, where secrets lie beside it
  [ ! -f "${1%.*}.keys" ] || echo "-o tls.keylog_file:${1%.*}.keys"
}
tshark_field() { # FILE FIELD: its values, one a line
  # shellcheck disable=SC2046
  tshark -n -r "$1" -2 -o tcp.reassemble_out_of_order:TRUE $(secrets "$1") -d tcp.port==11883,mqtt -Y mqtt \
    -T fields -e "$2" -E occurrence=a -E aggregator=, 2>/dev/null | tr , '\n' | sed '/^$/d'
}
SN_TYPES=(ADVERTISE SEARCHGW GWINFO - CONNECT CONNACK WILLTOPICREQ WILLTOPIC WILLMSGREQ WILLMSG REGISTER REGACK PUBLISH PUBACK PUBCOMP PUBREC PUBREL - SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT - WILLTOPICUPD WILLTOPICRESP WILLMSGUPD WILLMSGRESP)
SN_TYPES[254]=ENCAPSULATED
sn_counts() { # FILE: the same for MQTT-SN; what a forwarder passes on counts twice
  tshark -n -r "$1" -d udp.port==1884,mqttsn -d udp.port==2442,mqttsn -Y mqttsn \
    -T fields -e mqttsn.msg.type -E occurrence=a -E aggregator=, 2>/dev/null | tr , '\n' | sed '/^$/d' |
    while read -r type; do echo $((type)); done | sort -n | uniq -c | while read -r count type; do
    printf '%s=%s ' "${SN_TYPES[$type]}" "$count"
  done | sed 's/ $//'
}
counts() { # FILE [DISSECTOR]: "TYPE=count ..." in the order of the types
  if [ -n "${2:-}" ]; then
    # shellcheck disable=SC2046
    tshark -n -r "$1" -2 $(secrets "$1") -d "$2" -Y data -T fields -e tcp.stream -e tcp.srcport -e data.data 2>/dev/null |
      python3 "$HERE/count_carried.py"
    return
  fi
  case ${1##*/} in mqtt-sn*) sn_counts "$1"; return ;; esac
  tshark_field "$1" mqtt.msgtype | sort -n | uniq -c | while read -r count type; do
    printf '%s=%s ' "${TYPES[$type]}" "$count"
  done | sed 's/ $//'
}

record() { # NAME
  local name=$1 found
  say "$name: ${SHOWS[$name]}"
  OUT=$RUN/$name
  KEYS=''
  rm -f "$RUN"/*ready "$RUN/server.out" "$RUN/link"
  "record_$(tr '.-' '__' <<<"${name%.*}")"
  sleep 1
  stop "$CAPTURE"
  if grep -qE '[1-9][0-9]* packets dropped by kernel' "$RUN/capture.log"; then fail "$name: $(cat "$RUN/capture.log")"; fi
  # shellcheck disable=SC2046
  stop $(jobs -p)
  if [ "${name##*.}" = pcapng ]; then python3 "$HERE/scrub.py" "$OUT"; fi
  found=$(counts "$OUT" "${CARRIED_BY[$name]:-}")
  if [ -n "${LEARN:-}" ]; then
    sed -i "/^recording $name /,/=/s/'[A-Z]*=.*'/'$found'/" "$HERE"/recordings*.sh
    EXPECT[$name]=$found
  elif [ "$found" != "${EXPECT[$name]}" ]; then
    cp "$OUT" "$WORK/refused-$name"
    fail "$name holds $found, not ${EXPECT[$name]}; see $WORK/refused-$name"
  fi
  cp "$OUT" "$HERE/$name"
  chmod 644 "$HERE/$name"
  if [ -f "$KEYS" ]; then install -m 644 "$KEYS" "$HERE/${name%.*}.keys"; fi
}

write_index() {
  local name
  cat "$HERE/index-head.md"
  echo
  echo '| file | what it shows | versions | packets (as tshark counts them) | made with |'
  echo '| --- | --- | --- | --- | --- |'
  for name in "${NAMES[@]}"; do
    printf '| `%s` | %s | %s | %s | %s |\n' "$name" "${SHOWS[$name]}" "${VERSIONS[$name]}" "${EXPECT[$name]//=/ }" "${WITH[$name]}"
  done
}

check_the_set() { # all 15 packet types and all 27 properties are somewhere
  local name missing
  for name in "${NAMES[@]}"; do tshark_field "$HERE/$name" mqtt.msgtype; done | sort -nu >"$RUN/types"
  missing=$(comm -13 <(sort "$RUN/types") <(seq 1 15 | sort) | tr '\n' ' ')
  [ -z "$missing" ] || fail "no recording holds the packet types $missing"
  for name in "${NAMES[@]}"; do tshark_field "$HERE/$name" mqtt.property_id; done | sort -u >"$RUN/properties"
  missing=$(comm -13 "$RUN/properties" <(printf '0x%02x\n' 0x01 0x02 0x03 0x08 0x09 0x0b 0x11 0x12 0x13 0x15 0x16 0x17 0x18 0x19 \
    0x1a 0x1c 0x1f 0x21 0x22 0x23 0x24 0x25 0x26 0x27 0x28 0x29 0x2a | sort) | tr '\n' ' ')
  [ -z "$missing" ] || fail "no recording holds the properties $missing"
  say "all 15 packet types and all 27 properties are there; $(du -cb "${NAMES[@]/#/$HERE/}" | tail -n 1 | cut -f 1) bytes in all"
}

wanted=("$@")
[ $# -gt 0 ] || wanted=("${NAMES[@]}")
for name in "${wanted[@]}"; do
  [ -n "${SHOWS[$name]:-}" ] || fail "no recording is called $name; there are ${NAMES[*]}"
  record "$name"
done
write_index >"$RUN/INDEX.md"
check_the_set
cp "$RUN/INDEX.md" "$HERE/INDEX.md"
chmod 644 "$HERE/INDEX.md"
say 'done'
