// Thousands who connect and say nothing: they take places from each other, never from those whom the server knows.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer, hostOf, metrics } from '../process/peer.mjs';
import { World, entries, jsonLines } from '../process/support.mjs';

// As many as the descriptors of this process and of the server allow, and twice what may stay.
const limit = Number(readFileSync('/proc/self/limits', 'utf8').match(/^Max open files\s+\d+\s+(\d+)/m)?.[1] ?? 4096);
const silent = Math.min(6000, limit - 1000);
const strangers = Math.floor(silent / 2);

test('thousands of silent sockets push each other out; members live and new ones are served all the while', async (t) => {
  const world = new World();
  const crowd = [];
  try {
    world.serveFlags = ['--max-connections', String(silent + 500), '--max-strangers', String(strangers)];
    const server = await world.school();
    const { host, port } = hostOf(server.endpoint);
    const watch = world.spawnClient('A', 'sync', '--watch');
    const watching = { ended: false };
    watch.once('exit', () => (watching.ended = true));
    while (!(await metrics(server.endpoint)).live_peers) await sleep(20);

    let closed = 0;
    const sync = async (mark) => {
      world.input = jsonLines(entries(2, mark));
      world.client('B', 'journal', 'add', '--from', '-');
      world.input = '';
      const start = Date.now();
      const done = await world.clientAside('B', '--json', 'sync');
      assert.equal(done.status, 0, done.err);
      assert.equal(JSON.parse(done.out).pending, 0);
      return Date.now() - start;
    };
    const alone = await sync('sebelum');
    // Half of them have sent part of a head, too.
    while (crowd.length < silent) {
      const wave = Array.from({ length: 250 }, (_, i) => new Promise((resolve) => {
        const socket = net.connect(port, host, () => {
          if (i % 2) socket.write('POST /sync HTTP/1.1\r\nHost: ');
          resolve();
        });
        socket.on('error', resolve);
        socket.on('close', () => ++closed);
        crowd.push(socket);
      }));
      await Promise.all(wave);
    }
    const among = [];
    for (let i = 0; i < 5; ++i) among.push(await sync(`di antara ${i}`));
    const counted = await metrics(server.endpoint);
    t.diagnostic(`${silent} silent sockets, ${counted.connections} connections; a sync ${alone} ms alone, ${among.join(', ')} ms among them`);
    assert.ok(counted.connections <= strangers + 2, `${counted.connections} stay`);
    // Some of those that were pushed out were over before by their own deadline.
    assert.ok(counted['refused_total{reason="strangers"}'] + counted.timeouts_total >= silent - strangers);
    assert.ok(closed >= silent - strangers - 10, `${closed} were told`);
    assert.equal(counted['refused_total{reason="connections"}'], 0, 'nobody was turned away for them');
    assert.equal(watching.ended, false);
    assert.equal(counted.live_peers, 1, 'who was there is there');
    watch.kill('SIGTERM');
  } finally {
    for (const socket of crowd) socket.destroy();
    await world.close();
  }
});

// A school with a live line of A, and as many silent sockets as they like; then B syncs, and A's line still stands.
async function withoutRoom(world, server, silentSockets) {
  const { host, port } = hostOf(server.endpoint);
  const watch = world.spawnClient('A', 'sync', '--watch');
  const watching = { ended: false };
  watch.once('exit', () => (watching.ended = true));
  while (!(await metrics(server.endpoint)).live_peers) await sleep(20);
  const crowd = [];
  try {
    for (let i = 0; i < silentSockets; ++i) {
      const socket = net.connect(port, host);
      socket.on('error', () => {});
      crowd.push(socket);
      await new Promise((resolve) => socket.once('connect', resolve));
    }
    await sleep(200);
    world.input = jsonLines(entries(2, 'di antara'));
    world.client('B', 'journal', 'add', '--from', '-');
    world.input = '';
    const done = await world.clientAside('B', '--json', 'sync');
    assert.equal(done.status, 0, done.err);
    assert.equal(JSON.parse(done.out).pending, 0);
    const counted = await metrics(server.endpoint);
    assert.equal(counted.live_peers, 1);
    assert.equal(watching.ended, false, 'who is known is there');
    return counted;
  } finally {
    watch.kill('SIGTERM');
    for (const socket of crowd) socket.destroy();
  }
}

test('however few connections there may be, silent sockets keep no member out', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--max-connections', '50'];
    const counted = await withoutRoom(world, await world.school(), 80);
    assert.ok(counted.connections <= 50);
    assert.equal(counted['refused_total{reason="connections"}'], 0);
  } finally {
    await world.close();
  }
});

test('a person who takes every place, with two devices and copies of them, keeps no colleague out', async () => {
  const world = new World();
  const watches = [];
  try {
    world.serveFlags = ['--max-connections', '12'];
    const server = await world.school();
    assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
    const open = (home, copy) => {
      cpSync(world.path(home), world.path(copy), { recursive: true });
      watches.push(world.spawnClient(copy, 'sync', '--watch'));
    };
    for (const home of ['B', 'B2']) {
      world.client(home, 'sync');
      for (let i = 0; i < 6 && watches.length < 11; ++i) {
        open(home, `${home}-${i}`);
        while ((await metrics(server.endpoint)).live_peers < watches.length) await sleep(20);
      }
    }
    // With the twelfth, whoever asks for this needs the place of one.
    open('B2', 'B2-5');
    let counted = await metrics(server.endpoint);
    for (; !counted['refused_total{reason="person"}']; counted = await metrics(server.endpoint)) await sleep(50);
    world.client('A', 'journal', 'add', '--happened', 'di antara salinan');
    const done = world.client('A', '--json', 'sync');
    assert.equal(done.status, 0, done.err);
    assert.equal(done.json.pending, 0);
    counted = await metrics(server.endpoint);
    assert.equal(counted['refused_total{reason="connections"}'], 0);
    assert.ok(counted.live_peers >= 10, 'no more go than have to');
  } finally {
    for (const watch of watches) watch.kill('SIGTERM');
    await world.close();
  }
});

test('a server that the system gives few descriptors takes fewer connections, and says so', async () => {
  const world = new World();
  try {
    world.prefix = ['sh', '-c', 'ulimit -n 64; exec "$0" "$@"'];
    const counted = await withoutRoom(world, await world.school(), 80);
    assert.ok(counted.connections <= 32);
    assert.equal(counted['refused_total{reason="descriptors"}'], 0, 'it never comes to that');
    assert.match(readFileSync(world.path('server.log'), 'utf8'), /"event":"fewer_connections","connections":32/);
  } finally {
    await world.close();
  }
});

test('where the system has no descriptor left a stranger goes, who comes is served, and the log says so', async () => {
  const world = new World();
  try {
    const server = await world.school();
    assert.equal(spawnSync('prlimit', ['--pid', String(server.pid), '--nofile=40:40']).status, 0);
    const counted = await withoutRoom(world, server, 80);
    assert.ok(counted['refused_total{reason="descriptors"}'] >= 40);
    assert.ok(counted['refused_total{reason="strangers"}'] >= 40);
    const said = readFileSync(world.path('server.log'), 'utf8').match(/out_of_descriptors/g);
    assert.equal(said?.length, 1, 'once a minute');
  } finally {
    await world.close();
  }
});

test('a stranger who is answered a page, or told that nobody knows it, stays a stranger', async () => {
  const world = new World();
  const held = [];
  try {
    world.serveFlags = ['--max-strangers', '5'];
    const server = await world.server();
    const { host, port } = hostOf(server.endpoint);
    const hold = async (request) => {
      const socket = net.connect(port, host);
      socket.on('error', () => {});
      held.push(socket);
      socket.write(request);
      await new Promise((resolve) => socket.once('data', resolve));
    };
    const body = new Peer(server.address).first();
    for (let i = 0; i < 10; ++i) await hold(`GET /healthz HTTP/1.1\r\nHost: ${server.endpoint}\r\n\r\n`);
    for (let i = 0; i < 10; ++i) {
      await hold(Buffer.concat([Buffer.from(`POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`), body]));
    }
    await sleep(200);
    assert.equal(held.filter((socket) => socket.readyState === 'open').length, 5);
    // Nor by a record that nobody can read, as far as a stranger's get.
    const rubbish = Buffer.concat([Buffer.from([0x0a, 2, 8, 1, 0x12, 21, 0x12, 16]), randomBytes(16), Buffer.from([0x1a, 1, 0])]);
    const told = new Peer(server.address).first(rubbish);
    for (let i = 0; i < 10; ++i) {
      await hold(Buffer.concat([Buffer.from(`POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: ${told.length}\r\n\r\n`), told]));
    }
    await sleep(200);
    assert.equal(held.filter((socket) => socket.readyState === 'open').length, 5);
  } finally {
    for (const socket of held) socket.destroy();
    await world.close();
  }
});
