// The worked example of the command line, as written, with real processes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { World, entries, jsonLines } from './support.mjs';

test('entries written while the server is down arrive after, and a second device recovers them from the card', async () => {
  const world = new World();
  try {
    const server = await world.school();
    assert.equal(world.created.status, 0, world.created.err);
    assert.equal(world.joined.status, 0, world.joined.err);
    assert.equal(statSync(world.path('card.txt')).mode & 0o777, 0o600);
    await server.end();

    writeFileSync(world.path('entries.jsonl'), jsonLines(entries(40)));
    const added = world.client('B', '--json', 'journal', 'add', '--from', world.path('entries.jsonl'));
    assert.equal(added.status, 0, added.err);
    assert.equal(added.lines.length, 40);
    const offline = world.client('B', '--json', 'sync');
    assert.equal(offline.status, 3, 'offline has an exit code of its own');
    assert.match(offline.err, /safe on this device/);
    assert.equal(world.client('B', '--json', 'status').json.pending, 40);

    const again = await world.server(server.endpoint);
    assert.equal(again.operator_invite, null, 'the operator invite is printed until a community used it');
    const synced = world.client('B', '--json', 'sync');
    assert.equal(synced.status, 0, synced.err);
    assert.equal(synced.json.pending, 0);
    assert.ok(synced.json.sent >= 1);
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 40);

    assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
    assert.equal(world.client('B2', 'sync').status, 0);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);

    assert.equal(world.client('A', 'sync').status, 0);
    assert.equal(world.client('A', '--json', 'journal', 'list').out, '', 'private entries are private');
  } finally {
    await world.close();
  }
});

test('a no-op sync is one round trip within its byte budget, and so is one entry', async () => {
  const world = new World();
  try {
    await world.school();
    world.client('B', 'sync');
    const idle = world.client('B', '--json', 'sync').json;
    assert.equal(idle.round_trips, 1);
    assert.ok(idle.frame_bytes_up + idle.frame_bytes_down <= 230, JSON.stringify(idle));
    assert.ok(idle.bytes_up + idle.bytes_down <= 380, JSON.stringify(idle));
    // The first push of a log brings its enrolment's neighbours; the second is the ordinary case.
    assert.equal(world.client('B', 'journal', 'add', '--event', 'pupils', 'catatan pertama').status, 0);
    world.client('B', 'sync');
    world.input = readFileSync(new URL('../../tools/prose/heldout.jsonl', import.meta.url), 'utf8').split('\n')[2] + '\n';
    assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
    const one = world.client('B', '--json', 'sync').json;
    assert.equal(one.round_trips, 1);
    assert.ok(one.bytes_up + one.bytes_down <= 750, JSON.stringify(one));
  } finally {
    await world.close();
  }
});

test('two devices of one person edit apart and keep both until somebody decides; edit wins over delete', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const id = world.client('B', '--json', 'journal', 'add', '--event', 'pupils', 'asal').json.id;
    world.client('B', 'sync');
    world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    const edit = (home, happened) => {
      const entry = world.client(home, '--json', 'journal', 'show', id).json;
      entry.events[0].happened = happened;
      world.input = JSON.stringify(entry);
      assert.equal(world.client(home, 'journal', 'edit', id, '--from', '-').status, 0);
    };
    edit('B', 'versi ponsel');
    edit('B2', 'versi laptop');
    for (const home of ['B', 'B2', 'B', 'B2']) assert.equal(world.client(home, 'sync').status, 0);
    const seen = world.client('B', '--json', 'journal', 'show', id).json;
    assert.deepEqual([...seen.conflicts[0].values].sort(), ['versi laptop', 'versi ponsel']);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'show', id).json, seen);
    edit('B', 'diputuskan');
    for (const home of ['B', 'B2']) assert.equal(world.client(home, 'sync').status, 0);
    assert.equal(world.client('B2', '--json', 'journal', 'show', id).json.conflicts, undefined);

    assert.equal(world.client('B', '--yes', 'journal', 'delete', id).status, 0);
    edit('B2', 'disunting saat dihapus');
    for (const home of ['B', 'B2', 'B']) assert.equal(world.client(home, 'sync').status, 0);
    for (const home of ['B', 'B2']) {
      const kept = world.client(home, '--json', 'journal', 'show', id).json;
      assert.equal(kept.trashed, undefined);
      assert.equal(kept.restored_by_edit, true);
    }
  } finally {
    await world.close();
  }
});

test('no sentence and no name stands readable on the server, in its log, or in the files of a device', async () => {
  const world = new World();
  try {
    const server = await world.school();
    world.input = jsonLines(entries(30));
    world.client('B', 'journal', 'add', '--from', '-');
    world.client('B', 'sync');
    await server.end();
    for (const needle of ['kalimat penanda', 'Budi', 'Suryani', 'Mataram', 'Matematika', 'membaca']) {
      let found = '';
      try {
        found = execFileSync('grep', ['-ral', needle, world.path('S'), world.path('server.log'), world.path('A'), world.path('B')],
          { encoding: 'utf8' });
      } catch (error) {
        assert.equal(error.status, 1);
      }
      assert.equal(found, '', `${needle} stands in ${found}`);
    }
  } finally {
    await world.close();
  }
});
