// Runs in a network of its own (rate_test.mjs), where 192.0.2.1 is this machine and yet no loopback address: the server
// has to judge whoever comes from there as it judges the internet. Prints what it saw as one line of JSON.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { get, hostOf, raw, statusOf } from '../process/peer.mjs';
import { World, program } from '../process/support.mjs';

const world = new World();
const saw = {};
try {
  world.serveFlags = ['--max-per-address', '10'];
  const server = await world.server('192.0.2.1:0');
  const { endpoint } = server;
  const { host, port } = hostOf(endpoint);

  // One connection, as many handshakes as it likes: each is rubbish and costs the server a look at its head, no more.
  const request = `POST /sync HTTP/1.1\r\nHost: ${endpoint}\r\nContent-Length: 120\r\n\r\n${'a'.repeat(120)}`;
  saw.statuses = {};
  const flood = () => new Promise((resolve) => {
    const socket = net.connect(port, host);
    let text = '';
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    for (let i = 0; i < 200; ++i) socket.write(request);
    socket.end();
  });
  for (let round = 0; round < 4; ++round) {
    const text = await flood();
    for (const match of text.matchAll(/HTTP\/1\.1 (\d+)/g)) saw.statuses[match[1]] = (saw.statuses[match[1]] ?? 0) + 1;
    saw.retryAfter ||= /Retry-After: [1-9]/.test(text);
  }
  const upgrade = `GET /sync HTTP/1.1\r\nHost: ${endpoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`;
  saw.upgrade = statusOf(await raw(endpoint, upgrade, 1000));
  saw.page = statusOf(await get(endpoint, '/healthz'));
  saw.metrics = statusOf(await get(endpoint, '/metrics'));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  saw.later = Number((await flood()).match(/HTTP\/1\.1 (\d+)/)?.[1]);

  const held = [];
  saw.held = 0;
  for (let i = 0; i < 15; ++i) {
    const socket = net.connect(port, host);
    socket.on('error', () => {});
    held.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const socket of held) saw.held += socket.readyState === 'open' ? 1 : 0;
  saw.oldest = held.findIndex((socket) => socket.readyState === 'open');

  // From the same address: somebody who is known, and a newcomer, among silent sockets that come and come.
  world.client('A', 'init', '--name', 'Bu Ani');
  saw.created = world.client('A', 'community', 'create', '--name', 'SDN 1', '--kind', 'school', '--server', server.address,
    '--operator-invite', server.operator_invite).status;
  const watch = spawn(program('sejawat'), ['--home', world.path('A'), '--json', 'sync', '--watch'], { stdio: ['ignore', 'pipe', 'ignore'] });
  watch.once('exit', () => (saw.watchEnded = true));
  saw.watching = await Promise.race([
    new Promise((resolve) => watch.stdout.once('data', (line) => resolve(/synced/.test(line)))),
    new Promise((resolve) => setTimeout(resolve, 20000, false)),
  ]);
  for (let i = 0; i < 40; ++i) {
    const socket = net.connect(port, host);
    socket.on('error', () => {});
    held.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  saw.newcomer = statusOf(await get(endpoint, '/healthz'));
  saw.watchEnded ??= false;

  // Whoever comes and goes as fast as it can, and meanwhile somebody from elsewhere.
  saw.arrivals = { welcome: 0, turned: 0 };
  const comeAndGo = () => new Promise((resolve) => {
    const socket = net.connect(port, host, () => socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
    let answered = false;
    socket.on('data', () => (answered = true));
    socket.on('error', () => {});
    socket.on('close', () => {
      ++saw.arrivals[answered ? 'welcome' : 'turned'];
      resolve();
    });
  });
  const elsewhere = async () => {
    while (saw.arrivals.welcome + saw.arrivals.turned < 4000) {
      saw.elsewhere = statusOf(await get(endpoint, '/healthz', '', { localAddress: '192.0.2.2' }));
      if (saw.elsewhere !== 200) break;
    }
  };
  const four = async () => {
    for (let i = 0; i < 1000; ++i) await comeAndGo();
  };
  const started = Date.now();
  await Promise.all([elsewhere(), four(), four(), four(), four()]);
  saw.arrivals.seconds = (Date.now() - started) / 1000;
  watch.removeAllListeners('exit');
  watch.kill('SIGTERM');
} finally {
  await world.close();
}
console.log(JSON.stringify(saw));
process.exit(0);
