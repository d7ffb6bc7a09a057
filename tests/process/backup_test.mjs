// A server that dies and comes back from what was kept of it, with real processes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { World, entries, jsonLines, program } from './support.mjs';

const backup = (world, ...args) => world.run('sejawat-server', '--json', '--lang', 'en', 'backup', ...args);
const list = (world, home) => world.client(home, '--json', 'journal', 'list').lines;
const pending = (world, home) => world.client(home, '--json', 'status').json.pending;
const sync = (world, home) => {
  const done = world.client(home, '--json', 'sync');
  assert.equal(done.status, 0, done.err);
  return done.json;
};
const write = (world, home, count, mark) => {
  world.input = jsonLines(entries(count, mark));
  assert.equal(world.client(home, 'journal', 'add', '--from', '-').status, 0);
  world.input = '';
};

// Ani, Budi and Budi's second device; work up to t1, a copy of the server by `keep`, work after it, and the end.
async function upToTheEnd(world, keep) {
  const server = await world.school();
  assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
  write(world, 'B', 40, 'sebelum cadangan');
  for (const home of ['B', 'A', 'B2', 'B']) sync(world, home);
  await keep(server);
  write(world, 'B', 30, 'sesudah cadangan');
  write(world, 'B2', 5, 'dari perangkat kedua');
  const link = world.client('A', '--json', 'invite', '--role', 'teacher').json.link;
  assert.equal(world.client('C', 'join', link, '--name', 'Bu Citra', '--card-file', world.path('citra.txt')).status, 0);
  write(world, 'C', 7, 'Citra');
  for (const home of ['C', 'B', 'B2', 'A', 'B', 'C']) assert.equal(sync(world, home).pending, 0);
  return server;
}

// Every client syncs once; then the server has all of it again: a third device proves it from the card alone.
async function allComesBack(world, server, expectTakenBack = true) {
  const before = { B: list(world, 'B').length, C: list(world, 'C').length };
  assert.deepEqual(before, { B: 75, C: 7 });
  const sent = {};
  for (const home of ['A', 'C', 'B', 'B2']) {
    const done = sync(world, home);
    assert.equal(done.pending, 0, `${home}: ${JSON.stringify(done)}`);
    sent[home] = done.sent;
  }
  if (expectTakenBack) assert.ok(sent.B > 0 && sent.C > 0, `nothing was brought back: ${JSON.stringify(sent)}`);
  assert.equal(world.client('B3', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
  assert.equal(world.client('B3', 'sync').status, 0);
  assert.deepEqual(list(world, 'B3').map((entry) => entry.id).sort(), list(world, 'B').map((entry) => entry.id).sort());
  assert.equal(world.client('C2', 'recover', '--card-file', world.path('citra.txt'), '--server', server.address).status, 0);
  assert.equal(list(world, 'C2').length, 7);
  assert.equal(world.client('A', '--json', 'member', 'list').lines.length, 3);
}

test('restored from a backup made beside its work, a server is refilled by its clients, each in one sync', async () => {
  const world = new World();
  try {
    let made;
    const server = await upToTheEnd(world, async () => {
      made = backup(world, 'create', '--data', world.path('S'), '--to', world.path('backup'));
      assert.equal(made.status, 0, made.err);
    });
    assert.equal(made.json.spaces, 3);
    assert.ok(made.json.segments > 0 && made.json.with_key);
    assert.equal(statSync(world.path('backup')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(world.path('S')).filter((name) => name.startsWith('backup-')), [], 'nothing is left behind');
    assert.equal(backup(world, 'restore', world.path('backup'), '--data', world.path('S'), '--yes').status, 1, 'not under a running server');
    await server.end('SIGKILL');

    const refused = backup(world, 'restore', world.path('backup'), '--data', world.path('S'));
    assert.equal(refused.status, 1);
    assert.match(refused.err, /already_exists/);
    const restored = backup(world, 'restore', world.path('backup'), '--data', world.path('S'), '--yes');
    assert.equal(restored.status, 0, restored.err);
    assert.notEqual(restored.json.generation, made.json.generation);
    assert.ok(existsSync(`${restored.json.set_aside}/carrier.db`), 'what was there is kept');
    assert.ok(!existsSync(world.path('S', 'carrier.db-wal')), 'and its log does not count');

    const again = await world.server(server.endpoint);
    assert.equal(again.address, server.address);
    await allComesBack(world, again);
    const text = readFileSync(world.path('backup'), 'latin1');
    for (const needle of ['sebelum cadangan', 'Budi', 'Mataram']) assert.ok(!text.includes(needle), needle);
  } finally {
    await world.close();
  }
});

test('a copied disk that is put back without a word is noticed, and what it lacks is brought again', async () => {
  const world = new World();
  try {
    const server = await upToTheEnd(world, async (running) => {
      await running.end();
      cpSync(world.path('S'), world.path('copy'), { recursive: true });
      await world.server(running.endpoint);
    });
    const generation = sync(world, 'B').generation;
    await world.servers.at(-1).end('SIGKILL');
    rmSync(world.path('S'), { recursive: true });
    cpSync(world.path('copy'), world.path('S'), { recursive: true });
    const again = await world.server(server.endpoint);
    await allComesBack(world, again);
    assert.equal(sync(world, 'B').generation, generation, 'the same generation: noticed by place and digest alone');
  } finally {
    await world.close();
  }
});

test('a server that lost everything but its key takes its communities and their members back', async () => {
  const world = new World();
  try {
    const server = await upToTheEnd(world, async () => {});
    await server.end('SIGKILL');
    const key = readFileSync(world.path('S', 'server.key'));
    rmSync(world.path('S'), { recursive: true });
    mkdirSync(world.path('S'), { mode: 0o700 });
    writeFileSync(world.path('S', 'server.key'), key, { mode: 0o600 });
    const again = await world.server(server.endpoint);
    assert.equal(again.address, server.address);
    // A stranger to it now: nothing is taken, and nothing is said to be there.
    world.client('B', '--json', 'sync');
    assert.ok(pending(world, 'B') > 0, 'what it once acknowledged is not called sent any more');
    const hosted = world.client('A', '--json', 'community', 'host', '--operator-invite', again.operator_invite);
    assert.equal(hosted.status, 0, hosted.err);
    await allComesBack(world, again);
  } finally {
    await world.close();
  }
});

test('a backup beside heavy writing is whole, and nothing that was acknowledged before it is missing', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const link = world.client('A', '--json', 'invite', '--role', 'teacher').json.link;
    world.client('W', 'join', link, '--name', 'Penulis', '--card-file', world.path('w.txt'));
    let stop = false;
    const writing = (async () => {
      for (let i = 0; !stop; ++i) {
        await world.clientAside('W', 'journal', 'add', '--event', 'pupils', `saat disalin ${i}`);
        await world.clientAside('W', 'sync');
      }
    })();
    for (let i = 0; i < 5; ++i) {
      write(world, 'B', 20, `putaran ${i}`);
      sync(world, 'B');
      const file = world.path(`backup${i}`);
      const child = spawn(program('sejawat-server'), ['--json', 'backup', 'create', '--data', world.path('S'), '--to', file], { stdio: 'pipe' });
      let out = '';
      child.stdout.on('data', (part) => (out += part));
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
      const verified = backup(world, 'verify', file);
      assert.equal(verified.status, 0, verified.err);
      assert.equal(verified.json.segments, JSON.parse(out).segments);
    }
    stop = true;
    await writing;
    await server.end();
    assert.equal(backup(world, 'restore', world.path('backup4'), '--data', world.path('other')).status, 0);
    assert.equal(statSync(world.path('other', 'server.key')).mode & 0o777, 0o600);
    rmSync(world.path('S'), { recursive: true });
    cpSync(world.path('other'), world.path('S'), { recursive: true });
    const again = await world.server(server.endpoint);
    world.client('B3', 'recover', '--card-file', world.path('card.txt'), '--server', again.address);
    assert.equal(list(world, 'B3').length, 100);
  } finally {
    await world.close();
  }
});

test('a damaged, cut, foreign or newer backup is refused, and nothing of the server changes', async () => {
  const world = new World();
  try {
    const server = await world.school();
    write(world, 'B', 50, 'isi');
    sync(world, 'B');
    await server.end();
    const file = world.path('backup');
    assert.equal(backup(world, 'create', '--data', world.path('S'), '--to', file).status, 0, 'also without a server');
    assert.equal(backup(world, 'create', '--data', world.path('S'), '--to', file).status, 1, 'and never over another');
    assert.equal(backup(world, '--yes', 'create', '--data', world.path('S'), '--to', file).status, 0);
    const bytes = readFileSync(file);
    const bad = world.path('bad');
    const variants = { empty: Buffer.alloc(0), cut: bytes.subarray(0, bytes.length - 4096), noise: Buffer.alloc(65536, 7),
      database: readFileSync(world.path('S', 'carrier.db')) };
    const newer = Buffer.from(bytes);
    newer.writeUInt32BE(99, 60); // user_version
    variants.newer = newer;
    const before = readFileSync(world.path('S', 'carrier.db'));
    for (const [name, content] of Object.entries(variants)) {
      writeFileSync(bad, content);
      assert.equal(backup(world, 'verify', bad).status, 1, name);
      const refused = backup(world, '--yes', 'restore', bad, '--data', world.path('S'));
      assert.equal(refused.status, 1, name);
      if (name === 'newer') assert.match(refused.err, /store_too_new/);
    }
    assert.deepEqual(readFileSync(world.path('S', 'carrier.db')), before);
    assert.equal(world.run('sejawat-server', '--json', 'stats', '--data', world.path('S')).status, 0);

    // A log from another time beside the file does not count, nor does one beside the data.
    writeFileSync(`${file}-wal`, readFileSync(file).subarray(0, 8192));
    writeFileSync(`${file}-journal`, Buffer.alloc(4096, 1));
    assert.equal(backup(world, 'verify', file).status, 0);
    // Links lead nowhere: what they point to stays as it is.
    writeFileSync(world.path('precious'), 'precious', { mode: 0o600 });
    mkdirSync(world.path('T'), { mode: 0o700 });
    symlinkSync(world.path('precious'), world.path('T', 'carrier.db'));
    symlinkSync(world.path('precious'), world.path('T', 'server.key'));
    assert.equal(backup(world, 'restore', file, '--data', world.path('T')).status, 1);
    assert.equal(backup(world, '--yes', 'restore', file, '--data', world.path('T')).status, 0);
    assert.equal(readFileSync(world.path('precious'), 'utf8'), 'precious');
    execFileSync('mkfifo', [world.path('pipe')]);
    assert.equal(backup(world, 'verify', world.path('pipe')).status, 2);

    // Without the key it restores only where the key is.
    assert.equal(backup(world, 'create', '--data', world.path('S'), '--to', world.path('keyless'), '--without-key').json.with_key, false);
    assert.ok(!readFileSync(world.path('keyless')).includes(readFileSync(world.path('S', 'server.key'))));
    assert.ok(readFileSync(file).includes(readFileSync(world.path('S', 'server.key'))));
    assert.equal(backup(world, 'restore', world.path('keyless'), '--data', world.path('U')).status, 1);
    mkdirSync(world.path('V'), { mode: 0o700 });
    copyFileSync(world.path('S', 'server.key'), world.path('V', 'server.key'));
    assert.equal(backup(world, '--yes', 'restore', world.path('keyless'), '--data', world.path('V')).status, 0);

    // What a kill left unfinished keeps a server from starting on half a store.
    writeFileSync(world.path('V', 'restore.unfinished'), '', { mode: 0o600 });
    const half = world.run('sejawat-server', '--json', 'serve', '--data', world.path('V'), '--listen', '127.0.0.1:0');
    assert.equal(half.status, 1);
    assert.match(half.err, /interrupted/);
    assert.equal(backup(world, '--yes', 'restore', file, '--data', world.path('V')).status, 0);
  } finally {
    await world.close();
  }
});

// As under systemd: a state folder of a service without a user of its own is a link to where it lies.
test('a folder that is reached through a link is backed up beside the server, to one that is a link as well, and restored', async () => {
  const world = new World();
  try {
    mkdirSync(world.path('private'), { mode: 0o700 });
    mkdirSync(world.path('disk'));
    symlinkSync('private', world.path('state'));
    symlinkSync('disk', world.path('kept'));
    const data = world.path('state', 'S');
    const server = await world.server('127.0.0.1:0', 'state/S');
    const beside = backup(world, 'create', '--data', data, '--to', world.path('kept', 'beside'));
    assert.equal(beside.status, 0, beside.err);
    await server.end();
    const without = backup(world, 'create', '--data', data, '--to', world.path('kept', 'without'));
    assert.equal(without.status, 0, without.err);
    const restored = backup(world, '--yes', 'restore', world.path('kept', 'beside'), '--data', data);
    assert.equal(restored.status, 0, restored.err);
    assert.equal((await world.server(server.endpoint, 'state/S')).address, server.address);
  } finally {
    await world.close();
  }
});

test('a backup beside another one, or beside a server that stops, says to try again', async () => {
  const world = new World();
  try {
    const server = await world.server();
    server.child.kill('SIGSTOP'); // this test answers for it
    const child = spawn(program('sejawat-server'), ['--json', '--lang', 'en', 'backup', 'create', '--data', world.path('S'), '--to', world.path('kept')], { stdio: 'pipe' });
    let err = '';
    child.stderr.on('data', (part) => (err += part));
    const ended = new Promise((resolve) => child.once('close', resolve));
    let request;
    while (!(request = readdirSync(world.path('S')).find((name) => name.endsWith('.request')))) await sleep(10);
    writeFileSync(world.path('S', request.replace('.request', '.failed')), 'store_locked', { mode: 0o600 });
    assert.equal(await ended, 1);
    const error = JSON.parse(err.trim());
    assert.equal(error.error, 'store_locked');
    assert.match(error.message, /Another backup is being made.*data is safe; try again/);
    server.child.kill('SIGCONT');
  } finally {
    await world.close();
  }
});

test('a copy that somebody asked for and did not live to take goes with the next backup', async () => {
  const world = new World();
  try {
    await world.school();
    const left = (at, minutes) => {
      const file = world.path('S', `backup-${String(at).padStart(32, '0')}.copy`);
      writeFileSync(file, 'x');
      const then = Date.now() / 1000 - minutes * 60;
      utimesSync(file, then, then);
      return file;
    };
    const old = left(1, 2);
    const fresh = left(2, 0); // somebody may be about to open it
    const done = world.run('sejawat-server', 'backup', 'create', '--data', world.path('S'), '--to', world.path('kept'), '--json');
    assert.equal(done.status, 0, done.err);
    assert.ok(!existsSync(old));
    assert.ok(existsSync(fresh));
    assert.equal(readdirSync(world.path('S')).filter((name) => name.endsWith('.copy')).length, 1, 'its own is gone as well');
  } finally {
    await world.close();
  }
});

test('killed at any moment, a restore ends as before, as after, or is finished by repeating it', async () => {
  const world = new World();
  try {
    const server = await world.school();
    write(world, 'B', 300, 'isi');
    sync(world, 'B');
    const file = world.path('backup');
    assert.equal(backup(world, 'create', '--data', world.path('S'), '--to', file).status, 0);
    await server.end();
    for (let delay = 2; delay < 120; delay += 9) {
      const child = spawn(program('sejawat-server'), ['--yes', 'backup', 'restore', file, '--data', world.path('S')], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await sleep(delay);
      child.kill('SIGKILL');
      await ended;
      const half = existsSync(world.path('S', 'restore.unfinished'));
      if (half) assert.equal(backup(world, '--yes', 'restore', file, '--data', world.path('S')).status, 0);
      const stats = world.run('sejawat-server', '--json', 'stats', '--data', world.path('S'));
      assert.equal(stats.status, 0, stats.err);
      assert.equal(stats.json.spaces, 3);
    }
    const again = await world.server(server.endpoint);
    assert.equal(again.address, server.address);
    assert.equal(sync(world, 'B').pending, 0);
  } finally {
    await world.close();
  }
});
