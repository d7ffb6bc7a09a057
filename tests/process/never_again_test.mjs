// Threads in which others lost their users' words, each as a test of the core and the command line. The number is the case's.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { Staffroom } from './staffroom.mjs';

async function inRoom(play) {
  const room = new Staffroom();
  try {
    await room.open();
    await play(room);
  } finally {
    await room.close();
  }
}
const secondDevice = (room) => {
  assert.equal(room.client('B2', 'recover', '--card-file', room.path('card-B.txt'), '--server', room.carrier.address).status, 0);
  for (const home of ['B2', 'B', 'B2']) room.does(home, 'sync');
};

test('1: two devices write on the same day without having seen each other, and both entries survive', () => inRoom((room) => {
  secondDevice(room);
  for (const home of ['B', 'B2']) room.does(home, 'journal', 'add', '--date', room.day, '--class', '5A', '--event', 'pupils', `dari ${home}`);
  room.meet(['B', 'B2']);
  for (const home of ['B', 'B2']) {
    const texts = room.all(home, 'journal', 'list').map((entry) => entry.events[0].happened).sort();
    assert.deepEqual(texts, ['dari B', 'dari B2']);
  }
}));

test('3: a group that is renamed and deleted elsewhere, offline, takes nothing with it', () => inRoom((room) => {
  const group = room.does('A', 'record', 'add', 'group', '--set', 'name=Kelas tinggi', '--set', 'kind=high').id;
  room.meet();
  const meeting = room.does('B', 'discussion', 'weekly', '--group', group, '--title', 'Diskusi kelas tinggi').id;
  room.does('A', 'record', 'edit', 'group', group, '--set', 'name=Kelompok IV sampai VI');
  room.tries('A', '--yes', 'record', 'delete', 'group', group);
  room.meet();
  for (const home of ['A', 'B', 'C', 'D']) {
    assert.equal(room.does(home, 'discussion', 'show', meeting).values.title, 'Diskusi kelas tinggi');
    assert.equal(room.all(home, 'record', 'list', 'group').length, 0);
  }
  room.tries('A', 'record', 'restore', 'group', group);
  assert.equal(room.does('A', 'record', 'show', 'group', group).values.name, 'Kelompok IV sampai VI');
}));

test('6: edits that take turns between two devices never put an older one over a newer one', () => inRoom((room) => {
  secondDevice(room);
  const problem = room.sharedProblem();
  room.does('B2', 'sync');
  for (let turn = 0; turn < 20; ++turn) {
    const home = turn % 3 === 0 ? 'B2' : 'B';
    room.does(home, 'problem', 'edit', problem, '--description', `putaran ${turn}`);
    if (turn % 2) room.does(home, 'problem', 'edit', problem, '--description', `putaran ${turn} lagi`);
    room.meet(turn % 2 ? ['B', 'B2'] : ['B2', 'B']);
    for (const device of ['B', 'B2']) {
      const seen = room.does(device, 'problem', 'show', problem);
      assert.equal(seen.values.description, turn % 2 ? `putaran ${turn} lagi` : `putaran ${turn}`);
      assert.equal(seen.conflicts, undefined, 'whoever saw the other is in no conflict with it');
    }
  }
}));

test('9: two who watch one trial write two reflections, never one merged', () => inRoom((room) => {
  const problem = room.sharedProblem();
  room.does('B', 'problem', 'root', problem, 'akar');
  const option = room.does('B', 'solution', 'propose', problem, '--title', 'Kartu').id;
  const trial = room.does('B', 'solution', 'choose', problem, option).id;
  room.meet();
  for (const home of ['C', 'D']) room.does(home, 'trial', 'reflect', trial, '--findings', `catatan ${home}`);
  room.meet();
  for (const home of ['A', 'B', 'C', 'D']) {
    const findings = room.all(home, 'record', 'list', 'reflection', '--linked', trial).map((one) => one.values.findings).sort();
    assert.deepEqual(findings, ['catatan C', 'catatan D']);
    assert.equal(room.all(home, 'conflict', 'list').length, 0);
  }
}));

test('10 and 12: looking and 200 syncs change no record and none of them fails', () => inRoom((room) => {
  const problem = room.sharedProblem();
  const before = room.does('A', 'problem', 'show', problem);
  for (let i = 0; i < 200; ++i) {
    const done = room.tries(['A', 'B', 'C', 'D'][i % 4], 'sync');
    assert.equal(done.status, 0, `sync ${i}: ${done.err}`);
    assert.equal(done.json.sent, 0, 'nobody wrote anything');
  }
  for (const args of [['status'], ['problem', 'list'], ['cycle', 'show', problem], ['discussion', 'daily'], ['cycle', 'stalled']]) room.tries('A', ...args);
  assert.deepEqual(room.does('A', 'problem', 'show', problem), before);
  assert.equal(room.does('A', 'status').pending, 0);
}));

test('20: with the server down the daily discussion still closes on the device', () => inRoom(async (room) => {
  const problem = room.sharedProblem();
  room.does('A', 'problem', 'why', problem, 'sebelum server mati');
  await room.carrier.end();
  room.day = '2026-08-04';
  assert.equal(room.does('A', 'discussion', 'daily', '--date', '2026-08-03').closed, true);
  assert.equal(room.does('A', 'discussion', 'daily').problems[0].carried_over, true);
}));

test('22: many records deleted at once come back whole, with their history', () => inRoom((room) => {
  const classes = ['1A', '2A', '3A', '4A'].map((name) => room.does('A', 'record', 'add', 'class', '--set', `name=${name}`, '--set', `grade=${name[0]}`).id);
  for (const id of classes) room.tries('A', '--yes', 'record', 'delete', 'class', id);
  room.meet();
  assert.equal(room.all('D', 'record', 'list', 'class').length, 0);
  assert.equal(room.all('D', 'record', 'list', 'class', '--trash').length, 4);
  for (const id of classes) room.tries('A', 'record', 'restore', 'class', id);
  room.meet();
  assert.deepEqual(room.all('D', 'record', 'list', 'class').map((one) => one.values.name).sort(), ['1A', '2A', '3A', '4A']);
  assert.equal(room.all('A', 'record', 'revisions', 'class', classes[0]).length, 3);
}));

test('8: edits that reach the server out of order wait for each other or apply, and none is lost', () => inRoom((room) => {
  secondDevice(room);
  const problem = room.sharedProblem();
  room.does('B2', 'sync');
  // B writes a chain; B2 builds on it through a file before the server has seen any of it; B2 reaches the server first.
  room.does('B', 'problem', 'edit', problem, '--description', 'satu');
  room.does('B', 'problem', 'edit', problem, '--description', 'dua');
  room.does('B', 'bundle', 'export', '--to', room.path('b.sejawat'));
  room.does('B2', 'bundle', 'import', room.path('b.sejawat'));
  assert.equal(room.does('B2', 'problem', 'show', problem).values.description, 'dua');
  room.does('B2', 'problem', 'edit', problem, '--description', 'tiga');
  room.does('B2', 'sync');
  room.does('A', 'sync');
  room.does('B', 'sync');
  room.meet();
  for (const home of ['A', 'B', 'C', 'D']) {
    const seen = room.does(home, 'problem', 'show', problem);
    assert.equal(seen.values.description, 'tiga');
    assert.equal(seen.conflicts, undefined);
    const said = room.all(home, 'record', 'revisions', 'problem', problem).map((one) => one.after.values.description).filter(Boolean);
    assert.deepEqual([...new Set(said)], ['satu', 'dua', 'tiga']);
  }
}));

test('17: who was removed with unsent work keeps it, sees it and takes it out as a file', () => inRoom((room) => {
  const problem = room.sharedProblem();
  const budi = room.does('A', 'member', 'list').find((one) => one.name === 'Pak Budi Hartono').person;
  room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'catatan belum terkirim');
  room.does('B', 'problem', 'edit', problem, '--description', 'uraian belum terkirim');
  room.does('A', '--yes', 'member', 'remove', budi);
  room.tries('B', 'sync');
  assert.equal(room.all('B', 'journal', 'list')[0].events[0].happened, 'catatan belum terkirim');
  assert.equal(room.does('B', 'problem', 'show', problem).values.title, 'Siswa diam saat diskusi');
  assert.equal(room.tries('B', 'export', '--mine', '--to', room.path('keluar')).status, 0);
  assert.match(readFileSync(room.path('keluar', 'sejawat.json'), 'utf8'), /catatan belum terkirim/);
  room.meet(['A', 'C']);
  assert.ok(!JSON.stringify(room.does('A', 'problem', 'show', problem)).includes('uraian belum terkirim'), 'it counts for nobody yet');
}));

test('24: one with thousands of records holds up nobody else', () => inRoom((room) => {
  const lines = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ date: '2026-08-03', events: [{ domain: 'pupils', happened: `catatan ${i} di baris ${i % 7}`, expected: 'semua ikut' }] }));
  writeFileSync(room.path('banyak.jsonl'), lines.join('\n'));
  room.tries('B', 'journal', 'add', '--from', room.path('banyak.jsonl'));
  const many = room.spawnClient('B', 'sync');
  const problem = room.does('C', '--yes', 'problem', 'share', '--title', 'Tidak menunggu').id;
  // Others' syncs need as few round trips as ever while it goes on, and what they exchange arrives.
  for (const home of ['C', 'A', 'D']) assert.ok(room.does(home, 'sync').round_trips <= 4, home);
  for (const home of ['A', 'D']) assert.equal(room.does(home, 'problem', 'show', problem).values.title, 'Tidak menunggu');
  return new Promise((resolve) => many.once('close', resolve)).then(() => room.does('B', 'sync'));
}));
