// kill -9, and a disk that fails, at system calls of `backup create` and `backup restore`: a file that has its name is a whole
// backup, a folder that a server starts on is whole, what was there before is still there, and doing it again works.
//
// A sample by default; SEJAWAT_POINTS=all takes every point.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsIn, copyOf, integrity, noStrace, points, pointsOn, sample, start, traced, writing } from './inject.mjs';
import { thousand } from './prose.mjs';
import { World, jsonLines, program } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const wanted = process.env.SEJAWAT_POINTS === 'all' ? Infinity : Number(process.env.SEJAWAT_POINTS ?? 8);
const skip = noStrace || (/asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '') && 'under a sanitizer');
const failing = ['pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink', 'mkdir'];

// A server with 40 entries of B, stopped, and a good backup of it.
const base = new World();
const prepared = skip ? undefined : await (async () => {
  const server = await base.school();
  base.input = jsonLines(thousand(seed).slice(0, 40));
  assert.equal(base.client('B', 'journal', 'add', '--from', '-').status, 0);
  base.input = '';
  assert.equal(base.client('B', 'sync').status, 0);
  await server.end();
  assert.equal(base.run('sejawat-server', 'backup', 'create', '--data', base.path('S'), '--to', base.path('good')).status, 0);
  return { endpoint: server.endpoint, address: server.address };
})();
test.after(() => base.close());

function backup(world, injection, ...args) {
  const trace = world.path('trace');
  rmSync(trace, { force: true });
  const [command, ...rest] = [...traced(writing, trace, injection), program('sejawat-server'), '--json', '--lang', 'en', 'backup', ...args];
  const done = spawnSync(command, rest, { cwd: world.root, encoding: 'utf8', timeout: 60000 });
  return { status: done.status ?? done.signal, out: done.stdout, err: done.stderr, trace };
}
const plain = (world, ...args) => world.run('sejawat-server', '--json', '--lang', 'en', 'backup', ...args);
// All of it, from the card alone.
async function serves(world, listen) {
  const server = await start(world, listen);
  assert.ok(server.address, readFileSync(world.path('server.log'), 'utf8'));
  const fresh = world.client('fresh', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
  assert.equal(fresh.status, 0, fresh.err);
  assert.equal(world.client('fresh', '--json', 'journal', 'list').lines.length, 40);
  assert.equal(await server.end(), 0);
  assert.equal(integrity(world.path('S/carrier.db')), 'ok');
}

const scenarios = {
  create: {
    args: (world) => ['create', '--data', world.path('S'), '--to', world.path('kept')],
    verify: async (world, done) => {
      if (done.status === 0 || existsSync(world.path('kept'))) {
        const verified = plain(world, 'verify', world.path('kept'));
        assert.equal(verified.status, 0, `what has the name is whole: ${verified.err}`);
      }
      rmSync(world.path('kept'), { force: true });
      const again = plain(world, 'create', '--data', world.path('S'), '--to', world.path('kept'));
      assert.equal(again.status, 0, again.err);
      await serves(world, prepared.endpoint);
      assert.deepEqual(readdirSync(world.path('S')).filter((name) => name.startsWith('backup-')), [], 'nothing half-made stays');
    },
  },
  restore: {
    args: (world) => ['restore', world.path('good'), '--data', world.path('S'), '--yes'],
    verify: async (world, done) => {
      if (done.status !== 0) {
        // Whatever became of it, doing it again ends it; what was there before the first try is not lost by the second.
        const again = plain(world, 'restore', world.path('good'), '--data', world.path('S'), '--yes');
        assert.equal(again.status, 0, again.err);
      }
      await serves(world, prepared.endpoint);
    },
  },
};

async function run(scenario, injection) {
  const world = copyOf(base, ['S', 'B', 'card.txt', 'good']);
  try {
    const done = backup(world, injection, ...scenario.args(world));
    const counts = injection ? undefined : callsIn(done.trace);
    const onDisk = injection ? undefined : pointsOn(world.root, done.trace);
    if (!injection) assert.equal(done.status, 0, done.err);
    await scenario.verify(world, done);
    return { done, counts, onDisk };
  } finally {
    await world.close();
  }
}
async function at(scenario, injection) {
  try {
    return (await run(scenario, injection)).done;
  } catch (error) {
    error.message = `${injection}: ${error.message}`;
    throw error;
  }
}

test('a server that starts just as a restore begins does not serve what is being replaced', { skip }, async () => {
  const world = copyOf(base, ['S', 'B', 'card.txt', 'good']);
  try {
    const database = world.path('S/carrier.db');
    const child = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-P', database, '-e', 'inject=openat:delay_enter=3000000:when=1',
      program('sejawat-server'), 'serve', '--data', world.path('S'), '--listen', prepared.endpoint, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.stderr.on('data', (part) => (text += part));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await sleep(1500); // it looked for the mark, and has not opened the database
    writeFileSync(world.path('S/restore.unfinished'), '', { mode: 0o600 });
    const status = await Promise.race([ended, sleep(15000)]);
    const serving = text.match(/"pid":(\d+)/);
    if (serving) process.kill(Number(serving[1]), 'SIGKILL');
    assert.equal(status, 1);
    assert.match(text, /interrupted/);
  } finally {
    await world.close();
  }
});

// The one who acknowledges makes the copy, so it must not wait there for a disk that writes all of it.
test('a server that is asked for a copy makes none of it durable, and who asked does', { skip }, async () => {
  const world = copyOf(base, ['S', 'B', 'card.txt']);
  try {
    const syncs = ['fsync', 'fdatasync', 'openat'];
    const server = await start(world, prepared.endpoint, syncs);
    const done = plain(world, 'create', '--data', world.path('S'), '--to', world.path('kept'));
    assert.equal(done.status, 0, done.err);
    assert.equal(await server.end(), 0);
    const ofCopy = readFileSync(server.trace, 'utf8').split('\n').filter((line) => /backup-[0-9a-f]{32}\.(part|copy)/.test(line));
    assert.ok(ofCopy.length > 0, 'it was made there');
    assert.deepEqual(ofCopy.filter((line) => /^\d+ +f(data)?sync/.test(line)), []);
    const asked = backup(world, undefined, 'create', '--data', world.path('S'), '--to', world.path('again'));
    assert.equal(asked.status, 0, asked.err);
    assert.match(readFileSync(asked.trace, 'utf8'), /fsync\(\d+<[^>]*again[^>]*>\)/);
  } finally {
    await world.close();
  }
});

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`kill -9 at system calls of backup ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { counts } = await run(scenario);
    const all = points(counts);
    const chosen = sample(all, wanted, seed);
    let met = 0;
    for (const { call, n } of chosen) met += (await at(scenario, `${call}:signal=KILL:when=${n}`)).status !== 0 ? 1 : 0;
    t.diagnostic(`${all.length} points, ${chosen.length} tried, ${met} of them met`);
    assert.ok(met >= chosen.length / 2, 'too few kills landed');
  });
  test(`one write or fsync that fails in backup ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { onDisk } = await run(scenario);
    const all = onDisk.filter(({ call }) => failing.includes(call)).flatMap((point) => ['EIO', 'ENOSPC'].map((error) => ({ ...point, error })));
    const chosen = sample(all, wanted, seed + 1);
    let told = 0;
    for (const { call, n, error } of chosen) {
      const done = await at(scenario, `${call}:error=${error}:when=${n}`);
      if (done.status === 0) continue;
      ++told;
      assert.equal(done.status, 1, done.err);
      assert.match(done.err, /storage_failed|disk_full|"error"/, 'it says why');
    }
    t.diagnostic(`${all.length} points, ${chosen.length} tried; ${told} ended it, the others cost nothing`);
  });
}
