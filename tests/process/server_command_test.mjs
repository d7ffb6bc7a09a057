// The server on a command line: its folder, its quotas, and the commands that look.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { thousand } from './prose.mjs';
import { World, jsonLines } from './support.mjs';

const errorOf = (done) => JSON.parse(done.err.trim().split('\n').at(-1));
const server = (world, ...args) => world.run('sejawat-server', ...args, '--data', world.path('S'), '--json', '--lang', 'en');

test('everything that a server makes is for its user alone', async () => {
  const world = new World();
  try {
    await world.school();
    assert.equal(statSync(world.path('S')).mode & 0o777, 0o700);
    for (const name of readdirSync(world.path('S'))) {
      assert.equal(statSync(path.join(world.path('S'), name)).mode & 0o077, 0, name);
    }
  } finally {
    await world.close();
  }
});

test('whoever is not its user is told so, by every command, and that nothing was changed', async () => {
  const world = new World();
  try {
    await (await world.school()).end();
    chmodSync(world.root, 0o755);
    const before = readdirSync(world.path('S')).sort();
    // Whoever cannot become somebody else shuts themselves out.
    const root = process.getuid() === 0;
    if (root) world.prefix = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    else chmodSync(world.path('S'), 0);
    for (const args of [['serve', '--listen', '127.0.0.1:0'], ['stats'], ['backup', 'create', '--to', world.path('S/kept')]]) {
      const refused = server(world, ...args);
      assert.equal(refused.status, 4, `${args[0]}: ${refused.err}`);
      assert.equal(errorOf(refused).error, 'not_permitted');
      assert.match(errorOf(refused).message, /No data was changed; run this as its owner/);
    }
    world.prefix = [];
    if (!root) chmodSync(world.path('S'), 0o700);
    assert.deepEqual(readdirSync(world.path('S')).sort(), before);
  } finally {
    await world.close();
  }
});

test('a limit that lets nobody in is refused before a folder is made', async () => {
  const world = new World();
  try {
    for (const option of ['--max-connections', '--max-per-address', '--max-per-device', '--max-strangers', '--queue']) {
      const refused = world.run('sejawat-server', 'serve', '--data', world.path('S'), '--listen', '127.0.0.1:0', option, '0');
      assert.notEqual(refused.status, 0, option);
      assert.match(refused.err, new RegExp(`${option}: Value 0 not in range 1 to`));
    }
    assert.deepEqual(readdirSync(world.root), []);
  } finally {
    await world.close();
  }
});

test('a server whose log nobody reads any more goes on', async () => {
  const world = new World();
  try {
    world.prefix = ['bash', '-c', 'exec "$0" "$@" 2> >(exit 0)']; // what writes to that is sent SIGPIPE
    const running = await world.server();
    world.prefix = [];
    world.client('A', 'init', '--name', 'Bu Ani Suryani');
    const created = world.client('A', '--json', 'community', 'create', '--name', 'SDN 30 Mataram', '--kind', 'school',
      '--server', running.address, '--operator-invite', running.operator_invite);
    assert.equal(created.status, 0, created.err);
    for (let i = 0; i < 3; ++i) {
      const synced = world.client('A', 'sync');
      assert.equal(synced.status, 0, synced.err);
    }
    assert.equal(running.child.exitCode, null);
    assert.equal(running.child.signalCode, null);
    running.child.kill('SIGTERM');
    assert.equal(await running.ended, 0);
  } finally {
    await world.close();
  }
});

test('a folder that others may write in, and a key that others may read, are refused with the remedy', async () => {
  const world = new World();
  try {
    mkdirSync(world.path('S'));
    chmodSync(world.path('S'), 0o777);
    let refused = server(world, 'serve', '--listen', '127.0.0.1:0');
    assert.equal(refused.status, 4);
    assert.match(errorOf(refused).detail, /chmod go-w/);
    chmodSync(world.path('S'), 0o755); // as mkdir makes it
    const running = await world.server();
    await running.end();
    chmodSync(world.path('S/server.key'), 0o644);
    refused = server(world, 'serve', '--listen', '127.0.0.1:0');
    assert.equal(refused.status, 4);
    assert.match(errorOf(refused).detail, /chmod 600/);
  } finally {
    await world.close();
  }
});

test('a store of a newer version is left byte for byte as it is', async () => {
  const world = new World();
  try {
    const running = await world.school();
    await running.end();
    // SQLite's header: the user version stands in bytes 60 to 63.
    const file = openSync(world.path('S/carrier.db'), 'r+');
    writeSync(file, Buffer.from([0, 0, 0, 99]), 0, 4, 60);
    const before = readFileSync(world.path('S/carrier.db'));
    for (const command of ['serve', 'stats', 'spaces']) {
      const refused = server(world, command);
      assert.equal(refused.status, 1);
      assert.equal(errorOf(refused).error, 'store_too_new');
      assert.match(errorOf(refused).message, /newer version.*left untouched.*update/);
    }
    assert.deepEqual(readFileSync(world.path('S/carrier.db')), before);
  } finally {
    await world.close();
  }
});

test('a damaged database is told apart and left alone', async () => {
  const world = new World();
  try {
    const running = await world.school();
    await running.end();
    const bytes = readFileSync(world.path('S/carrier.db')).fill(0x5a, 0, 4096);
    writeFileSync(world.path('S/carrier.db'), bytes);
    const refused = server(world, 'serve', '--listen', '127.0.0.1:0');
    assert.equal(refused.status, 1);
    assert.match(errorOf(refused).message, /damaged.*Nothing was changed.*backup/);
    assert.deepEqual(readFileSync(world.path('S/carrier.db')), bytes);
  } finally {
    await world.close();
  }
});

test('a wrong address or certificate is told before anything is made', async () => {
  const world = new World();
  try {
    writeFileSync(world.path('no.pem'), 'no certificate');
    const wrong = [
      ['--listen', '192.0.2.1:8787'],
      ['--listen', 'sekolah.invalid:8787'],
      ['--listen', '127.0.0.1:0', '--tls-cert', world.path('no.pem'), '--tls-key', world.path('no.pem')],
    ];
    for (const args of wrong) {
      const refused = server(world, 'serve', ...args);
      assert.notEqual(refused.status, 0, args.join(' '));
      assert.ok(errorOf(refused).message, refused.err);
      assert.deepEqual(readdirSync(world.root), ['no.pem'], args.join(' '));
    }
  } finally {
    await world.close();
  }
});

test('an address that another program has is a clear error', async () => {
  const world = new World();
  const other = net.createServer();
  try {
    await new Promise((done) => other.listen(0, '127.0.0.1', done));
    const refused = server(world, 'serve', '--listen', `127.0.0.1:${other.address().port}`);
    assert.equal(refused.status, 1);
    assert.match(errorOf(refused).message, /cannot be used.*another program/);
  } finally {
    other.close();
    await world.close();
  }
});

test('address, stats and spaces tell what is there, the last two while no server runs', async () => {
  const world = new World();
  try {
    assert.equal(server(world, 'address').status, 1);
    const running = await world.school();
    assert.equal(server(world, 'address').json.address, running.address);
    assert.match(server(world, 'address', '--listen', 'sekolah.example:8787').json.address, /^sejawat:\/\/sekolah\.example:8787\/#/);
    world.input = jsonLines(thousand(2).slice(0, 50));
    world.client('B', 'journal', 'add', '--from', '-');
    world.client('B', 'sync');
    for (const command of ['stats', 'spaces']) {
      const busy = server(world, command);
      assert.equal(busy.status, 1);
      assert.equal(errorOf(busy).error, 'store_locked');
      assert.match(errorOf(busy).message, /stop that server first/);
    }
    assert.equal(world.client('B', '--json', 'sync').status, 0, 'looking did not disturb it');
    await running.end();
    const before = readFileSync(world.path('S/carrier.db'));
    const stats = server(world, 'stats').json;
    assert.equal(stats.spaces, 3);
    assert.deepEqual(stats.spaces_by_kind, { personal: 2, school: 1 });
    assert.ok(stats.segments >= 3 && stats.segment_bytes > 1000 && stats.records > 5);
    const spaces = server(world, 'spaces').lines;
    assert.equal(spaces.length, 3);
    assert.equal(spaces.find((space) => space.kind === 'school').members, 2);
    assert.equal(spaces.reduce((sum, space) => sum + space.segment_bytes, 0), stats.segment_bytes);
    assert.deepEqual(readFileSync(world.path('S/carrier.db')), before, 'looking wrote nothing');
    const again = await world.server(running.endpoint);
    assert.equal(again.address, running.address);
  } finally {
    await world.close();
  }
});

test('a full quota reaches the author with its reason; membership goes on; more room lets everything in', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--quota-personal', '20kb'];
    let running = await world.school();
    world.input = jsonLines(thousand(4).slice(0, 400));
    world.client('B', 'journal', 'add', '--from', '-');
    world.input = '';
    const refused = world.client('B', '--json', 'sync');
    assert.equal(refused.status, 1);
    assert.equal(errorOf(refused).error, 'quota_exceeded');
    assert.match(errorOf(refused).message, /quota.*safe here.*admin/);
    assert.deepEqual(refused.json.refused.map((row) => row.reason), ['quota_exceeded']);
    assert.ok(refused.json.pending > 0);
    const status = world.client('B', '--json', 'status').json;
    assert.equal(status.carriers[0].refused[0].reason, 'quota_exceeded');
    assert.match(world.client('B', 'status').out, /refused by the server: The quota/);
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 400);
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher').json;
    assert.equal(world.client('C', 'join', link, '--name', 'Bu Cici', '--card-file', world.path('c.txt')).status, 0);

    await running.end();
    world.serveFlags = [];
    running = await world.server(running.endpoint);
    const taken = world.client('B', '--json', 'sync');
    assert.equal(taken.status, 0, taken.err);
    assert.equal(taken.json.pending, 0);
    assert.deepEqual(world.client('B', '--json', 'status').json.carriers[0].refused, []);
  } finally {
    await world.close();
  }
});
