// Photos between the real programs: after text, lazily, resumed where a line was cut, and never at the price of a word.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { Proxy, seeded } from './proxy.mjs';
import { World } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? 11);

function photo(world, name, size = 140000) {
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(size - 3)]);
  Buffer.from('PAPAN-TULIS-KELAS-5A').copy(bytes, 1000);
  writeFileSync(world.path(name), bytes);
  return bytes;
}
function entry(world, text = 'Anak diam saja') {
  const done = world.client('B', '--json', 'journal', 'add', '--event', 'pupils', text);
  assert.equal(done.status, 0, done.err);
  return done.lines[0].id;
}
function attach(world, id, name) {
  const done = world.client('B', '--json', 'journal', 'attach', id, world.path(name), '--caption', 'papan');
  assert.equal(done.status, 0, done.err);
  return done.json.id;
}
function secondDevice(world, server, home = 'B2') {
  const done = world.client(home, 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
  assert.equal(done.status, 0, done.err);
}
const filesOf = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());

test('a photo goes after the text, and comes to a second device when it is asked for', async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    const bytes = photo(world, 'p.jpg');
    const id = attach(world, entry(world), 'p.jpg');
    let done = world.client('B', '--json', 'sync', '--text-only');
    assert.equal(done.status, 0, done.err);
    assert.ok(done.json.pending === 0 && done.json.media_sent === 0 && done.json.media_pending >= bytes.length);
    done = world.client('B', '--json', 'sync');
    assert.equal(done.status, 0, done.err);
    assert.ok(done.json.media_sent >= bytes.length && done.json.media_pending === 0);
    t.diagnostic(`${bytes.length} B photo: ${done.json.bytes_up} B up, ${done.json.round_trips} round trips`);
    assert.ok(done.json.bytes_up <= bytes.length * 1.1);

    secondDevice(world, server);
    const before = world.client('B2', '--json', 'sync').json;
    assert.equal(before.media_received, 0, 'nothing comes by itself');
    assert.deepEqual(world.client('B2', '--json', 'attachment', 'list').lines.map((row) => [row.id, row.state, row.caption]),
      [[id, 'waiting', 'papan']]);
    done = world.client('B2', '--json', 'attachment', 'get', id, '--to', world.path('out.jpg'));
    assert.equal(done.status, 3);
    assert.equal(JSON.parse(done.err).error, 'waiting');
    done = world.client('B2', '--json', 'attachment', 'fetch', id);
    assert.equal(done.status, 0, done.err);
    assert.equal(done.json.state, 'here');
    done = world.client('B2', '--json', 'attachment', 'get', id, '--to', world.path('out.jpg'));
    assert.equal(done.status, 0, done.err);
    assert.ok(readFileSync(world.path('out.jpg')).equals(bytes));
    assert.equal(statSync(world.path('out.jpg')).mode & 0o777, 0o600);
    assert.equal(world.client('B2', 'attachment', 'get', id, '--to', world.path('out.jpg')).status, 1, 'never overwritten');

    // Neither the server's folder nor a client's holds a byte of it in the clear.
    await server.end();
    for (const folder of ['S', 'B', 'B2']) {
      for (const item of filesOf(world.path(folder))) {
        const held = readFileSync(`${item.parentPath ?? item.path}/${item.name}`);
        assert.equal(held.indexOf('PAPAN-TULIS-KELAS-5A'), -1, `${folder}/${item.name}`);
        assert.equal(held.indexOf(bytes.subarray(5000, 5064)), -1, `${folder}/${item.name}`);
      }
    }
    const walk = world.run('sejawat-server', 'doctor', '--data', world.path('S'), '--walk', '--json');
    assert.equal(walk.status, 0, walk.out);
  } finally {
    await world.close();
  }
});

test('what cannot be attached is said in plain words', async () => {
  const world = new World();
  try {
    await world.school();
    const id = entry(world);
    photo(world, 'big.jpg', 200000);
    writeFileSync(world.path('x.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const say = (...args) => world.client('B', '--json', 'journal', 'attach', ...args);
    let done = say(id, world.path('big.jpg'));
    assert.equal(done.status, 1);
    assert.equal(JSON.parse(done.err).error, 'too_large');
    assert.match(JSON.parse(done.err).detail, /153600/);
    assert.equal(say(id, world.path('x.svg')).status, 2);
    assert.equal(say(id, world.path('none.jpg')).status, 1);
    assert.equal(say('0011223344556677', world.path('big.jpg')).status, 1);
    assert.deepEqual(world.client('B', '--json', 'attachment', 'list').lines, []);
    // Removing shows first what it would remove.
    photo(world, 'p.jpg', 3000);
    const attached = attach(world, id, 'p.jpg');
    assert.equal(world.client('B', 'attachment', 'remove', attached).status, 0);
    assert.equal(world.client('B', '--json', 'attachment', 'list').lines.length, 1);
    assert.equal(world.client('B', '--yes', 'attachment', 'remove', attached).status, 0);
    assert.equal(world.client('B', '--json', 'attachment', 'list').lines.length, 0);
  } finally {
    await world.close();
  }
});

test(`an upload that is cut at any byte goes on where it was, and text overtakes it (SEJAWAT_SEED=${seed})`, async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    const random = seeded(seed);
    const bytes = photo(world, 'p.jpg');
    const id = attach(world, entry(world), 'p.jpg');
    let total = 0;
    let cuts = 0;
    let left = Infinity;
    for (;;) {
      // Cut once more than a slice has passed, so that each connection can bring something.
      const at = 20000 + Math.floor(random() * 20000);
      const line = await Proxy.open(server.endpoint, Proxy.cutAfter(at));
      // The client tries again by itself on the same line; this one is dead after the first cut.
      let first = true;
      const up = line.hooks.up;
      line.hooks.up = (chunk, connection) => {
        if (connection.mine === undefined) {
          connection.mine = first;
          first = false;
        }
        if (connection.mine) return up(chunk, connection);
        connection.over = true;
        return Buffer.alloc(0);
      };
      // A word written while the photo is under way.
      const text = entry(world, `kata ${cuts}`);
      const done = await world.clientAside('B', '--json', 'sync', '--server', line.via(server.address));
      total += line.bytes.up;
      await line.close();
      assert.ok([0, 3].includes(done.status), done.err);
      const status = world.client('B', '--json', 'status').json;
      assert.equal(status.pending, 0, `the word ${text} went ahead of the photo (cut ${cuts})`);
      assert.ok(status.media_pending <= left, 'what was brought stays');
      left = status.media_pending;
      if (done.status === 0) break;
      assert.ok(++cuts < 60, 'no end');
    }
    assert.equal(left, 0);
    assert.ok(cuts >= 3);
    t.diagnostic(`${cuts} cuts, ${total} B up for ${bytes.length}`);
    assert.ok(total <= bytes.length * 1.1 + (cuts + 1) * (17 * 1024 + 3000), 'each cut costs at most a slice');
    secondDevice(world, server);
    // And the way down.
    let tries = 0;
    for (; tries < 60; ++tries) {
      const line = await Proxy.open(server.endpoint, Proxy.cutAfter(30000, 'down'));
      const done = await world.clientAside('B2', '--json', 'attachment', 'fetch', id, '--server', line.via(server.address));
      await line.close();
      if (done.status === 0) break;
      assert.equal(done.status, 3, done.err);
    }
    assert.ok(tries < 60);
    assert.equal(world.client('B2', 'attachment', 'get', id, '--to', world.path('out.jpg')).status, 0);
    assert.ok(readFileSync(world.path('out.jpg')).equals(bytes));
  } finally {
    await world.close();
  }
});

test('a full quota blocks the photo and not the text, and more room lets it through', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--quota-personal', '100000'];
    const server = await world.school();
    photo(world, 'p.jpg');
    attach(world, entry(world), 'p.jpg');
    let done = world.client('B', '--json', 'sync');
    assert.equal(done.status, 0, done.err);
    assert.equal(done.json.pending, 0);
    assert.equal(done.json.media_refused, 'quota_exceeded');
    assert.ok(done.json.media_pending > 40000);
    assert.match(world.client('B', 'status').out, /attachments refused.*quota/is);
    entry(world, 'masih bisa menulis');
    done = world.client('B', '--json', 'sync');
    assert.deepEqual([done.status, done.json.pending], [0, 0], done.err);
    await server.end();
    world.serveFlags = [];
    await world.server(server.endpoint);
    done = world.client('B', '--json', 'sync');
    assert.equal(done.status, 0, done.err);
    assert.deepEqual([done.json.media_refused, done.json.media_pending], ['ok', 0]);
  } finally {
    await world.close();
  }
});
