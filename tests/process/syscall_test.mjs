// kill -9, and a disk that fails, at system calls of the server in what it does: the same folder starts again, its database
// is whole, all that was acknowledged is there, and the next sync completes the rest.
//
// A sample of the writing calls by default. SEJAWAT_POINTS=all takes every one, SEJAWAT_CALLS=all every kind of call.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { callsIn, copyOf, integrity, noStrace, points, pointsOn, sample, start, writing } from './inject.mjs';
import { metrics } from './peer.mjs';
import { thousand } from './prose.mjs';
import { World, jsonLines, program } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const wanted = process.env.SEJAWAT_POINTS === 'all' ? Infinity : Number(process.env.SEJAWAT_POINTS ?? 4);
const calls = process.env.SEJAWAT_CALLS === 'all' ? 'all' : writing;
const folders = ['S', 'A', 'B', 'B2', 'C', 'card.txt'];
// A sanitizer makes each run ten times as long.
const skip = noStrace || (/asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '') && 'under a sanitizer');

// A school with its admin A, teachers C and B with B's second device B2, all in step; B has written what waits.
const base = new World();
const prepared = skip ? undefined : await (async () => {
  const server = await base.school();
  const recovered = base.client('B2', 'recover', '--card-file', base.path('card.txt'), '--server', server.address);
  assert.equal(recovered.status, 0, recovered.err);
  const { link } = base.client('A', '--json', 'invite', '--role', 'teacher').json;
  assert.equal(base.client('C', 'join', link, '--name', 'Bu Citra', '--card-file', base.path('C.card')).status, 0);
  for (const home of ['B', 'A', 'B2', 'C']) assert.equal(base.client(home, 'sync').status, 0);
  base.input = jsonLines(thousand(seed).slice(0, 60));
  const ids = base.client('B', '--json', 'journal', 'add', '--from', '-').lines.map((line) => line.id);
  base.input = '';
  const member = base.client('A', '--json', 'member', 'list').lines.find((one) => one.name === 'Pak Budi Hartono').person;
  await server.end();
  return { endpoint: server.endpoint, address: server.address, ids, member };
})();
test.after(() => base.close());

const idsOf = (world, home) => world.client(home, '--json', 'journal', 'list').lines.map((line) => line.id).sort();
const said = (done) => done.err.trim().split('\n').at(-1);

// Everything that B wrote is on the server once, whatever came before; before B tries again when B was told so.
async function allOfB(world, server, told) {
  const { ids } = prepared;
  const fetched = () => {
    assert.equal(world.client('B2', 'sync').status, 0);
    return idsOf(world, 'B2');
  };
  if (told) assert.deepEqual(fetched(), [...ids].sort(), 'acknowledged, and lost');
  const next = world.client('B', '--json', 'sync');
  assert.equal(next.status, 0, next.err);
  assert.equal(next.json.pending, 0);
  assert.deepEqual(fetched(), [...ids].sort());
}
async function upload(world) {
  const done = await world.clientAside('B', '--json', 'sync');
  assert.ok([0, 3].includes(done.status), `exit ${done.status}: ${done.err}`);
  if (done.status === 3) assert.match(said(done), /safe/);
  const { pending } = world.client('B', '--json', 'status').json;
  assert.equal(pending === 0, done.status === 0, 'what is shown is what was said');
  return { told: done.status === 0 };
}

// What a killed server left in its log was acknowledged; if it cannot be made durable now, it must not be once more.
test('a server whose disk is full or broken when it syncs its log at the start does not go on, and writes nothing of it', { skip }, async () => {
  const world = copyOf(base, folders);
  try {
    const first = await start(world, prepared.endpoint);
    assert.ok((await upload(world)).told);
    first.signal('SIGKILL');
    await first.ended;
    const log = statSync(world.path('S/carrier.db-wal')).size;
    assert.ok(log > 0);
    for (const error of ['ENOSPC', 'EDQUOT', 'EIO']) {
      const server = await start(world, prepared.endpoint, ['fsync', 'fdatasync'], `fsync,fdatasync:error=${error}:when=1`);
      assert.equal(server.address, undefined, error);
      assert.equal(await server.ended, 1);
      assert.equal(statSync(world.path('S/carrier.db-wal'), { throwIfNoEntry: false })?.size, log, `${error}: the log`);
    }
    assert.match(readFileSync(world.path('server.log'), 'utf8'), /disk_full/);
    assert.match(readFileSync(world.path('server.log'), 'utf8'), /storage_failed/);
    await allOfB(world, await start(world, prepared.endpoint), true);
  } finally {
    await world.close();
  }
});

test('a second signal ends a server at once, also when its connections are gone and a slow disk keeps it', { skip }, async () => {
  const world = copyOf(base, folders);
  const syncing = ['fsync', 'fdatasync'];
  try {
    const probe = await start(world, prepared.endpoint, syncing);
    await probe.end();
    // No thread made more of them to come up and go: from then on a sync takes longer than anybody waits.
    const made = Math.max(0, ...callsIn(probe.trace).values());
    const server = await start(world, prepared.endpoint, syncing, `fsync,fdatasync:delay_enter=60000000:when=${made + 1}+`);
    assert.ok(server.address);
    let waits = false;
    let uploading;
    for (let i = 0; i <= made + 1 && !waits; ++i) {
      world.input = jsonLines(thousand(seed + i).slice(0, 1));
      assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
      world.input = '';
      uploading = spawn(program('sejawat'), ['--home', world.path('B'), 'sync'], { stdio: 'ignore' });
      waits = await Promise.race([once(uploading, 'exit').then(() => false), sleep(2000, true)]);
    }
    assert.ok(waits, 'the disk keeps a sync');
    server.signal('SIGTERM');
    // The probe said so, too.
    const stops = () => readFileSync(world.path('server.log'), 'utf8').split('"stopped"').length - 1;
    for (let i = 0; i < 200 && stops() < 2; ++i) await sleep(50);
    assert.equal(stops(), 2, 'its connections are gone');
    await sleep(300);
    // The tracer holds the thread whose call it delays, as a disk would; the process ends before that comes back.
    const gone = () => server.over || /^State:\s+Z/m.test(readFileSync(`/proc/${server.pid}/status`, 'utf8'));
    assert.equal(gone(), false, 'the disk keeps it');
    const second = Date.now();
    server.signal('SIGTERM');
    while (!gone() && Date.now() - second < 5000) await sleep(20);
    assert.ok(gone(), 'ended');
    assert.ok(Date.now() - second < 3000);
    uploading.kill('SIGKILL');
    server.child.kill('SIGKILL');
    await server.ended;
    assert.ok(world.client('B', '--json', 'status').json.pending > 0, 'what the disk kept is not called sent');
    await start(world, prepared.endpoint);
    assert.equal(world.client('B', '--json', 'sync').json.pending, 0);
    assert.equal(world.client('B2', 'sync').status, 0);
    assert.deepEqual(idsOf(world, 'B2'), idsOf(world, 'B'));
  } finally {
    await world.close();
  }
});

const scenarios = {
  'its first start': {
    fresh: true,
    // Once, a kill between creating server.key and writing it left an empty one, and no start ever after.
    always: [{ call: 'write', n: 1 }, { call: 'write', n: 2 }],
    act: async () => ({}),
    verify: async (world, server, before) => {
      if (before.address) {
        assert.equal(server.address, before.address, 'who has read its address finds it again');
        assert.equal(server.operator_invite, before.operator_invite);
      }
      world.client('A', 'init', '--name', 'Bu Ani');
      const created = world.client('A', '--json', 'community', 'create', '--name', 'SDN 1', '--kind', 'school', '--server', server.address,
        '--operator-invite', server.operator_invite);
      assert.equal(created.status, 0, created.err);
    },
  },
  'an upload': { act: upload, verify: (world, server, before) => allOfB(world, server, before.told) },
  'a removal': {
    act: async (world) => {
      const removed = await world.clientAside('A', '--yes', '--json', 'member', 'remove', prepared.member);
      assert.ok([0, 3].includes(removed.status), removed.err); // it syncs by itself
      const synced = await world.clientAside('A', '--json', 'sync');
      assert.ok([0, 3].includes(synced.status), synced.err);
      return { told: removed.status === 0 || synced.status === 0 };
    },
    verify: async (world, server, before) => {
      const members = (home) => {
        assert.equal(world.client(home, 'sync').status, 0);
        return world.client(home, '--json', 'member', 'list').lines.map((one) => one.person);
      };
      const seen = members('C');
      if (before.told) assert.ok(!seen.includes(prepared.member), 'acknowledged, and lost');
      for (const home of ['A', 'C']) assert.ok(!members(home).includes(prepared.member), home);
      assert.equal(members('C').length, 2);
    },
  },
  'a live push': {
    act: async (world, server) => {
      const watch = spawn(program('sejawat'), ['--home', world.path('B2'), '--json', 'sync', '--watch'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = new Promise((resolve) => watch.once('close', resolve));
      let shown = '';
      watch.stdout.on('data', (part) => (shown += part));
      for (let i = 0; i < 100 && !server.over; ++i) {
        if ((await metrics(server.endpoint)).live_peers === 1) break;
        await sleep(10);
      }
      const evidence = await upload(world);
      for (let i = 0; i < 30 && !server.over && !/"received":[1-9]/.test(shown); ++i) await sleep(10);
      watch.kill('SIGTERM');
      assert.equal(await ended, 0, 'the watch ends well');
      return evidence;
    },
    verify: (world, server, before) => allOfB(world, server, before.told),
  },
  'a drain in the middle of an upload': {
    act: async (world, server) => {
      const uploading = upload(world);
      await sleep(25);
      const before = server.recording ? callsIn(server.trace) : undefined;
      if (!server.stays) server.signal('SIGTERM');
      return { ...(await uploading), before };
    },
    verify: (world, server, before) => allOfB(world, server, before.told),
  },
};

async function run(scenario, injection) {
  const world = scenario.fresh ? new World() : copyOf(base, folders);
  try {
    const listen = scenario.fresh ? '127.0.0.1:0' : prepared.endpoint;
    const server = await start(world, listen, calls, injection);
    server.recording = !injection;
    let evidence = server.address ? await scenario.act(world, server) : undefined;
    const { address, operator_invite, trace } = server;
    const code = await server.end();
    const counts = injection ? undefined : callsIn(trace);
    const onDisk = injection ? undefined : pointsOn(world.path('S'), trace);
    const again = await start(world, address ? server.endpoint : listen);
    assert.ok(again.address, `does not start again: ${readFileSync(world.path('server.log'), 'utf8')}`);
    again.stays = true;
    evidence ??= await scenario.act(world, again); // it was gone before anything began
    await scenario.verify(world, again, { ...evidence, address, operator_invite });
    assert.equal(await again.end(), 0);
    assert.equal(integrity(world.path('S/carrier.db')), 'ok');
    return { code, counts, onDisk, before: evidence.before, log: readFileSync(world.path('server.log'), 'utf8') };
  } finally {
    await world.close();
  }
}

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`kill -9 of the server at system calls of ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { counts, before } = await run(scenario);
    const all = points(counts, before);
    const first = [...(scenario.always ?? []), ...sample(all, wanted, seed)];
    // Where a kill lands is a matter of timing: as many further points as it takes for half of them to be met.
    const chosen = [...first, ...sample(all, wanted * 4, seed + 1)];
    let met = 0;
    let tried = 0;
    for (const { call, n } of chosen) {
      if (tried >= first.length && met >= first.length / 2) break;
      const at = `${call}:signal=KILL:when=${n}`;
      try {
        met += (await run(scenario, at)).code === 'SIGKILL' ? 1 : 0;
        tried += 1;
      } catch (error) {
        error.message = `${at}: ${error.message}`;
        throw error;
      }
    }
    t.diagnostic(`${all.length} points, ${tried} tried, ${met} of them met`);
    assert.ok(met >= first.length / 2, 'too few kills landed');
  });
}

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`one write or fsync of the server that fails in ${name} (SEJAWAT_SEED=${seed})`, { skip }, async (t) => {
    const { onDisk } = await run(scenario);
    const failing = ['pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink', 'mkdir'];
    const all = onDisk.filter(({ call }) => failing.includes(call)).flatMap((point) => ['EIO', 'ENOSPC'].map((error) => ({ ...point, error })));
    const chosen = sample(all, wanted, seed + 1);
    let ended = 0;
    for (const { call, n, error } of chosen) {
      const at = `${call}:error=${error}:when=${n}`;
      try {
        const { code, log } = await run(scenario, at);
        if (code !== 0) {
          ++ended;
          assert.equal(code, 1);
          assert.match(log, /storage_failed|disk_full|store_locked|"error"/, 'it says why');
        }
      } catch (thrown) {
        thrown.message = `${at}: ${thrown.message}`;
        throw thrown;
      }
    }
    t.diagnostic(`${all.length} points, ${chosen.length} tried; ${ended} ended the server, the others cost nothing`);
  });
}
