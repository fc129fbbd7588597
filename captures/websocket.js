// MQTT over WebSocket: servers and clients that mosquitto's do not replace.
// node websocket.js SCENARIO; record.sh sets NODE_PATH to where the packages `mqtt`, `aedes` and `ws` are.
'use strict';
const http = require('node:http');
const { Duplex } = require('node:stream');
const { pathToFileURL } = require('node:url');
const mqtt = require('mqtt');
const packets = require('mqtt-packet');
const WebSocket = require('ws');

const HOST = '127.0.0.1';
const TAKEOVER = { threshold: 0 };
const ALONE = { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 10 };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const ready = () => process.stdout.write('ready\n');
const broker = async () => {
  const { Aedes } = await import(pathToFileURL(require.resolve('aedes')));
  return Aedes.createBroker();
};

// A stream that sends each 7 bytes as a fragment of one message, with a ping behind every third.
const inFragments = (ws) => {
  const stream = new Duplex({
    read() {},
    write(chunk, encoding, done) {
      for (let at = 0, n = 1; at < chunk.length; at += 7, n += 1) {
        ws.send(chunk.subarray(at, at + 7), { binary: true, fin: at + 7 >= chunk.length });
        if (n % 3 === 0) ws.ping(`ping ${n}`);
      }
      done();
    },
    final(done) { ws.close(1000, 'all said'); done(); },
  });
  ws.on('message', (data) => stream.push(data));
  ws.on('close', () => stream.push(null));
  return stream;
};

const serve = (aedes, port, more, stream = WebSocket.createWebSocketStream) => {
  const server = http.createServer();
  const handleProtocols = (protocols) => (protocols.has('mqtt') ? 'mqtt' : false);
  const sockets = new WebSocket.Server({ server, handleProtocols, ...more });
  sockets.on('connection', (ws, request) => aedes.handle(stream(ws), request));
  return new Promise((done) => server.listen(port, HOST, done));
};

const connect = (clientId, port, more = {}) =>
  mqtt.connectAsync(`ws://${HOST}:${port}/mqtt`, {
    clientId, protocolVersion: 5, keepalive: 60, reconnectPeriod: 0, connectTimeout: 5000, ...more,
  });
const messages = (client, count) => new Promise((done) => {
  client.on('message', () => { count -= 1; if (count === 0) done(); });
});

// The bytes of MQTT by hand, over the package `ws` alone.
const opened = async (port) => {
  const ws = new WebSocket(`ws://${HOST}:${port}/mqtt`, 'mqtt', { perMessageDeflate: false });
  await new Promise((done) => ws.once('open', done));
  return ws;
};
const packet = (what) => packets.generate(what);
const CONNECT = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'by-hand', keepalive: 60 };

const scenarios = {
  // aedes on three ports: messages in fragments, compressed with and without context take-over.
  async server() {
    const aedes = await broker();
    await serve(aedes, 9002, { perMessageDeflate: TAKEOVER });
    await serve(aedes, 9003, { perMessageDeflate: ALONE });
    await serve(aedes, 9005, {}, inFragments);
    ready();
  },

  // One that refuses: 401 on every path but /mqtt, where it does not choose a subprotocol.
  async refusing() {
    const aedes = await broker();
    const verifyClient = (info, done) => (info.req.url === '/mqtt' ? done(true) : done(false, 401, 'Unauthorized'));
    await serve(aedes, 9004, { verifyClient, handleProtocols: () => false });
    ready();
  },

  // What MQTT.js does against mosquitto: every QoS, lengths of 7, 16 and 64 bits, a ping of MQTT.
  async plain() {
    const client = await connect('js-over-ws', 9001);
    const got = messages(client, 5);
    await client.subscribeAsync('ws/#', { qos: 2 });
    for (const qos of [0, 1, 2]) await client.publishAsync(`ws/qos${qos}`, `message ${qos}`, { qos });
    await client.publishAsync('ws/long', 'line of text '.repeat(20), { qos: 1 });
    await client.publishAsync('ws/longer', Buffer.alloc(66_000, 'abcdefgh'), { qos: 1 });
    await got;
    client.sendPing();
    await sleep(200);
    await client.endAsync();
  },

  // Packets over several frames and several in one frame, messages in fragments, pings in between.
  async split() {
    const ws = await opened(9005);
    const hello = packet(CONNECT);
    ws.send(hello.subarray(0, 1));
    ws.send(hello.subarray(1, 9));
    ws.send(hello.subarray(9));
    await sleep(150);
    ws.send(Buffer.concat([
      packet({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'cut/#', qos: 1 }] }),
      packet({ cmd: 'publish', topic: 'cut/a', payload: 'two in one frame', qos: 1, messageId: 2 }),
      packet({ cmd: 'pingreq' }),
    ]));
    await sleep(150);
    const long = packet({ cmd: 'publish', topic: 'cut/b', payload: 'a message in three fragments', qos: 0 });
    ws.send(long.subarray(0, 10), { fin: false });
    ws.ping('in between');
    ws.send(long.subarray(10, 20), { fin: false });
    ws.pong('unasked');
    ws.send(long.subarray(20), { fin: true });
    await sleep(150);
    // The end of one packet and the beginning of the next in one frame.
    const two = Buffer.concat([packet({ cmd: 'pingreq' }), packet({ cmd: 'publish', topic: 'cut/c', payload: 'last' })]);
    ws.send(two.subarray(0, 7));
    ws.send(two.subarray(7));
    await sleep(150);
    ws.send(packet({ cmd: 'disconnect' }));
    await sleep(150);
    ws.close(1000, 'done');
    await sleep(100);
  },

  // Compressed: the same sentence again and again, so that messages refer to earlier ones.
  async deflate() {
    for (const [port, name, options] of [[9002, 'keeps-context', TAKEOVER], [9003, 'each-alone', ALONE]]) {
      const client = await connect(name, port, { protocolVersion: 4, wsOptions: { perMessageDeflate: options } });
      const got = messages(client, 4);
      await client.subscribeAsync(`${name}/#`, { qos: 1 });
      for (const n of [1, 2, 3]) {
        await client.publishAsync(`${name}/reading`, `{"sensor":"boiler","reading":${n}}`, { qos: 1 });
      }
      await client.publishAsync(`${name}/table`, 'row of a table, '.repeat(200), { qos: 1 });
      await got;
      await client.endAsync();
    }
  },

  // Three that are refused or not answered as the standard wants, and one that asks for nothing.
  async refused() {
    const closed = (ws) => new Promise((done) => { ws.once('close', done); ws.once('error', () => {}); });
    await closed(new WebSocket(`ws://${HOST}:9004/other`, 'mqtt', { perMessageDeflate: false }));
    const ws = new WebSocket(`ws://${HOST}:9004/mqtt`, [], { perMessageDeflate: false });
    await new Promise((done) => ws.once('open', done));
    ws.send(packet(CONNECT));
    await sleep(150);
    ws.send(packet({ cmd: 'pingreq' }).toString('latin1')); // a frame of text
    await sleep(150);
    ws.close(1001, 'no more');
    await closed(ws);
  },

  // One connection that stands before the recording begins; `ready` says so.
  async early() {
    const client = await connect('early', 9001, { protocolVersion: 4 });
    const got = messages(client, 3);
    await client.subscribeAsync('early/#', { qos: 1 });
    ready();
    await sleep(1500);
    for (const n of [1, 2, 3]) await client.publishAsync(`early/${n}`, `message ${n}`, { qos: 1 });
    await got;
    client.sendPing();
    await sleep(200);
    await client.endAsync();
  },
};

scenarios[process.argv[2]]().catch((error) => {
  console.error(error);
  process.exit(1);
});
