# shellcheck shell=bash
# The recordings with TLS, one function each; read by record.sh, which has the words used here.

TLS='tcp port 8883'

recording tls12.pcap '3.1.1, 5.0' 'paho-mqtt' \
  'TLS 1.2 with AES-GCM, ChaCha20-Poly1305, AES-CCM and AES-CBC, a connection each; secrets in `tls12.keys`' 'CONNECT=8 CONNACK=8 PUBLISH=48 PUBACK=16 PUBREC=16 PUBREL=16 PUBCOMP=16 SUBSCRIBE=8 SUBACK=8 DISCONNECT=8'
record_tls12() {
  KEYS=$RUN/tls12.keys
  broker <<<"$(tls_listener '8883 127.0.0.1' 'allow_anonymous true' 'ciphers ALL:@SECLEVEL=0')"
  dump -i lo "$TLS"
  paho tls "$KEYS" "$RUN/server.pem" ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-CHACHA20-POLY1305 \
    ECDHE-ECDSA-AES256-CCM8 ECDHE-ECDSA-AES256-SHA384
}

recording tls13.pcap '3.1.1, 5.0' 'paho-mqtt, MQTT.js' \
  'TLS 1.3, from paho-mqtt and from MQTT.js; a client that does not trust the certificate; secrets in `tls13.keys`' 'CONNECT=3 CONNACK=3 PUBLISH=14 PUBACK=6 PUBREC=4 PUBREL=4 PUBCOMP=4 SUBSCRIBE=3 SUBACK=3 DISCONNECT=3'
record_tls13() {
  KEYS=$RUN/tls13.keys
  broker <<<"$(tls_listener '8883 127.0.0.1' 'allow_anonymous true' 'tls_version tlsv1.3')"
  dump -i lo "$TLS"
  paho tls "$KEYS" "$RUN/server.pem" any
  NODE_EXTRA_CA_CERTS=$RUN/server.pem mqttjs secured mqtts://127.0.0.1:8883
  paho distrust "$KEYS"
}

recording tls-ws.pcap '5.0' 'MQTT.js' \
  'WebSocket over TLS 1.3 on port 8884; secrets in `tls-ws.keys`' 'CONNECT=1 CONNACK=1 PUBLISH=2 PUBACK=2 SUBSCRIBE=1 SUBACK=1 DISCONNECT=1'
carried_by tls-ws.pcap tls.port==8884,http
record_tls_ws() {
  KEYS=$RUN/tls-ws.keys
  # mosquitto wants a listener without WebSocket too, and libwebsockets no address.
  broker <<<"listener 1883 127.0.0.1"$'\n'"$(tls_listener 8884 'protocol websockets' 'allow_anonymous true')"
  dump -i lo 'tcp port 8884'
  NODE_EXTRA_CA_CERTS=$RUN/server.pem mqttjs secured wss://127.0.0.1:8884/mqtt
}

recording tls-secrets.pcapng '3.1.1, 5.0' 'paho-mqtt; editcap' \
  'TLS 1.3 with its secrets in the file: a Decryption Secrets Block' 'CONNECT=2 CONNACK=2 PUBLISH=12 PUBACK=4 PUBREC=4 PUBREL=4 PUBCOMP=4 SUBSCRIBE=2 SUBACK=2 DISCONNECT=2'
record_tls_secrets() {
  KEYS=$RUN/secrets.log
  broker <<<"$(tls_listener '8883 127.0.0.1' 'allow_anonymous true')"
  dump -i lo "$TLS"
  paho tls "$KEYS" "$RUN/server.pem" any
  sleep 1
  stop "$CAPTURE"
  editcap --inject-secrets "tls,$KEYS" "$OUT" "$OUT.with" && mv "$OUT.with" "$OUT"
  KEYS=''
}
