// A bad line between the real programs: cut anywhere, bytes flipped, messages repeated, and whatever answers in place of the
// server. What is shown as sent is there; what is not goes out later; nothing is lost.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { thousand } from './prose.mjs';
import { Proxy, seeded } from './proxy.mjs';
import { World, jsonLines } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));

function write(world, entries) {
  world.input = jsonLines(entries);
  const added = world.client('B', '--json', 'journal', 'add', '--from', '-');
  world.input = '';
  assert.equal(added.status, 0, added.err);
  return added.lines.map((line) => line.id);
}
function arrived(world, address, home = 'B-end') {
  const done = world.client(home, 'recover', '--card-file', world.path('card.txt'), '--server', address);
  assert.equal(done.status, 0, done.err);
  return new Set(world.client(home, '--json', 'journal', 'list').lines.map((line) => line.id));
}

test('1,000 entries over a line cut every 64 KiB arrive for at most 1.15 times the uncut bytes', async (t) => {
  const uncut = new World();
  const cut = new World();
  try {
    const entries = thousand(7);
    const measure = async (world, hooks) => {
      const server = await world.school();
      const ids = write(world, entries);
      const line = await Proxy.open(server.endpoint, hooks);
      let runs = 0;
      let done;
      do {
        done = await world.clientAside('B', '--json', 'sync', '--server', line.via(server.address));
        assert.ok([0, 3].includes(done.status), done.err);
      } while (done.status !== 0 && ++runs < 20);
      assert.equal(done.status, 0);
      assert.equal(JSON.parse(done.out).pending, 0);
      assert.deepEqual(arrived(world, server.address), new Set(ids));
      await line.close();
      return { bytes: line.total, cuts: line.connections - 1 };
    };
    const whole = await measure(uncut, {});
    const pieces = await measure(cut, Proxy.cutAfter(64 * 1024));
    const ratio = pieces.bytes / whole.bytes;
    t.diagnostic(`uncut ${whole.bytes} B; cut ${pieces.bytes} B over ${pieces.cuts + 1} connections; ratio ${ratio.toFixed(3)}`);
    assert.ok(pieces.cuts >= 1, 'the line was never cut');
    assert.ok(ratio <= 1.15, `ratio ${ratio}`);
  } finally {
    await uncut.close();
    await cut.close();
  }
});

// What was sealed while the line seemed good is up to 29 KiB in a piece and stays so; what is sealed after a cut is small.
for (const [kib, most] of [[32, 12], [16, 40], [8, 80]]) {
  test(`entries written on a line that is cut every ${kib} KiB arrive, a part with each sync`, async (t) => {
    const world = new World();
    try {
      const server = await world.school();
      const line = await Proxy.open(server.endpoint, Proxy.cutAfter(kib * 1024));
      const via = line.via(server.address);
      // The device knows the line: an earlier try, of a few bytes that did not arrive, told it.
      const dead = await Proxy.open(server.endpoint, Proxy.cutAfter(10));
      const ids = write(world, thousand(17).slice(0, 1));
      const refused = await world.clientAside('B', '--json', 'sync', '--server', dead.via(server.address));
      assert.equal(refused.status, 3, refused.err);
      await dead.close();
      ids.push(...write(world, thousand(18).slice(0, 400)));
      let runs = 0;
      let done;
      let left = Infinity;
      do {
        done = await world.clientAside('B', '--json', 'sync', '--server', via);
        assert.ok([0, 3].includes(done.status), done.err);
        const { pending } = world.client('B', '--json', 'status').json;
        assert.ok(pending < left, `no progress in run ${runs}: ${pending}`);
        left = pending;
      } while (done.status !== 0 && ++runs < most);
      assert.equal(done.status, 0, done.err);
      assert.equal(left, 0);
      t.diagnostic(`400 entries in ${runs + 1} syncs over ${line.connections} connections, ${line.total} bytes`);
      await line.close();
      assert.deepEqual(arrived(world, server.address), new Set(ids));
    } finally {
      await world.close();
    }
  });
}

test(`a line cut at any byte, either way, loses nothing and promises nothing (SEJAWAT_SEED=${seed})`, async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    const random = seeded(seed);
    const all = thousand(seed);
    let ids = [];
    let completed = 0;
    const tries = 40;
    for (let i = 0; i < tries; ++i) {
      ids = ids.concat(write(world, all.splice(0, 20)));
      const way = i % 2 === 0 ? 'up' : 'down';
      // A request is some 3 KB, an answer some 150 B: every part of both is cut somewhere.
      const at = Math.floor(((i + random()) / tries) * (way === 'up' ? 4500 : 260));
      const line = await Proxy.open(server.endpoint, Proxy.cutAfter(at, way));
      const done = await world.clientAside('B', '--json', 'sync', '--server', line.via(server.address));
      await line.close();
      assert.ok([0, 3].includes(done.status), `${way} at ${at}: ${done.err}`);
      const { pending } = world.client('B', '--json', 'status').json;
      assert.equal(pending === 0, done.status === 0, `${way} at ${at}`);
      if (done.status === 0) ++completed;
      if (i % 4 === 3) {
        const next = world.client('B', '--json', 'sync', '--server', server.address);
        assert.equal(next.status, 0, next.err);
        assert.equal(next.json.pending, 0);
      }
    }
    t.diagnostic(`${tries - completed} of ${tries} cuts fell into a sync`);
    assert.ok(completed < tries / 2);
    assert.deepEqual(arrived(world, server.address), new Set(ids));
  } finally {
    await world.close();
  }
});

test(`a flipped byte anywhere is noticed, and nothing of it is used (SEJAWAT_SEED=${seed})`, async () => {
  const world = new World();
  try {
    const server = await world.school();
    const random = seeded(seed + 1);
    const all = thousand(seed + 1);
    let ids = [];
    let noticed = 0;
    let flips = 0;
    for (let i = 0; i < 30; ++i) {
      ids = ids.concat(write(world, all.splice(0, 10)));
      const way = i % 2 === 0 ? 'up' : 'down';
      const at = Math.floor(random() * (way === 'up' ? 1500 : 150));
      const bit = 1 << Math.floor(random() * 8);
      let flipped = false;
      const line = await Proxy.open(server.endpoint, {
        [way]: (chunk, connection) => {
          const place = at - connection[way];
          if (flipped || place < 0 || place >= chunk.length) return chunk;
          flipped = true;
          ++flips;
          const altered = Buffer.from(chunk);
          altered[place] ^= bit;
          return altered;
        },
      });
      const done = await world.clientAside('B', '--json', 'sync', '--server', line.via(server.address));
      await line.close();
      assert.notEqual(done.status, null);
      if (done.status !== 0) {
        ++noticed;
        assert.match(done.error.message, /safe/, done.err);
      }
      const { pending } = world.client('B', '--json', 'status').json;
      if (done.status === 0) assert.equal(pending, 0);
      // Whatever happened on that line, the next good one makes it whole.
      const next = world.client('B', '--json', 'sync', '--server', server.address);
      assert.equal(next.status, 0, next.err);
      assert.equal(next.json.pending, 0);
    }
    // A flip in a header that nobody reads may pass; one in a message never does.
    assert.ok(flips >= 10 && noticed >= flips / 2, `${noticed} of ${flips}`);
    assert.deepEqual(arrived(world, server.address), new Set(ids));
  } finally {
    await world.close();
  }
});

test('a first message that is sent again and again is answered and changes nothing', async () => {
  const world = new World();
  try {
    let server = await world.school();
    const stats = async () => {
      await server.end();
      const seen = world.run('sejawat-server', 'stats', '--data', world.path('S'), '--json').json;
      server = await world.server(server.endpoint);
      return seen;
    };
    const ids = write(world, thousand(3).slice(0, 50));
    const parts = [];
    const line = await Proxy.open(server.endpoint, { up: (chunk) => (parts.push(chunk), chunk) });
    assert.equal((await world.clientAside('B', 'sync', '--server', line.via(server.address))).status, 0);
    await line.close();
    const request = Buffer.concat(parts);
    const before = await stats();
    const replay = () =>
      new Promise((resolve, reject) => {
        const socket = net.connect(Number(server.endpoint.split(':')[1]), '127.0.0.1', () => socket.write(request));
        socket.once('data', (chunk) => (resolve(chunk.toString('latin1').split('\r\n')[0]), socket.destroy()));
        socket.once('error', reject);
      });
    for (let i = 0; i < 5; ++i) assert.match(await replay(), / 200 /);
    assert.deepEqual(await stats(), before);
    assert.equal(world.client('B', '--json', 'sync', '--server', server.address).json.sent, 0);
    assert.deepEqual(arrived(world, server.address), new Set(ids));
  } finally {
    await world.close();
  }
});

test('whoever answers in place of the server gets nothing, and the person a clear word', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const ids = write(world, thousand(5).slice(0, 20));
    const page = `<html><body>${'Silakan masuk ke jaringan hotel. '.repeat(40)}</body></html>`;
    const portals = {
      'a page': [(_, response) => response.end(page), [1], /safe/],
      'an empty page': [(_, response) => response.end(), [1], /safe/],
      'a huge page': [(_, response) => response.end('x'.repeat(1 << 20)), [1, 3], /safe/],
      'a redirect': [(_, response) => response.writeHead(302, { location: 'http://login.example/' }).end(), [3], /safe/],
      'not found': [(_, response) => response.writeHead(404).end('no'), [3], /safe/],
      'a forbidding': [(_, response) => response.writeHead(403).end(page), [1], /safe/],
      'too busy': [(_, response) => response.writeHead(503).end(), [3], /safe/],
      'a hang-up': [(request) => request.socket.destroy(), [3], /safe on this device/],
      rubbish: [(request) => request.socket.end('\0\x01\x02 no HTTP at all\r\n\r\n'), [3], /safe/],
      'half a page': [(_, response) => (response.writeHead(200, { 'content-length': 500 }), response.write('half'),
        response.socket.end()), [3], /safe on this device/],
      silence: [() => {}, [3], /took too long.*safe/i],
    };
    for (const [name, [answer, statuses, says]] of Object.entries(portals)) {
      const portal = http.createServer(answer);
      await new Promise((done) => portal.listen(0, '127.0.0.1', done));
      const address = server.address.replace(/\/\/[^/]+\//, `//127.0.0.1:${portal.address().port}/`);
      const done = await world.clientAside('B', '--json', 'sync', '--server', address);
      assert.ok(statuses.includes(done.status), `${name}: ${done.status} ${done.err}`);
      assert.equal(done.out, '', name);
      assert.match(done.error.message, says, name);
      assert.ok(world.client('B', '--json', 'status').json.pending > 0, `${name}: shown as sent`);
      portal.closeAllConnections();
      await new Promise((closed) => portal.close(closed));
    }
    const next = world.client('B', '--json', 'sync', '--server', server.address);
    assert.equal(next.status, 0, next.err);
    assert.deepEqual(arrived(world, server.address), new Set(ids));
  } finally {
    await world.close();
  }
});
