// kill -9, and a disk that fails, at system calls of the client as it writes, uploads and downloads: the store opens again,
// an import is there whole or not at all, nothing is shown as sent that is not, and the next sync completes the rest.
//
// A sample by default; SEJAWAT_POINTS=all takes every point, SEJAWAT_CALLS=all every kind of call.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import test from 'node:test';
import { callsIn, client, copyOf, noStrace, points, pointsOn, sample, start, writing } from './inject.mjs';
import { thousand } from './prose.mjs';
import { World, jsonLines } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const wanted = process.env.SEJAWAT_POINTS === 'all' ? Infinity : Number(process.env.SEJAWAT_POINTS ?? 4);
const calls = process.env.SEJAWAT_CALLS === 'all' ? 'all' : writing;
const skip = noStrace || (/asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '') && 'under a sanitizer');

const idsOf = (world, home) => {
  const listed = world.client(home, '--json', 'journal', 'list');
  assert.equal(listed.status, 0, listed.err);
  return listed.lines.map((line) => line.id).sort();
};

// B has 30 entries that wait; B2, B's second device, has none of them.
const base = new World();
const prepared = skip ? undefined : await (async () => {
  const server = await base.school();
  assert.equal(base.client('B2', 'recover', '--card-file', base.path('card.txt'), '--server', server.address).status, 0);
  for (const home of ['B', 'A', 'B2']) assert.equal(base.client(home, 'sync').status, 0);
  base.input = jsonLines(thousand(seed).slice(0, 30));
  const ids = base.client('B', '--json', 'journal', 'add', '--from', '-').lines.map((line) => line.id).sort();
  base.input = '';
  await server.end();
  return { endpoint: server.endpoint, ids };
})();
test.after(() => base.close());

// What both devices and the server come to in the end.
function settled(world, extra = 0) {
  for (const home of ['B', 'B2', 'B']) {
    const synced = world.client(home, '--json', 'sync');
    assert.equal(synced.status, 0, synced.err);
    assert.equal(synced.json.pending, 0);
  }
  const all = idsOf(world, 'B');
  assert.equal(new Set(all).size, all.length);
  assert.equal(all.length, prepared.ids.length + extra);
  assert.deepEqual(idsOf(world, 'B2'), all);
}

const scenarios = {
  'an import': {
    home: 'B',
    input: jsonLines(thousand(seed + 1).slice(0, 20)),
    args: ['journal', 'add', '--from', '-'],
    verify: (world, done) => {
      const printed = done.out.split('\n').filter(Boolean).length;
      const there = idsOf(world, 'B').length - prepared.ids.length;
      assert.ok(there === 0 || there === 20, `${there} of 20`);
      if (done.status === 0) assert.equal(printed, 20);
      if (printed > 0) assert.equal(there, 20, 'told, and lost');
      settled(world, there);
    },
  },
  'an upload': {
    home: 'B',
    args: ['sync'],
    verify: (world, done) => {
      const { pending } = world.client('B', '--json', 'status').json;
      if (done.status === 0) assert.equal(pending, 0);
      if (pending === 0) {
        assert.equal(world.client('B2', 'sync').status, 0);
        assert.deepEqual(idsOf(world, 'B2'), prepared.ids, 'shown as sent, and not there');
      }
      settled(world);
    },
  },
  'a download': {
    home: 'B2',
    before: (world) => assert.equal(world.client('B', 'sync').status, 0),
    args: ['sync'],
    verify: (world, done) => {
      if (done.status === 0) assert.deepEqual(idsOf(world, 'B2'), prepared.ids);
      settled(world);
    },
  },
};

async function run(scenario, injection) {
  const world = copyOf(base, ['S', 'A', 'B', 'B2', 'card.txt']);
  try {
    const server = await start(world, prepared.endpoint);
    assert.ok(server.address);
    scenario.before?.(world);
    world.input = scenario.input;
    const done = await client(world, calls, injection, scenario.home, ...scenario.args);
    world.input = '';
    const counted = injection ? {} : { counts: callsIn(done.trace), onDisk: pointsOn(world.path(scenario.home), done.trace) };
    scenario.verify(world, done);
    assert.equal(await server.end(), 0);
    return { ...done, ...counted };
  } finally {
    await world.close();
  }
}

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`kill -9 of the client at system calls of ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { counts } = await run(scenario);
    const all = points(counts);
    const chosen = sample(all, wanted, seed);
    let met = 0;
    for (const { call, n } of chosen) {
      const at = `${call}:signal=KILL:when=${n}`;
      try {
        met += (await run(scenario, at)).status === 'SIGKILL' ? 1 : 0;
      } catch (error) {
        error.message = `${at}: ${error.message}`;
        throw error;
      }
    }
    t.diagnostic(`${all.length} points, ${chosen.length} tried, ${met} of them met`);
    assert.ok(met >= chosen.length / 2, 'too few kills landed');
  });

  test(`one write or fsync of the client that fails in ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { onDisk } = await run(scenario);
    const failing = ['pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink'];
    const all = onDisk.filter(({ call }) => failing.includes(call)).flatMap((point) => ['EIO', 'ENOSPC'].map((error) => ({ ...point, error })));
    const chosen = sample(all, wanted, seed + 1);
    let refused = 0;
    for (const { call, n, error } of chosen) {
      const at = `${call}:error=${error}:when=${n}`;
      try {
        const done = await run(scenario, at);
        assert.ok([0, 1].includes(done.status), `exit ${done.status}: ${done.err}`);
        if (done.status === 1) {
          ++refused;
          assert.equal(done.out, '');
          const said = JSON.parse(done.err.trim().split('\n').at(-1));
          assert.ok(['storage_failed', 'disk_full', 'store_locked'].includes(said.error), done.err);
          assert.ok(said.message.length > 20);
        }
      } catch (thrown) {
        thrown.message = `${at}: ${thrown.message}`;
        throw thrown;
      }
    }
    t.diagnostic(`${all.length} points, ${chosen.length} tried; ${refused} were refused aloud, the others cost nothing`);
  });
}
