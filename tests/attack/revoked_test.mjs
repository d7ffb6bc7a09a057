// Who was shut out while connected: the open line ends within a second, nothing more is served, late work is no "sent".
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { metrics } from '../process/peer.mjs';
import { World, program } from '../process/support.mjs';

async function watchOf(world, server, home) {
  const before = (await metrics(server.endpoint)).live_peers;
  const child = spawn(program('sejawat'), ['--home', world.path(home), '--json', '--lang', 'en', 'sync', '--watch'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const watch = { child, out: '', err: '' };
  child.stdout.on('data', (part) => (watch.out += part));
  child.stderr.on('data', (part) => (watch.err += part));
  watch.ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  world.servers.push({ child, ended: watch.ended });  // so that it never outlives its test
  for (let i = 0; i < 500 && (await metrics(server.endpoint)).live_peers === before; ++i) await sleep(10);
  return watch;
}
// Milliseconds from `act`'s return until the server follows one live peer less.
async function cutAfter(server, act) {
  const before = (await metrics(server.endpoint)).live_peers;
  act();
  const start = Date.now();
  while ((await metrics(server.endpoint)).live_peers >= before) {
    assert.ok(Date.now() - start < 5000, 'still connected');
    await sleep(5);
  }
  return Date.now() - start;
}

test("a lost device's open line ends within a second of its revocation, and it is served nothing any more", async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    const recovered = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    assert.equal(recovered.status, 0, recovered.err);
    world.client('B', 'sync');
    const other = world.client('B', '--json', 'device', 'list').lines.find((device) => !device.self);
    const watch = await watchOf(world, server, 'B2');
    const took = await cutAfter(server, () => {
      const revoked = world.client('B', '--yes', 'device', 'revoke', other.device);
      assert.equal(revoked.status, 0, revoked.err);
      assert.equal(world.client('B', 'sync').status, 0);
    });
    t.diagnostic(`cut ${took} ms after the revocation was stored`);
    assert.ok(took <= 1000, `${took} ms`);
    world.client('B', 'journal', 'add', '--event', 'pupils', 'setelah pencabutan');
    world.client('B', 'sync');
    await sleep(300);
    watch.child.kill('SIGTERM');
    await watch.ended;
    world.client('B2', 'journal', 'add', '--event', 'pupils', 'dari perangkat yang hilang');
    const late = world.client('B2', '--json', 'sync');
    const { pending } = world.client('B2', '--json', 'status').json;
    assert.ok(late.status !== 0 || pending > 0, 'its late work is not shown as sent');
    assert.doesNotMatch(world.client('B2', 'journal', 'list').out, /setelah pencabutan/);
    world.client('B', 'sync');
    assert.doesNotMatch(world.client('B', 'journal', 'list').out, /perangkat yang hilang/);
  } finally {
    await world.close();
  }
});

test("a removed member's open line ends within a second", async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    world.client('A', 'sync');
    const member = world.client('A', '--json', 'member', 'list').lines.find((one) => one.name === 'Pak Budi Hartono');
    const watch = await watchOf(world, server, 'B');
    const took = await cutAfter(server, () => {
      const removed = world.client('A', '--yes', 'member', 'remove', member.person ?? member.id);
      assert.equal(removed.status, 0, removed.err);
      assert.equal(world.client('A', 'sync').status, 0);
    });
    t.diagnostic(`cut ${took} ms after the removal was stored`);
    assert.ok(took <= 1000, `${took} ms`);
    watch.child.kill('SIGTERM');
    await watch.ended;
  } finally {
    await world.close();
  }
});
