// Erasing for good, with real processes: the sealed bytes leave the server's files, and a later device is whole.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

// Of pages of a database file that hold nothing but sealed bytes, which are as random: 64 bytes of each.
function sealedPages(file) {
  const bytes = readFileSync(file);
  const found = [];
  for (let at = 0; at + 4096 <= bytes.length; at += 4096) {
    const page = bytes.subarray(at, at + 4096);
    if (page.reduce((zeroes, byte) => zeroes + (byte === 0 ? 1 : 0), 0) < 48) found.push(page.subarray(1000, 1064));
  }
  return found;
}

test('an erased entry and its photo leave devices and the files of a running server, which signs for it; a later device is whole', async () => {
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

    writeFileSync(world.path('p.jpg'), Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(140000 - 3)]));
    const attached = world.client('B', '--json', 'journal', 'attach', secret, world.path('p.jpg'));
    assert.equal(attached.status, 0, attached.err);
    assert.equal(world.client('B', '--json', 'sync').json.media_pending, 0);

    const plan = world.client('B', '--json', 'erase', secret);
    assert.equal(plan.status, 0, plan.err);
    assert.equal(plan.json.erased, false);
    assert.equal(plan.json.changes, 2);
    assert.equal(plan.json.attachments, 1);
    assert.ok(plan.json.attachment_bytes >= 140000);
    for (const [lang, words] of [['id', 'termasuk foto dan rekaman suara: 1'], ['en', 'photos and voice notes among them: 1']]) {
      assert.ok(world.run('sejawat', '--home', world.path('B'), '--lang', lang, 'erase', secret).out.includes(words), lang);
    }
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 3, 'without --yes nothing happens');

    await server.end();
    const photo = sealedPages(path.join(data, 'carrier.db'));
    assert.ok(photo.length > 30, `the photo lies there in ${photo.length} pages`);
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
    for (const slice of photo) assert.ok(after.indexOf(slice) < 0, 'bytes of the photo are left');
    assert.deepEqual(world.client('B', '--json', 'attachment', 'list').lines, []);
    assert.equal(world.client('B', '--json', 'sync').json.media_pending, 0);
    for (let at = 0; at + 16 <= sealed[0].length; at += 16) {
      assert.ok(after.indexOf(sealed[0].subarray(at, at + 16)) < 0, `bytes ${at} of the body are left`);
    }

    assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', again.address).status, 0);
    assert.equal(world.client('B2', 'sync').status, 0);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);
    assert.equal(world.client('B2', '--json', 'journal', 'list').lines.length, 2);
    assert.equal(world.client('B2', '--json', 'journal', 'show', secret).status, 1);
    assert.equal(world.client('B2', '--json', 'status').json.pending, 0);
    assert.deepEqual(world.client('B2', '--json', 'attachment', 'list').lines, []);
    await again.end();
    const walk = world.run('sejawat-server', 'doctor', '--data', data, '--walk', '--json');
    assert.equal(walk.status, 0, walk.out);
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
