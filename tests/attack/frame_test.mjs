// WebSocket frames that no client of ours would send.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer, frame, metrics, socket, upgraded } from '../process/peer.mjs';
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

test('frames against the protocol end it: unmasked, reserved, too long a ping, a fragment of nothing', async () => {
  const wrongs = {
    unmasked: frame(2, Buffer.alloc(10), { masked: false }),
    reserved: Buffer.from([0xf2, 0x80, 0, 0, 0, 0]),
    opcode: frame(3, Buffer.alloc(0)),
    ping: frame(9, Buffer.alloc(126)),
    continuation: frame(0, Buffer.alloc(10)),
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
  for (const flood of floods) flood.socket.destroy();
  await sleep(100);
  const counted = await metrics(endpoint);
  assert.ok(counted.connections <= 3, 'nothing is left of them');
});
