// What mosquitto_pub and mosquitto_sub cannot send, sent by MQTT.js.
// node clients.js SCENARIO; record.sh sets NODE_PATH to where the package `mqtt` is.
'use strict';
const mqtt = require('mqtt');

const BROKER = 'mqtt://127.0.0.1:1883'; // mosquitto
const SCRIPTED = 'mqtt://127.0.0.2:1883'; // server.js
const CONNECT_REFUSED = [
  0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
];
const SERVER_ENDS = [
  0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c,
  0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
];
const CLIENT_ENDS = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const connect = (clientId, more = {}, url = BROKER) =>
  mqtt.connectAsync(url, {
    clientId, protocolVersion: 5, clean: true, keepalive: 60, reconnectPeriod: 0, connectTimeout: 5000, ...more,
  });
const message = (client) => new Promise((done) => client.once('message', (topic, payload, packet) => done(packet)));
const closed = (client) => new Promise((done) => client.once('close', done));
const cut = (client) => { client.stream.destroy(); return closed(client); };
const refused = async (...args) => {
  try {
    const client = await connect(...args);
    await client.endAsync(true);
    throw new Error('the server was meant to refuse');
  } catch (error) {
    if (error.message === 'the server was meant to refuse') throw error;
  }
};

const scenarios = {
  // Over TLS, which the URL names: a client that hears itself.
  async secured(url) {
    const client = await connect('behind-tls', {
      username: 'home', password: 'warm', servername: 'broker.example', ALPNProtocols: ['mqtt'],
    }, url);
    await client.subscribeAsync('secret/#', { qos: 1 });
    const heard = message(client);
    await client.publishAsync('secret/window', JSON.stringify({ open: true, why: 'it is warm '.repeat(20) }), {
      qos: 1, properties: { contentType: 'application/json' },
    });
    await heard;
    await client.endAsync();
  },

  // A thermostat as such a device talks; the phone that listens is a mosquitto_sub.
  async thermostat() {
    const client = await connect('thermostat-7', {
      username: 'home', password: 'warm',
      will: {
        topic: 'home/heating/status', payload: 'offline', qos: 1, retain: true,
        properties: { willDelayInterval: 10, contentType: 'text/plain', payloadFormatIndicator: true },
      },
      properties: { sessionExpiryInterval: 300, receiveMaximum: 20, topicAliasMaximum: 5 },
    });
    await client.publishAsync('home/heating/status', 'online', { qos: 1, retain: true });
    await client.subscribeAsync('home/heating/set', { qos: 2, properties: { subscriptionIdentifier: 1 } });
    await client.publishAsync('home/heating/temperature', '{"celsius":21.4,"valve":35}', {
      properties: {
        payloadFormatIndicator: true, messageExpiryInterval: 60, contentType: 'application/json',
        userProperties: { room: 'kitchen', sensor: 'ntc10k' },
      },
    });
    process.stdout.write('ready\n');
    await message(client);
    await client.publishAsync('home/heating/target', '19.5', { qos: 2 });
    client.sendPing();
    await sleep(100);
    await client.unsubscribeAsync('home/heating/set');
    await client.endAsync(false, { reasonCode: 4, properties: { sessionExpiryInterval: 0, reasonString: 'battery change' } });
  },

  // Wills of 5.0: one kept for a moment, one asked for by reason code 4, one withdrawn by a normal end.
  async wills() {
    const will = (name, delay) => ({
      will: {
        topic: `wills/${name}`, payload: Buffer.from(`${name} is gone`), qos: 1, retain: name === 'boiler',
        properties: {
          willDelayInterval: delay, payloadFormatIndicator: true, messageExpiryInterval: 3600,
          contentType: 'text/plain', responseTopic: `wills/${name}/ack`,
          correlationData: Buffer.from([0xde, 0xad, 0xbe, 0xef]), userProperties: { site: ['cellar', 'north'] },
        },
      },
      properties: { sessionExpiryInterval: 30 },
    });
    await cut(await connect('boiler', will('boiler', 1)));
    await sleep(1500);
    await (await connect('pump', will('pump', 0))).endAsync(false, { reasonCode: 4 });
    await (await connect('fan', will('fan', 0))).endAsync();
  },

  async retainHandling() {
    const client = await connect('options');
    for (const [filter, rh, rap, nl] of [['kept/a', 0, false, false], ['kept/b', 1, true, true], ['kept/c', 2, true, false]]) {
      await client.subscribeAsync({ [filter]: { qos: 1, nl, rap, rh } });
    }
    await sleep(200);
    await client.subscribeAsync({ 'kept/b': { qos: 1, nl: true, rap: true, rh: 1 } }); // not new: nothing is sent
    await client.publishAsync('kept/b', 'not to myself', { qos: 1, retain: true });
    await client.publishAsync('kept/c', 'as published', { qos: 1, retain: true });
    await sleep(200);
    await client.endAsync();
  },

  // mosquitto refuses these in 5.0; its settings are in record.sh.
  async refusals() {
    await refused('burglar', { username: 'home', password: 'wrong' });
    await refused('', { username: 'home', password: 'warm' });
    await refused('no-such-method', { properties: { authenticationMethod: 'X-NONE' } });
    await refused('greedy-will', {
      username: 'home', password: 'warm', will: { topic: 'w', payload: 'x', qos: 2, retain: false },
    });
    await refused('retained-will', {
      username: 'home', password: 'warm', will: { topic: 'w', payload: 'x', qos: 0, retain: true },
    });
    // Let in, but not everywhere: Not authorized in PUBACK, PUBREC and SUBACK.
    const client = await connect('guest', { username: 'home', password: 'warm' });
    await client.publishAsync('secret/plan', 'x', { qos: 1 }).catch(() => {});
    await client.subscribeAsync(['secret/#', 'open/#']).catch(() => {});
    await client.endAsync();
    // In 3.1.1 the same client learns nothing: its PUBLISH is acknowledged, its SUBACK says 0x80.
    const old = await connect('guest-311', { protocolVersion: 4, username: 'home', password: 'warm' });
    await old.publishAsync('secret/plan', 'x', { qos: 1 });
    await old.subscribeAsync(['secret/#', 'open/#']).catch(() => {});
    await old.endAsync();
    await refused('', { protocolVersion: 4, username: 'home', password: 'warm' });
    await refused('burglar-31', { protocolId: 'MQIsdp', protocolVersion: 3, username: 'home', password: 'wrong' });
  },

  // The scripted server refuses with the code that stands in the client id.
  async scriptedRefusals() {
    for (const code of [1, 2, 3, 4, 5]) await refused(`refuse-${code}`, { protocolVersion: 4 }, SCRIPTED);
    for (const code of CONNECT_REFUSED) {
      await refused(`refuse-${code}`, {}, SCRIPTED);
    }
  },

  // The scripted server disconnects with the code that stands in the client id.
  async disconnects() {
    for (const code of SERVER_ENDS) await closed(await connect(`goodbye-${code}`, {}, SCRIPTED));
    for (const reasonCode of CLIENT_ENDS) await (await connect('leaver', {}, SCRIPTED)).endAsync(false, { reasonCode });
  },

  async auth() {
    const authenticationMethod = 'X-CHALLENGE';
    const answer = (packet) => Buffer.concat([Buffer.from('answer to '), packet.properties.authenticationData || Buffer.alloc(0)]);
    const client = mqtt.connect(SCRIPTED, {
      clientId: 'auth-meter', protocolVersion: 5, clean: true, reconnectPeriod: 0,
      properties: { authenticationMethod, authenticationData: Buffer.from('client first') },
    });
    client.handleAuth = (packet, callback) =>
      callback(null, {
        cmd: 'auth', reasonCode: 0x18,
        properties: { authenticationMethod, authenticationData: answer(packet), userProperties: { round: '1' } },
      });
    await new Promise((done) => client.once('connect', done));
    client._sendPacket({
      cmd: 'auth', reasonCode: 0x19,
      properties: { authenticationMethod, authenticationData: Buffer.from('again'), reasonString: 'the token is about to expire' },
    });
    await sleep(300);
    await client.endAsync();
    await refused('auth-stranger', {
      properties: { authenticationMethod: 'X-UNKNOWN', authenticationData: Buffer.from([0, 1, 2, 255]) },
    }, SCRIPTED);
  },

  // Every property, as far as a client sends it; the scripted server sends the others.
  async properties() {
    const client = await connect('', {
      will: {
        topic: 'all/will', payload: Buffer.from([1, 2, 3]), qos: 1, retain: false,
        properties: {
          willDelayInterval: 5, payloadFormatIndicator: false, messageExpiryInterval: 120, contentType: 'application/octet-stream',
          responseTopic: 'all/answers', correlationData: Buffer.from('corr'), userProperties: { will: 'yes' },
        },
      },
      properties: {
        sessionExpiryInterval: 0xffffffff, receiveMaximum: 10, maximumPacketSize: 100000, topicAliasMaximum: 10,
        requestResponseInformation: true, requestProblemInformation: true,
        userProperties: { key: ['one', 'two', 'one'], 'ключ': 'значение', empty: '' },
      },
    });
    await client.subscribeAsync({ 'all/#': { qos: 2, nl: false, rap: true, rh: 0 } }, {
      properties: { subscriptionIdentifier: 268435455, userProperties: { why: 'test' } },
    });
    const got = message(client);
    await client.publishAsync('all/topics', Buffer.from('{"every":"property"}'), {
      qos: 1, retain: false,
      properties: {
        payloadFormatIndicator: true, messageExpiryInterval: 86400, topicAlias: 7, responseTopic: 'all/answers',
        correlationData: Buffer.from([0, 255, 16, 32]), contentType: 'application/json; charset=utf-8',
        userProperties: { trace: '4bf92f35', lang: ['de', 'fr'] },
      },
    });
    await got;
    await client.unsubscribeAsync('all/#', { properties: { userProperties: { why: 'done' } } });
    await client.endAsync(false, { reasonCode: 0, properties: { sessionExpiryInterval: 60, reasonString: 'bye', userProperties: { last: 'word' } } });
  },

  // The scripted server's side: acknowledgements with reasons, two Subscription Identifiers, its own DISCONNECT.
  async scriptedProperties() {
    const client = await connect('props', { properties: { requestResponseInformation: true, topicAliasMaximum: 4 } }, SCRIPTED);
    const end = closed(client);
    await client.subscribeAsync({ 'plant/#': { qos: 2 }, 'plant/+/level': { qos: 1 } }, { properties: { subscriptionIdentifier: 3 } }).catch(() => {});
    await client.publishAsync('plant/1/order', 'x', { qos: 1 }).catch(() => {});
    await client.publishAsync('plant/2/order', 'y', { qos: 2 }).catch(() => {});
    await sleep(300);
    await client.unsubscribeAsync('plant/#').catch(() => {});
    await end;
  },

  async aliases() {
    const client = await connect('alias-sender');
    const topic = 'factory/hall-3/line-12/robot-5/joint-2/temperature';
    await client.publishAsync(topic, '40.1', { properties: { topicAlias: 1 } });
    await client.publishAsync('', '40.2', { properties: { topicAlias: 1 } });
    await client.publishAsync('factory/hall-3/alarm', 'door', { qos: 1, properties: { topicAlias: 2 } });
    await client.publishAsync('', '40.3', { qos: 2, properties: { topicAlias: 1 } });
    await client.publishAsync('factory/hall-4/alarm', 'fire', { qos: 1, properties: { topicAlias: 2 } });
    await client.publishAsync('', 'smoke', { qos: 1, properties: { topicAlias: 2 } });
    await client.endAsync();
  },

  async subscriptionIds() {
    const client = await connect('dashboard');
    await client.subscribeAsync({ 'factory/+/alarm': { qos: 1, nl: true } }, { properties: { subscriptionIdentifier: 1 } });
    await client.subscribeAsync({ 'factory/#': { qos: 2 } }, { properties: { subscriptionIdentifier: 200 } });
    process.stdout.write('ready\n');
    await sleep(1500);
    await client.publishAsync('factory/hall-9/alarm', 'my own', { qos: 1 });
    await sleep(200);
    await client.endAsync();
  },

  // The limits that record.sh gives mosquitto, and what happens at them.
  async limits() {
    const first = await connect('', { keepalive: 600, properties: { sessionExpiryInterval: 120, maximumPacketSize: 200 } });
    await first.subscribeAsync('limits/#', { qos: 1 });
    await first.publishAsync('limits/big', Buffer.alloc(250, 'x'), { qos: 1 }); // larger than this client takes: not sent back
    await first.publishAsync('limits/small', 'fits', { qos: 1 });
    await sleep(100);
    await first.endAsync(false, { properties: { sessionExpiryInterval: 5 } });
    const one = await connect('twin', { clean: false, properties: { sessionExpiryInterval: 60 } });
    const end = closed(one);
    const two = await connect('twin', { clean: false, properties: { sessionExpiryInterval: 60 } });
    await end; // mosquitto 2.0 says nothing, it only closes
    const gone = closed(two);
    two._sendPacket({ cmd: 'publish', topic: '', payload: 'x', qos: 0, properties: { topicAlias: 99 } });
    await gone; // DISCONNECT: Topic Alias invalid
    const silent = await connect('silent', { keepalive: 1 });
    const timedOut = closed(silent);
    silent.keepaliveManager?.destroy();
    await timedOut; // likewise, after 1.5 times the Keep Alive
    const last = await connect('until-the-end');
    process.stdout.write('ready\n');
    await closed(last); // the server is ended
  },

  // Twenty packets handed to the kernel in one write.
  async burst() {
    const client = await connect('burst', { protocolVersion: 4 });
    client.stream.cork();
    const all = [];
    for (let i = 1; i <= 20; i += 1) all.push(client.publishAsync(`burst/${i}`, `number ${i}`, { qos: i % 3 }));
    setTimeout(() => client.stream.uncork(), 50);
    await Promise.all(all);
    await client.endAsync();
  },
};

const name = process.argv[2];
if (!scenarios[name]) {
  console.error(`clients.js: no scenario ${name}; there are ${Object.keys(scenarios).join(', ')}`);
  process.exit(1);
}
scenarios[name](...process.argv.slice(3)).then(() => process.exit(0), (error) => {
  console.error(`clients.js ${name}:`, error);
  process.exit(1);
});
