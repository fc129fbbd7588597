// A broker that does what mosquitto never does: it closes connections without a CONNECT after half a
// second, and those that publish where they may not.
// record.sh sets NODE_PATH to where the package `aedes` is.
'use strict';
const net = require('node:net');
const { pathToFileURL } = require('node:url');

(async () => {
  const { Aedes } = await import(pathToFileURL(require.resolve('aedes')));
  const aedes = await Aedes.createBroker({
    connectTimeout: 500,
    authorizePublish: (client, packet, done) =>
      done(packet.topic.startsWith('forbidden/') ? new Error('not allowed') : null),
  });
  net.createServer(aedes.handle).listen(1883, '127.0.0.1', () => process.stdout.write('ready\n'));
})();
