// A full disk and a disk that fails, under the client and under the server: a clear error, nothing acknowledged that is
// not there, and everything goes on once there is space again.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thousand } from './prose.mjs';
import { metrics } from './peer.mjs';
import { World, jsonLines } from './support.mjs';

// A disk of a few megabytes that only programs started through `enter` see.
class SmallDisk {
  static async mount(at, megabytes) {
    mkdirSync(at, { recursive: true });
    const disk = new SmallDisk();
    disk.at = at;
    const flags = process.getuid() === 0 ? ['-m'] : ['-U', '-r', '-m'];
    disk.holder = spawn('unshare', [...flags, 'sh', '-c',
      `mount -t tmpfs -o size=${megabytes}m,mode=0700 none "$0" && touch "$0/.small" && echo mounted && exec sleep 600`, at], { stdio: ['ignore', 'pipe', 'ignore'] });
    const mounted = await new Promise((resolve) => {
      disk.holder.stdout.once('data', () => resolve(true));
      disk.holder.once('exit', () => resolve(false));
    });
    return mounted ? disk : undefined;
  }
  get enter() {
    const user = process.getuid() === 0 ? [] : ['-U', '--preserve-credentials'];
    return ['nsenter', '-t', String(this.holder.pid), ...user, '-m'];
  }
  sh(script) {
    const [command, ...rest] = [...this.enter, 'sh', '-c', `cd "$0" && test -e .small && { ${script}; }`, this.at];
    const done = spawnSync(command, rest, { encoding: 'utf8' });
    return done.stdout.trim();
  }
  // Leaves `free` KiB.
  fill(free) {
    this.sh(`avail=$(df -k --output=avail . | tail -1); head -c $(( (avail - ${free}) * 1024 )) /dev/zero > filler`);
  }
  empty() {
    this.sh('rm -f filler');
  }
  close() {
    this.holder.kill('SIGKILL');
  }
}

const errorOf = (done) => JSON.parse(done.err.trim().split('\n').at(-1));

test('a full disk under the client: the entry is refused aloud, earlier ones stay, and later ones go in again', async (t) => {
  const world = new World();
  const disk = await SmallDisk.mount(world.path('small'), 12);
  if (!disk) return t.skip('no mount namespaces here');
  try {
    world.prefix = disk.enter;
    const home = 'small/B';
    assert.equal(world.client(home, 'init', '--name', 'Bu Ani', '--card-file', world.path('card.txt')).status, 0);
    const add = (count, mark) => {
      world.input = jsonLines(thousand(mark).slice(0, count));
      const added = world.client(home, '--json', 'journal', 'add', '--from', '-');
      world.input = '';
      return added;
    };
    const list = () => world.client(home, '--json', 'journal', 'list').lines.map((line) => line.id).sort();
    const kept = add(40, 1).lines.map((line) => line.id);
    for (const free of [600, 200, 60, 8, 0]) {
      disk.fill(free);
      let refused;
      // Small ones may still fit in for a while.
      for (let i = 0; i < 40 && !refused; ++i) {
        const added = add(i === 0 ? 1000 : 20, free * 100 + i + 2);
        if (added.status === 0) kept.push(...added.lines.map((line) => line.id));
        else refused = added;
      }
      assert.ok(refused, 'the disk is never full');
      assert.equal(refused.status, 1);
      assert.equal(refused.out, '', 'no id of an entry that is not there');
      assert.equal(errorOf(refused).error, 'disk_full', `${free} KiB free: ${refused.err}`);
      assert.match(errorOf(refused).message, /disk is full.*free some space/s);
      disk.empty();
      assert.deepEqual(list(), [...kept].sort());
      const more = add(5, free + 50);
      assert.equal(more.status, 0, more.err);
      kept.push(...more.lines.map((line) => line.id));
    }
    // What is there can be read while it is full.
    disk.fill(0);
    assert.deepEqual(list(), [...kept].sort());
  } finally {
    disk.close();
    await world.close();
  }
});

// The school on a disk of its own; B is somewhere with space.
async function school(world) {
  const server = await world.school();
  world.ids = [];
  world.more = (count, mark) => {
    world.input = jsonLines(thousand(mark).slice(0, count));
    const added = world.client('B', '--json', 'journal', 'add', '--from', '-');
    world.input = '';
    world.ids.push(...added.lines.map((line) => line.id));
  };
  world.recovered = (name) => {
    const done = world.client(name, 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    assert.equal(done.status, 0, done.err);
    return new Set(world.client(name, '--json', 'journal', 'list').lines.map((line) => line.id));
  };
  return server;
}

test('a disk that runs low under the server: it refuses what is new in plain words, goes on, and takes it later', async () => {
  const world = new World();
  // Low is what lies below the reserve: with nearly all that is free for one, a file of a GB makes any disk low.
  const { bavail, bsize } = statfsSync(world.path('.'));
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  const filler = world.path('filler');
  try {
    const reserve = `${free - 512}MB`;
    world.serveFlags = ['--reserve', reserve];
    const server = await school(world);
    world.more(20, 1);
    assert.equal(world.client('B', '--json', 'sync').json.pending, 0);
    assert.equal(spawnSync('fallocate', ['-l', '1G', filler]).status, 0);
    world.more(20, 2);
    const refused = world.client('B', '--json', 'sync');
    assert.match(refused.out + refused.err, /quota_exceeded|quota/);
    assert.ok(world.client('B', '--json', 'status').json.pending > 0, 'nothing refused is shown as sent');
    // Membership goes on, and the server with it.
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher').json;
    const joined = world.client('C', 'join', link, '--name', 'Bu Citra', '--card-file', world.path('C.card'));
    assert.equal(joined.status, 0, joined.err);
    assert.equal((await metrics(server.endpoint)).disk_low, 1);
    // Onto the server's own disk as well, as far as the server itself would go.
    const beside = (...flags) => world.run('sejawat-server', 'backup', 'create', '--data', world.path('S'), '--to', world.path('beside'), '--json', ...flags);
    const low = beside('--reserve', '0');
    assert.equal(low.status, 1, 'the server makes no copy while its disk is low');
    assert.match(low.err, /disk_full/);
    rmSync(filler);
    const small = beside('--reserve', `${free + 512}MB`);
    assert.equal(small.status, 1);
    assert.match(small.err, /disk_full/);
    const made = beside('--reserve', reserve);
    assert.equal(made.status, 0, made.err);
    const synced = world.client('B', '--json', 'sync');
    assert.equal(synced.status, 0, synced.err);
    assert.equal(synced.json.pending, 0);
    assert.equal(server.child.exitCode, null, 'it never ended');
    assert.match(readFileSync(world.path('server.log'), 'utf8'), /disk_low/);
    assert.deepEqual(world.recovered('B-low'), new Set(world.ids));
  } finally {
    rmSync(filler, { force: true });
    await world.close();
  }
});

test('a full disk under the server: doctor does not call it fit, it acknowledges nothing it does not hold, ends, and takes the rest after', async (t) => {
  const world = new World();
  const disk = await SmallDisk.mount(world.path('S'), 8);
  if (!disk) return t.skip('no mount namespaces here');
  try {
    world.prefix = disk.enter;
    const looked = world.run('sejawat-server', '--lang', 'en', 'doctor', '--data', world.path('S'), '--listen', '127.0.0.1:0');
    assert.match(looked.out, /FAILED disk_space: \d+ MiB free: below 256 MiB/);
    assert.equal(looked.status, 1);
    world.serveFlags = ['--reserve', '0'];
    let server = await school(world);
    let round = 0;
    for (const free of [300, 120, 40, 0]) {
      disk.fill(free);
      // Until it runs full: small uploads may still fit in.
      let sent = 0;
      for (let i = 0; i < 12; ++i) {
        world.more(300, ++round);
        const synced = world.client('B', '--json', 'sync');
        if (synced.status !== 0) {
          assert.equal(synced.status, 3, synced.err);
          assert.match(errorOf(synced).message, /safe on this device/);
          break;
        }
        sent = world.ids.length;
      }
      assert.notEqual(sent, world.ids.length, 'the disk is never full');
      assert.equal(await server.ended, 1, 'the server ends');
      assert.match(readFileSync(world.path('server.log'), 'utf8'), /disk_full/);
      assert.ok(world.client('B', '--json', 'status').json.pending > 0, 'what it did not hold is not shown as sent');
      disk.empty();
      server = await world.server(server.endpoint);
      const there = world.recovered(`B-${free}`);
      for (const id of world.ids.slice(0, sent)) assert.ok(there.has(id), 'acknowledged, and lost');
      const synced = world.client('B', '--json', 'sync');
      assert.equal(synced.status, 0, synced.err);
      assert.equal(synced.json.pending, 0);
    }
    assert.deepEqual(world.recovered('B-end'), new Set(world.ids));
  } finally {
    disk.close();
    await world.close();
  }
});

test('a disk that fails once in any fsync or write of the server: it ends, and nothing acknowledged is lost', async (t) => {
  if (spawnSync('strace', ['-V']).status !== 0) return t.skip('no strace here');
  const world = new World();
  try {
    let server = await school(world);
    await server.end();
    const endpoint = server.endpoint;
    let failed = 0;
    let sent = 0;
    const faults = [];
    for (let when = 1; when <= 6; ++when) faults.push(['fdatasync', 'EIO', when]);
    for (let when = 1; when <= 12; when += 2) faults.push(['pwrite64', 'EIO', when], ['pwrite64', 'ENOSPC', when]);
    for (const [call, error, when] of faults) {
      world.prefix = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`];
      try {
        server = await world.server(endpoint);
      } catch {
        ++failed; // it failed while it opened its store: nobody was served
        continue;
      } finally {
        world.prefix = [];
      }
      world.more(30, 100 + faults.indexOf(faults.find((fault) => fault[0] === call && fault[2] === when)));
      for (let i = 0; i < 3; ++i) {
        const synced = world.client('B', '--json', 'sync');
        if (synced.status === 0) sent = world.ids.length;
        assert.ok([0, 3].includes(synced.status), synced.err);
        if (synced.status === 0) assert.equal(synced.json.pending, 0);
        if (synced.status === 3) break;
        world.more(10, 400 + i);
      }
      // Not the tracer alone: the server under it.
      try {
        process.kill(server.pid, 'SIGTERM');
      } catch (gone) {
        assert.equal(gone.code, 'ESRCH');
      }
      if ((await server.ended) === 1) ++failed;
      server = await world.server(endpoint);
      const there = world.recovered(`B-${call}-${error}-${when}`);
      for (const id of world.ids.slice(0, sent)) assert.ok(there.has(id), `acknowledged, and lost: ${call} ${error} ${when}`);
      assert.equal(world.client('B', '--json', 'sync').json.pending, 0);
      sent = world.ids.length;
      await server.end();
    }
    t.diagnostic(`${failed} of ${faults.length} faults ended the server`);
    assert.ok(failed >= faults.length / 2, 'too few of the faults were met');
    server = await world.server(endpoint);
    assert.deepEqual(world.recovered('B-end'), new Set(world.ids));
    await sleep(0);
  } finally {
    await world.close();
  }
});
