// Lines as a seed makes them, each connection another: delays, stalls, half-open ones, cuts and resets at any byte, flipped
// bits, portals in place of the server. A real client goes through many of them, once a sync at a time and once connected
// live; in the end everything is there exactly once, and along the way nobody was told what was not so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thousand } from './prose.mjs';
import { Proxy, seeded } from './proxy.mjs';
import { World, jsonLines, program } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const lines = Number(process.env.SEJAWAT_LINES ?? 40);

function write(world, home, entries) {
  world.input = jsonLines(entries);
  const added = world.client(home, '--json', 'journal', 'add', '--from', '-');
  world.input = '';
  assert.equal(added.status, 0, added.err);
  return added.lines.map((line) => line.id);
}
const idsOf = (world, home) => world.client(home, '--json', 'journal', 'list').lines.map((line) => line.id).sort();
function twoDevices(world, server) {
  const recovered = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
  assert.equal(recovered.status, 0, recovered.err);
  assert.equal(world.client('B', 'sync').status, 0);
}
const summary = (seen) => Object.entries(seen).map(([kind, count]) => `${count} ${kind}`).sort().join(', ');

test(`${lines} seeded lines, both devices through each: nothing lost, doubled or promised (SEJAWAT_SEED=${seed})`, async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    twoDevices(world, server);
    const random = seeded(seed);
    const all = thousand(seed);
    const ids = [];
    const seen = {};
    const statuses = {};
    for (let i = 0; i < lines; ++i) {
      const proxy = await Proxy.seeded(server.endpoint, random, seen);
      const home = i % 3 === 2 ? 'B2' : 'B';
      // Mostly a few entries; now and then a message or two.
      ids.push(...write(world, home, all.splice(0, i % 10 === 9 ? 120 : 1 + Math.floor(random() * 4))));
      const done = await world.clientAside(home, '--json', 'sync', '--server', proxy.via(server.address));
      await proxy.close();
      statuses[done.status] = (statuses[done.status] ?? 0) + 1;
      const { pending } = world.client(home, '--json', 'status').json;
      if (done.status === 0) {
        assert.equal(JSON.parse(done.out).pending, 0, `line ${i}`);
        assert.equal(pending, 0, `line ${i}`);
      } else {
        // 1: what came cannot have been for, or from, the server of this key. Everything else is an offline line.
        assert.ok(done.status === 3 || (done.status === 1 && ['wrong_server_key', 'cannot_decrypt', 'malformed'].includes(done.error.error)),
          `line ${i}: exit ${done.status} ${done.err}`);
        assert.equal(done.out, '', `line ${i}`);
        assert.match(done.error.message, /safe/, `line ${i}: ${done.err}`);
        assert.notEqual(done.error.error, 'internal', `line ${i}: ${done.err}`);
      }
      if (pending === 0) {
        // Shown as sent: somebody else must be able to fetch it.
        const other = home === 'B' ? 'B2' : 'B';
        if (i % 4 === 0) {
          assert.equal(world.client(other, 'sync', '--server', server.address).status, 0);
          const there = new Set(idsOf(world, other));
          for (const id of idsOf(world, home)) assert.ok(there.has(id), `line ${i}: shown as sent, and not there`);
        }
      }
    }
    t.diagnostic(`connections: ${summary(seen)}; exits: ${summary(statuses)}`);
    assert.ok((statuses[3] ?? 0) + (statuses[1] ?? 0) >= lines / 8, 'the weather was too good');
    assert.equal(statuses.null, undefined);
    for (const home of ['B', 'B2', 'B']) {
      const done = world.client(home, '--json', 'sync', '--server', server.address);
      assert.equal(done.status, 0, done.err);
      assert.equal(done.json.pending, 0);
    }
    assert.equal(new Set(ids).size, ids.length);
    for (const home of ['B', 'B2']) assert.deepEqual(idsOf(world, home), [...ids].sort(), home);
  } finally {
    await world.close();
  }
});

test(`a live client on a seeded line comes back until everything has arrived, once (SEJAWAT_SEED=${seed})`, async (t) => {
  const world = new World();
  let watch;
  try {
    const server = await world.school();
    twoDevices(world, server);
    const seen = {};
    const proxy = await Proxy.seeded(server.endpoint, seeded(seed + 1), seen);
    watch = spawn(program('sejawat'), ['--home', world.path('B2'), '--json', 'sync', '--watch', '--server', proxy.via(server.address)],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let ended;
    watch.stdout.on('data', (part) => (out += part));
    watch.stderr.on('data', (part) => (err += part));
    const over = new Promise((resolve) => watch.once('close', (code) => resolve((ended = code))));
    const all = thousand(seed + 1);
    const ids = [];
    const end = Date.now() + 10000;
    while (Date.now() < end && ended === undefined) {
      if (ids.length % 6 === 4) for (const socket of proxy.sockets) socket.destroy(); // on to the next connection
      ids.push(...write(world, 'B', all.splice(0, 2)));
      assert.equal(world.client('B', 'sync', '--server', server.address).status, 0);
      await sleep(400);
    }
    assert.equal(ended, undefined, `the watch gave up: ${err}`);
    watch.kill('SIGTERM');
    assert.equal(await over, 0, err);
    for (const line of out.trim().split('\n').filter(Boolean)) {
      const event = JSON.parse(line);
      assert.ok(['synced', 'arrived', 'offline'].includes(event.event), line);
      assert.notEqual(event.error, 'internal', line);
    }
    await proxy.close();
    t.diagnostic(`connections: ${summary(seen)}`);
    assert.equal(world.client('B2', 'sync', '--server', server.address).status, 0);
    assert.deepEqual(idsOf(world, 'B2'), [...ids].sort());
  } finally {
    watch?.kill('SIGKILL');
    await world.close();
  }
});
