// A small scripted server that says what mosquitto 2.0 does not: AUTH, Response Information, Server
// Reference, Reason Strings, refusals at wish, and a DISCONNECT that sends the client elsewhere.
// It listens on 127.0.0.2:1883, so that a recording can hold mosquitto on 127.0.0.1 beside it.
// The codec is the package `mqtt-packet`, which MQTT.js brings along.
'use strict';
const net = require('net');
const mqtt = require('mqtt-packet');

const METHOD = 'X-CHALLENGE';
const MOVED = [0x9c, 0x9d];
const MOVED_TO = { serverReference: 'broker-2.example:1883' };

function refuse(send, code, version) {
  const properties = { reasonString: `refused with ${code}`, ...(MOVED.includes(code) && MOVED_TO) };
  send(version === 5
    ? { cmd: 'connack', reasonCode: code, sessionPresent: false, properties }
    : { cmd: 'connack', returnCode: code, sessionPresent: false });
}

const challenge = (text) => ({
  cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: METHOD, authenticationData: Buffer.from(text) },
});

function connected(send, state, packet) {
  state.id = packet.clientId;
  state.version = packet.protocolVersion;
  if (state.id.startsWith('refuse-')) {
    refuse(send, Number(state.id.slice(7)), state.version);
    return false;
  }
  if (state.id.startsWith('goodbye-') || state.id === 'leaver') {
    send({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    if (state.id === 'leaver') return true;
    const reasonCode = Number(state.id.slice(8));
    setTimeout(() => {
      send({ cmd: 'disconnect', reasonCode, properties: MOVED.includes(reasonCode) ? MOVED_TO : {} });
      state.end();
    }, 20);
    return true;
  }
  const method = packet.properties?.authenticationMethod;
  if (method === METHOD) {
    state.rounds = 2;
    send(challenge('server first'));
  } else if (method) {
    refuse(send, 0x8c, 5);
    return false;
  } else {
    send({
      cmd: 'connack', reasonCode: 0, sessionPresent: false,
      properties: {
        sessionExpiryInterval: 0, receiveMaximum: 5, maximumQoS: 1, retainAvailable: false, maximumPacketSize: 65536,
        topicAliasMaximum: 3, reasonString: 'welcome', wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: true, sharedSubscriptionAvailable: false, serverKeepAlive: 30,
        responseInformation: 'answers/props', userProperties: { server: 'scripted', rack: ['4', 'b'] },
      },
    });
  }
  return true;
}

function authenticated(send, state, packet) {
  if (packet.reasonCode === 0x19) {
    state.rounds = 1;
    state.again = true;
    send(challenge('once more'));
  } else if (state.rounds > 1) {
    state.rounds -= 1;
    send(challenge('server second'));
  } else if (state.again) {
    send({
      cmd: 'auth', reasonCode: 0,
      properties: { authenticationMethod: METHOD, authenticationData: Buffer.from('server final'), reasonString: 'good for another hour' },
    });
  } else {
    send({
      cmd: 'connack', reasonCode: 0, sessionPresent: false,
      properties: { authenticationMethod: METHOD, authenticationData: Buffer.from('server final') },
    });
  }
}

function subscribed(send, packet) {
  send({
    cmd: 'suback', messageId: packet.messageId, granted: [1, 0x9e],
    properties: { reasonString: 'the second filter is shared', userProperties: { filters: '2' } },
  });
  const properties = { subscriptionIdentifier: [3, 20000], topicAlias: 2, contentType: 'text/plain' };
  send({ cmd: 'publish', topic: 'plant/7/level', payload: '81', qos: 0, retain: false, dup: false, properties });
  send({ cmd: 'publish', topic: '', payload: '82', qos: 1, messageId: 900, retain: false, dup: false, properties: { topicAlias: 2 } });
}

function published(send, packet) {
  const properties = { reasonString: 'the store is full', userProperties: { free: '0' } };
  if (packet.qos === 1) send({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0x97, properties });
  if (packet.qos === 2) send({ cmd: 'pubrec', messageId: packet.messageId, reasonCode: 0, properties });
}

function unsubscribed(send, packet) {
  send({
    cmd: 'unsuback', messageId: packet.messageId, granted: [0x11],
    properties: { reasonString: 'there was none', userProperties: { filters: '0' } },
  });
  send({
    cmd: 'disconnect', reasonCode: 0x9d,
    properties: { reasonString: 'this server closes', ...MOVED_TO, userProperties: { until: 'Monday' } },
  });
}

const server = net.createServer((socket) => {
  const state = { version: 4, end: () => socket.end() };
  const parser = mqtt.parser();
  const send = (packet) => socket.write(mqtt.generate(packet, { protocolVersion: state.version }));
  parser.on('packet', (packet) => {
    switch (packet.cmd) {
      case 'connect': if (!connected(send, state, packet)) socket.end(); break;
      case 'auth': authenticated(send, state, packet); break;
      case 'subscribe': subscribed(send, packet); break;
      case 'publish': published(send, packet); break;
      case 'pubrel': send({
        cmd: 'pubcomp', messageId: packet.messageId, reasonCode: 0x92,
        properties: { reasonString: 'already forgotten', userProperties: { since: 'yesterday' } },
      }); break;
      case 'unsubscribe': unsubscribed(send, packet); socket.end(); break;
      case 'disconnect': socket.end(); break;
      default:
    }
  });
  parser.on('error', () => socket.end());
  socket.on('error', () => {});
  socket.on('data', (data) => parser.parse(data));
});
server.listen(1883, '127.0.0.2', () => process.stdout.write('ready\n'));
