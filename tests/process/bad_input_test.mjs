// Wrong use, wrong servers, wrong stores: a clear error, the right exit code, and nothing lost.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { World, entries, jsonLines } from './support.mjs';

test('an unknown command is wrong use', async () => {
  const world = new World();
  try {
    const done = world.client('A', 'dance');
    assert.equal(done.status, 2);
    assert.match(done.err, /unknown command: dance/);
    assert.match(world.client('A', 'journal', 'dance').err, /unknown command: dance/);
    assert.equal(world.client('A').status, 2);
    assert.equal(world.client('A', '--help').status, 0);
  } finally {
    await world.close();
  }
});

test('a malformed line names its number and nothing of the file is imported', async () => {
  const world = new World();
  try {
    world.client('A', 'init', '--name', 'Bu Ani');
    world.input = jsonLines(entries(3)) + '{"date": "2026-02-30", "events": []}\n' + jsonLines(entries(2));
    const refused = world.client('A', 'journal', 'add', '--from', '-');
    assert.equal(refused.status, 2);
    assert.match(refused.err, /line 4/);
    assert.equal(world.client('A', '--json', 'journal', 'list').out, '');
  } finally {
    await world.close();
  }
});

test('a card file that exists is never overwritten, and no person is made', async () => {
  const world = new World();
  try {
    writeFileSync(world.path('card.txt'), 'an older card');
    assert.equal(world.client('A', 'init', '--name', 'Bu Ani', '--card-file', world.path('card.txt')).status, 1);
    assert.equal(readFileSync(world.path('card.txt'), 'utf8'), 'an older card');
    assert.notEqual(world.client('A', 'status').status, 0);
  } finally {
    await world.close();
  }
});

test('a server with another key gets nothing, and the entries stay', async () => {
  const world = new World();
  try {
    const server = await world.school();
    world.client('B', 'journal', 'add', '--event', 'pupils', 'tetap di sini');
    const other = server.address.replace(/#.(.)/, (found, kept) => (found[1] === 'A' ? '#B' : '#A') + kept);
    const refused = world.client('B', '--json', 'sync', '--server', other);
    assert.equal(refused.status, 1);
    assert.equal(JSON.parse(refused.err.trim().split('\n').pop()).error, 'wrong_server_key');
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 1);
  } finally {
    await world.close();
  }
});

test('an expired invite, a used one and a made-up one are refused with the reason', async () => {
  const world = new World();
  try {
    await world.school();
    const brief = world.client('A', '--json', 'invite', '--role', 'teacher', '--ttl', '1s').json.link;
    await new Promise((resolve) => setTimeout(resolve, 2200));
    const late = world.client('C', 'join', brief, '--name', 'Bu Cici');
    assert.equal(late.status, 4);
    assert.match(late.err, /expired/);
    const used = world.client('D', 'join', world.invited.json.link, '--name', 'Pak Dedi');
    assert.equal(used.status, 4);
    assert.match(used.err, /used up/);
    assert.notEqual(world.client('E', 'join', 'sejawat://127.0.0.1:1/#i1.AAAA', '--name', 'X').status, 0);
    // A link of the right form whose secret somebody guessed: bytes 48 to 63 behind "i1.".
    const [before, code] = brief.split('i1.');
    const bytes = Buffer.from(code, 'base64url');
    bytes[50] ^= 1;
    const guessed = world.client('F', 'join', `${before}i1.${bytes.toString('base64url')}`, '--name', 'Pak Fajar');
    assert.equal(guessed.status, 4);
    assert.match(guessed.err, /not valid/);
  } finally {
    await world.close();
  }
});

test('a damaged store and a wrong key are told apart from an empty one and left alone', async () => {
  const world = new World();
  try {
    world.client('A', 'init', '--name', 'Bu Ani');
    const before = readFileSync(world.path('A/store.db'));
    writeFileSync(world.path('A/store.key'), Buffer.alloc(32, 7));
    const refused = world.client('A', '--json', 'status');
    assert.equal(refused.status, 1);
    assert.equal(JSON.parse(refused.err).error, 'store_key_wrong');
    assert.deepEqual(readFileSync(world.path('A/store.db')), before);
  } finally {
    await world.close();
  }
});

test('a second server on the same data folder is refused with a sentence', async () => {
  const world = new World();
  try {
    await world.server();
    await assert.rejects(world.server(), /already uses this data folder|sudah dipakai server lain/);
  } finally {
    await world.close();
  }
});
