// Erasing for good, with real processes: the sealed bytes leave the server's files, and a later device is whole.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { World } from './support.mjs';

// Every file below a folder, as one buffer.
const contents = (folder) =>
  Buffer.concat(
    readdirSync(folder, { recursive: true })
      .map((name) => path.join(folder, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file)),
  );

const add = (world, home, words) => world.client(home, '--json', 'journal', 'add', '--event', 'pupils', words).json.id;

// Sealed bodies that lie in these bytes: header, length of one of the padded sizes, body (docs/PROTOCOL.md, "Segments").
function bodies(bytes) {
  const found = [];
  for (let at = 0; at + 200 < bytes.length; ++at) {
    const header = bytes[at];
    if (header < 40 || header > 127 || bytes[at + 1] !== 1 || bytes[at + 2] !== 0) continue;
    const length = at + 1 + header;
    const size = (bytes[length] & 127) | (bytes[length + 1] << 7);
    if (bytes[length] < 128 || ![128, 160, 192, 224, 256, 320, 384, 448, 512].includes(size)) continue;
    found.push(Buffer.from(bytes.subarray(length + 2, length + 2 + size)));
  }
  return found;
}

test('an erased entry leaves devices and the files of a running server, which signs for it; a later device is whole', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const data = world.path('S');
    assert.equal(world.client('B', 'sync').status, 0);
    add(world, 'B', 'yang tinggal');
    assert.equal(world.client('B', 'sync').status, 0);
    const before = contents(data);
    const secret = add(world, 'B', 'nama seorang anak yang tidak boleh tinggal');
    add(world, 'B', 'satu ruas dengan yang dihapus');
    assert.equal(world.client('B', 'sync').status, 0);
    const sealed = bodies(contents(data)).filter((body) => before.indexOf(body) < 0);
    const distinct = new Set(sealed.map((body) => body.toString('hex')));
    assert.equal(distinct.size, 1, 'one body came: both entries are in it');

    const plan = world.client('B', '--json', 'erase', secret);
    assert.equal(plan.status, 0, plan.err);
    assert.equal(plan.json.erased, false);
    assert.equal(plan.json.changes, 1);
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 3, 'without --yes nothing happens');

    await server.end();
    const offline = world.client('B', '--json', '--yes', 'erase', secret, '--reason', 'request');
    assert.equal(offline.status, 3, 'gone here, and it says that it is offline');
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 2);
    assert.equal(world.client('B', '--json', 'erase').json.pending, true);
    const again = await world.server(server.endpoint);
    const synced = world.client('B', '--json', 'sync');
    assert.equal(synced.status, 0, synced.err);
    assert.equal(synced.json.pending, 0);

    const status = world.client('B', '--json', 'erase').json;
    assert.equal(status.pending, false);
    assert.equal(status.reason, 'request');
    assert.equal(status.carriers[0].gone, true);
    assert.match(status.carriers[0].receipt, /^01[0-9a-f]{368}$/);
    const after = contents(data);
    for (let at = 0; at + 16 <= sealed[0].length; at += 16) {
      assert.ok(after.indexOf(sealed[0].subarray(at, at + 16)) < 0, `bytes ${at} of the body are left`);
    }

    assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', again.address).status, 0);
    assert.equal(world.client('B2', 'sync').status, 0);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);
    assert.equal(world.client('B2', '--json', 'journal', 'list').lines.length, 2);
    assert.equal(world.client('B2', '--json', 'journal', 'show', secret).status, 1);
    assert.equal(world.client('B2', '--json', 'status').json.pending, 0);
  } finally {
    await world.close();
  }
});

test('what is not there, not one\'s own, or no id is refused with its exit code', async () => {
  const world = new World();
  try {
    await world.school();
    assert.equal(world.client('B', 'erase', '0011223344556677').status, 1);
    assert.equal(world.client('B', 'erase', 'zz').status, 2);
    assert.equal(world.client('B', '--json', 'erase').out, '');
  } finally {
    await world.close();
  }
});
