#!/bin/sh
# Which drops more frames: mqttscope live, or tcpdump -w on the same traffic at the same time?
#
#   benches/live.sh [target/release/mqttscope]
#
# One mosquitto_pub publishes through mosquitto as fast as both can, to one mosquitto_sub, over a veth pair
# between two network namespaces (where those are not permitted: over loopback). On one end of the pair
# listen at once: mqttscope, tcpdump as it is, and tcpdump with as large a buffer. Settings by
# environment: MESSAGES (200000 a round), ROUNDS (2 of each kind), PAYLOAD (64 bytes), LIMIT (60 seconds a round),
# BUFFER (64 MiB; tcpdump has 2 by itself).
#
# The figures tell about this machine with what else runs on it: the load is printed beside them.
set -eu
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
program=${1:-target/release/mqttscope}
messages=${MESSAGES:-200000} rounds=${ROUNDS:-2} payload=${PAYLOAD:-64} limit=${LIMIT:-60}
port=18830 buffer_mib=${BUFFER:-64}

fail() { printf 'live.sh: %s\n' "$*" >&2; exit 1; }
for tool in mosquitto mosquitto_pub mosquitto_sub tcpdump; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done
[ -x "$program" ] || fail "$program is not there: cargo build --release"

work=$(mktemp -d) tag=ms$$
on_broker='' on_client='' interface=lo address=127.0.0.1
started=''
stop_all() {
  # shellcheck disable=SC2086  # a list of process ids
  [ -z "$started" ] || kill $started 2>/dev/null || :
  started=''
}
clean() {
  stop_all
  ip netns del "$tag-broker" 2>/dev/null || :
  ip netns del "$tag-client" 2>/dev/null || :
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

namespaces() {
  ip netns add "$tag-broker" && ip netns add "$tag-client" &&
    ip link add "${tag}b" netns "$tag-broker" mtu 1500 type veth peer name "${tag}c" netns "$tag-client" mtu 1500 &&
    ip -n "$tag-broker" addr add 10.83.0.1/24 dev "${tag}b" && ip -n "$tag-client" addr add 10.83.0.2/24 dev "${tag}c" &&
    # No frame is longer than on a wire.
    ip -n "$tag-broker" link set "${tag}b" up gso_max_segs 1 && ip -n "$tag-client" link set "${tag}c" up gso_max_segs 1
}
if namespaces 2>"$work/netns"; then
  on_broker="ip netns exec $tag-broker" on_client="ip netns exec $tag-client"
  interface=${tag}c address=10.83.0.1
else
  echo "no network namespaces here ($(head -n1 "$work/netns")): over loopback"
fi

listen() { # NAME COMMAND...: starts a capture, whose words go to a file
  name=$1; shift
  $on_client "$@" 2>"$work/$name.err" >"$work/$name.out" &
  captures="$captures $!" started="$started $!"
}
seen() { # NAME: its frames, dropped or not
  case $1 in
    mqttscope) sed -n 's/^mqttscope: \([0-9,]*\) frames\{0,1\} seen on .*, \([0-9]*\) dropped by the kernel.*/\1 \2/p' "$work/$1.err" | tr -d , ;;
    *) { sed -n 's/^\([0-9]*\) packets\{0,1\} captured.*/\1/p' "$work/$1.err"
         sed -n 's/^\([0-9]*\) packets\{0,1\} dropped by kernel.*/\1/p' "$work/$1.err"; } | tr '\n' ' ' ;;
  esac
}

printf 'listener %s %s\nallow_anonymous true\nmax_queued_messages 0\n' "$port" "$address" >"$work/broker.conf"
$on_broker mosquitto -c "$work/broker.conf" >/dev/null 2>&1 &
started=$!
sleep 1
filler=$(printf "%${payload}s" '' | tr ' ' x)

run() { # KIND QOS MQTTSCOPE-ARGUMENTS...
  kind=$1 qos=$2; shift 2
  captures=''
  listen mqttscope "$program" live -B "$buffer_mib" -i "$interface" -f "tcp port $port" -d "tcp.port==$port,mqtt" "$@"
  listen tcpdump tcpdump -i "$interface" -w "$work/tcpdump.pcap" "tcp port $port"
  listen tcpdump-B tcpdump -B $((buffer_mib * 1024)) -i "$interface" -w "$work/tcpdump-B.pcap" "tcp port $port"
  sleep 1.5
  # shellcheck disable=SC2086  # nothing, or words
  timeout "$limit" $on_client mosquitto_sub -h "$address" -p "$port" -q "$qos" -t bench -C "$messages" >/dev/null &
  sub=$!
  sleep 0.5
  begun=$(date +%s%N)
  left=$messages
  while [ "$left" -gt 0 ]; do
    # With QoS 1 a mosquitto_pub stops where its Packet Identifiers begin anew.
    some=$((left < 50000 ? left : 50000))
    left=$((left - some))
    yes "$filler" | head -n "$some" |
      timeout "$limit" $on_client mosquitto_pub -h "$address" -p "$port" -q "$qos" -t bench -l 2>/dev/null || break
  done
  wait "$sub" || :
  took=$(( ($(date +%s%N) - begun) / 1000000 ))
  sleep 0.5
  # shellcheck disable=SC2086
  for process in $captures; do kill -INT "$process" 2>/dev/null || :; done
  # shellcheck disable=SC2086
  for process in $captures; do wait "$process" || :; done
  rate=$((messages * 1000 / (took + 1)))
  printf '%-22s QoS %s %7s msg/s |' "$kind" "$qos" "$rate"
  for name in mqttscope tcpdump tcpdump-B; do
    # shellcheck disable=SC2046
    set -- $(seen "$name")
    printf ' %8s %7s |' "${1:-?}" "${2:-?}"
  done
  printf ' %s\n' "$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo '?')"
}

printf '%s messages of %s bytes, %s core(s), interface %s\n' "$messages" "$payload" "$(nproc)" "$interface"
printf '%-43s | mqttscope -B %s  | tcpdump          | tcpdump -B %s    |\n' '' "$buffer_mib" "$buffer_mib"
printf '%-43s |' 'mqttscope live with'
for _ in 1 2 3; do printf ' %8s %7s |' frames dropped; done
printf ' load\n'
round=0
while [ "$round" -lt "$rounds" ]; do
  for qos in 0 1; do
    run '-q -w FILE' "$qos" -q -w "$work/mqttscope.pcap"
    run '-T summary >/dev/null' "$qos" -T summary
  done
  round=$((round + 1))
done
