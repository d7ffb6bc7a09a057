// WebSocket frames that no client of ours would send.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer, frame, metrics, raw, socket, upgraded } from '../process/peer.mjs';
import { World } from '../process/support.mjs';

// One server for all: what one test does must not reach the next.
const world = new World();
const server = await world.server();
const { endpoint } = server;
test.after(() => world.close());

async function greeted() {
  const ws = await socket(endpoint);
  const peer = new Peer(server.address);
  ws.send(peer.first());
  const reply = peer.second(await ws.next());
  return { ws, peer, reply };
}

test('a stranger is answered once, told that nobody knows it, and let go', async () => {
  const { ws, reply } = await greeted();
  // ServerMessage.error (field 10) = unknown_membership (22)
  assert.ok(reply.includes(Buffer.from([0x50, 22])));
  assert.equal(await ws.closed, 1008);
});

test('no extension is ever agreed to', async () => {
  const ws = await socket(endpoint, { perMessageDeflate: { threshold: 0 } });
  assert.equal(ws.extensions, '');
  ws.terminate();
  const offers = ['permessage-deflate', 'permessage-deflate; client_max_window_bits=8; server_no_context_takeover', 'permessage-bzip2, permessage-deflate',
    'x-webkit-deflate-frame', 'permessage-deflate; ' + 'a=1; '.repeat(500), ',;,;=,'];
  for (const offer of offers) {
    const answer = await raw(endpoint, `GET /sync HTTP/1.1\r\nHost: ${endpoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: ${offer}\r\n\r\n`, 300);
    assert.match(answer, /^HTTP\/1\.1 (101|400) /, offer);
    assert.doesNotMatch(answer, /extensions/i, offer);
  }
});

test('text is no message: 1003', async () => {
  const ws = await socket(endpoint);
  ws.send('halo');
  assert.equal(await ws.closed, 1003);
});

test('text that is no UTF-8 is refused as well', async () => {
  const connection = await upgraded(endpoint);
  connection.socket.write(frame(1, Buffer.from([0xc3, 0x28])));
  await connection.closed;
  assert.ok([1003, 1007].includes(connection.code()));
});

test('rubbish that no key of ours opens ends the connection: 1008', async () => {
  for (const size of [0, 1, 95, 96, 500, 65535]) {
    const ws = await socket(endpoint);
    ws.send(randomBytes(size));
    assert.equal(await ws.closed, 1008, `${size} bytes`);
  }
});

test('a message over 65,535 bytes is refused by its length, before it is sent: 1009', async () => {
  for (const length of [65536, 0x7fffffff, Number.MAX_SAFE_INTEGER]) {
    const connection = await upgraded(endpoint);
    connection.socket.write(frame(2, Buffer.alloc(10), { length }));
    await connection.closed;
    assert.equal(connection.code(), 1009, `${length}`);
  }
  for (const length of [1n << 62n, (1n << 63n) - 1n]) {
    const connection = await upgraded(endpoint);
    connection.socket.write(frame(2, Buffer.alloc(10), { length }));
    await connection.closed;
    assert.equal(connection.code(), 1009, `${length}`);
  }
  for (const length of [1n << 63n, (1n << 64n) - 1n]) {
    const connection = await upgraded(endpoint);
    connection.socket.write(frame(2, Buffer.alloc(10), { length }));
    await connection.closed;
    assert.ok([1002, 1009].includes(connection.code()), `${length}: ${connection.code()}`);
  }
  const pieces = await upgraded(endpoint);
  pieces.socket.write(frame(2, Buffer.alloc(60000), { fin: false }));
  pieces.socket.write(frame(0, Buffer.alloc(60000)));
  await pieces.closed;
  assert.equal(pieces.code(), 1009, 'in fragments, too');
});

test('a message in a thousand fragments is one message, pings in between are answered', async () => {
  const connection = await upgraded(endpoint);
  const message = new Peer(server.address).first();
  for (let i = 0; i < message.length; ++i) {
    connection.socket.write(frame(i === 0 ? 2 : 0, message.subarray(i, i + 1), { fin: false }));
    if (i === 50) connection.socket.write(frame(9, Buffer.from('ping')));
  }
  for (let i = 0; i < 1000; ++i) connection.socket.write(frame(0, Buffer.alloc(0), { fin: false }));
  connection.socket.write(frame(0, Buffer.alloc(0)));
  await connection.closed;
  assert.deepEqual(connection.frames().map((one) => one.opcode), [10, 2, 8], 'a pong, one answer, a close');
  assert.equal(connection.code(), 1008, 'and the stranger was let go as always');
});

test('pings are answered, sixty a minute; with one more the line ends', async () => {
  const connection = await upgraded(endpoint);
  const answered = () => connection.frames().filter((one) => one.opcode === 10).length;
  const before = (await metrics(endpoint))['refused_total{reason="rate"}'];
  for (let i = 0; i < 60; ++i) connection.socket.write(frame(9, Buffer.from('x')));
  while (answered() < 60) await sleep(10);
  let over = false;
  connection.closed.then(() => (over = true));
  await sleep(300);
  assert.equal(over, false, 'who watches over a line loses nothing by it');
  connection.socket.write(frame(10, Buffer.from('x')));
  await sleep(100);
  assert.equal(over, false, 'a pong costs nobody anything');
  connection.socket.write(frame(9, Buffer.from('x')));
  await connection.closed;
  assert.equal(answered(), 60);
  assert.equal((await metrics(endpoint))['refused_total{reason="rate"}'], before + 1);
});

test('fragments without end, empty or of one byte, end with the deadline and cost no memory', async (t) => {
  const pid = server.pid;
  const resident = () => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  const before = resident();
  const start = Date.now();
  const endless = await Promise.all(Array.from({ length: 8 }, () => upgraded(endpoint)));
  const nothing = Buffer.concat(Array.from({ length: 2000 }, () => frame(0, Buffer.alloc(0), { fin: false })));
  endless.forEach((connection, i) => connection.socket.write(frame(2, Buffer.alloc(i % 2), { fin: false })));
  const timer = setInterval(() => endless.forEach((connection) => connection.socket.writableNeedDrain || connection.socket.write(nothing)), 50);
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, resident())), 100);
  await sleep(2000);
  const asked = Date.now();
  const answer = await fetch(`http://${endpoint}/sync`, { method: 'POST', body: new Peer(server.address).first() });
  assert.equal(answer.status, 200);
  const waited = Date.now() - asked;
  for (const connection of endless) {
    const took = (await connection.closed) - start;
    assert.ok(took > 8000 && took < 14000, `${took}`);
  }
  clearInterval(timer);
  clearInterval(look);
  t.diagnostic(`${most - before} KiB more at most; another was answered in ${waited} ms`);
  assert.ok(waited < 1000);
  if (!/asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '')) assert.ok(most - before < 8192, `${most - before} KiB`);
});

test('frames against the protocol end it: unmasked, reserved, too long a ping, a fragment of nothing', async () => {
  const reserved = (bit) => Buffer.from([0x82 | bit, 0x80, 0, 0, 0, 0]);
  const wrongs = {
    rsv1: reserved(0x40),
    rsv2: reserved(0x20),
    rsv3: reserved(0x10),
    unmasked: frame(2, Buffer.alloc(10), { masked: false }),
    reserved: Buffer.from([0xf2, 0x80, 0, 0, 0, 0]),
    opcode: frame(3, Buffer.alloc(0)),
    ping: frame(9, Buffer.alloc(126)),
    continuation: frame(0, Buffer.alloc(10)),
    'an opcode of control that there is not': frame(11, Buffer.alloc(0)),
    'a close of one byte': frame(8, Buffer.alloc(1)),
    'a long close': frame(8, Buffer.alloc(126)),
    ping_fragment: frame(9, Buffer.alloc(2), { fin: false }),
  };
  for (const [name, bytes] of Object.entries(wrongs)) {
    const connection = await upgraded(endpoint);
    connection.socket.write(bytes);
    await connection.closed;
    assert.equal(connection.code(), 1002, name);
  }
});

test('a stranger who opens a WebSocket and says nothing, or a message byte by byte, has ten seconds', async () => {
  const start = Date.now();
  const silent = await upgraded(endpoint);
  const drip = await upgraded(endpoint);
  drip.socket.write(frame(2, Buffer.alloc(0), { length: 500 }));
  const timer = setInterval(() => drip.socket.write('a'), 300);
  for (const connection of [silent, drip]) {
    const took = (await connection.closed) - start;
    assert.ok(took > 8000 && took < 13000, `${took}`);
  }
  clearInterval(timer);
});

test('a flood of pings and of broken handshakes does not hold up a client', async () => {
  const floods = await Promise.all(Array.from({ length: 20 }, () => upgraded(endpoint)));
  const pings = Buffer.concat(Array.from({ length: 2000 }, () => frame(9, Buffer.from('x'))));
  for (const flood of floods) flood.socket.write(pings);
  const rubbish = Array.from({ length: 50 }, async () => {
    const ws = await socket(endpoint);
    ws.send(randomBytes(60000));
    return ws.closed;
  });
  const start = Date.now();
  const answer = await fetch(`http://${endpoint}/sync`, { method: 'POST', body: new Peer(server.address).first() });
  assert.equal(answer.status, 200);
  assert.ok(Date.now() - start < 1000);
  for (const code of await Promise.all(rubbish)) assert.equal(code, 1008);
  for (const flood of floods) await flood.closed;
  await sleep(100);
  const counted = await metrics(endpoint);
  assert.ok(counted.connections <= 3, 'nothing is left of them');
});
