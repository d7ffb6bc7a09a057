// A teacher moves to another school, on another server, with the same person, device and store.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { Staffroom } from './staffroom.mjs';

const OLD = 'SDN Contoh';
const NEW = 'SDN Tujuan';

test('a teacher moving school takes the journal along; what was shared stays, and the old school\'s new keys never come', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const entries = ['pertama', 'kedua'].map((text) =>
      room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', `catatan ${text}`).id);
    const group = room.does('B', 'group', 'create', 'Kelas tinggi', '--member', 'Pak Dedi Wirawan').space;
    const shared = room.sharedProblem();
    const inGroup = room.does('B', '--yes', 'problem', 'share', '--title', 'Masalah kelompok', '--to', 'Kelas tinggi').id;
    room.meet();

    const other = await room.server('127.0.0.1:0', 'S2');
    room.client('E', 'init', '--name', 'Bu Eka Puspita');
    room.does('E', 'community', 'create', '--name', NEW, '--kind', 'school', '--server', other.address,
      '--operator-invite', other.operator_invite);
    const { link } = room.does('E', 'invite', '--role', 'teacher');
    room.does('E', 'sync');

    // Both schools at once, as long as the move takes.
    room.does('B', 'join', link);
    room.does('B', 'sync', '--server', other.address);
    assert.deepEqual(room.does('B', 'member', 'list', '--space', NEW).map((one) => one.name).sort(), ['Bu Eka Puspita', 'Pak Budi Hartono']);
    assert.equal(room.does('B', 'member', 'list', '--space', OLD).length, 4);

    const dedi = room.does('B', 'member', 'list', '--space', group).find((one) => one.name === 'Pak Dedi Wirawan' || !one.self).person;
    room.does('B', '--yes', 'member', 'role', dedi, 'operator', '--space', group);
    room.does('B', '--yes', 'member', 'leave', '--space', group);
    room.does('B', 'member', 'leave', '--space', OLD);
    assert.equal(room.does('B', 'member', 'list', '--space', OLD).length, 4, 'shown only');
    room.does('B', '--yes', 'member', 'leave', '--space', OLD);
    for (const home of ['A', 'C', 'D', 'A']) room.does(home, 'sync');
    room.does('A', '--yes', 'problem', 'share', '--title', 'kalimat sesudah pindah');
    for (const home of ['A', 'C', 'D']) room.does(home, 'sync');

    // The journal went along: from here on the new server is his.
    room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'catatan di sekolah baru');
    assert.equal(room.does('B', 'sync').pending, 0, 'everything of his own is there');
    const status = room.does('B', 'status');
    assert.equal(status.carriers[0].server, other.address, 'the new school\'s server is home');
    assert.equal(room.all('B', 'journal', 'list').length, 3);
    room.does('B', '--yes', 'problem', 'share', '--title', 'Masalah di sekolah baru');
    room.does('B', 'sync');
    room.does('E', 'sync');
    assert.deepEqual(room.all('E', 'problem', 'list').map((one) => one.values.title), ['Masalah di sekolah baru']);
    assert.equal(room.all('E', 'problem', 'list')[0].by, 'Pak Budi Hartono');

    // What was shared stays in the old school, under his name.
    for (const home of ['A', 'C', 'D']) {
      const seen = room.does(home, 'problem', 'show', shared);
      assert.equal(seen.by, 'Pak Budi Hartono');
      assert.equal(seen.values.title, 'Siswa diam saat diskusi');
      assert.deepEqual(room.does(home, 'member', 'list').map((one) => one.name).sort(), ['Bu Ani Suryani', 'Bu Cici Lestari', 'Pak Dedi Wirawan']);
    }
    assert.equal(room.does('D', 'problem', 'show', inGroup).values.title, 'Masalah kelompok');

    // Asked of the old server, nothing of what came after.
    room.tries('B', 'sync', '--server', room.carrier.address);
    assert.ok(!room.all('B', 'problem', 'list').some((one) => one.values.title === 'kalimat sesudah pindah'));
    const keys = (home) => room.does(home, 'space', 'list').find((one) => one.name === OLD);
    assert.equal(keys('B').member, false);
    assert.equal(keys('A').current_key, true);
    // Given the very bytes in a file: his keys open nothing of it.
    room.does('A', 'bundle', 'export', '--to', room.path('old.sejawat'), '--space', keys('A').space);
    assert.equal(room.refused(1, 'B', 'bundle', 'import', room.path('old.sejawat')).error, 'key_missing');
    assert.equal(room.tries('C', 'bundle', 'import', room.path('old.sejawat')).status, 0, 'a member opens it');
    assert.equal(room.refused(4, 'B', '--yes', 'problem', 'share', '--title', 'x', '--to', OLD).error, 'not_permitted');

    // Card in hand at the new school, with the old server gone: the whole journal, and the new school.
    await room.carrier.end();
    room.does('B2', 'recover', '--card-file', room.path('card-B.txt'), '--server', other.address);
    for (let i = 0; i < 2; ++i) room.does('B2', 'sync');
    assert.deepEqual(room.all('B2', 'journal', 'list').map((one) => one.id).filter((id) => entries.includes(id)).sort(), [...entries].sort());
    assert.equal(room.all('B2', 'journal', 'list').length, 3);
    // What he shared as a member he may read again where a server has it; what came after he left, nowhere.
    const titles = room.all('B2', 'problem', 'list').map((one) => one.values.title);
    assert.ok(titles.includes('Masalah di sekolah baru'));
    assert.ok(!titles.includes('kalimat sesudah pindah'));
    for (const data of ['S', 'S2']) {
      for (const name of readdirSync(room.path(data))) {
        assert.ok(!readFileSync(room.path(data, name)).includes('catatan pertama'), `${data}/${name}`);
      }
    }
  } finally {
    await room.close();
  }
});

test('a teacher whom the office removed before they heard of it keeps the journal and goes on at the next school', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'catatan lama');
    const shared = room.sharedProblem();
    const other = await room.server('127.0.0.1:0', 'S2');
    room.client('E', 'init', '--name', 'Bu Eka Puspita');
    room.does('E', 'community', 'create', '--name', NEW, '--kind', 'school', '--server', other.address,
      '--operator-invite', other.operator_invite);
    const { link } = room.does('E', 'invite', '--role', 'teacher');
    room.does('E', 'sync');
    const budi = room.does('A', 'member', 'list').find((one) => one.name === 'Pak Budi Hartono').person;
    room.does('A', '--yes', 'member', 'remove', budi);
    room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'ditulis tanpa tahu');
    room.does('B', 'join', link);
    assert.equal(room.refused(4, 'B', 'sync').error, 'fenced', 'the old server says it once');
    room.does('B', 'sync');
    assert.equal(room.does('B', 'status').carriers[0].server, other.address);
    assert.equal(room.does('B', 'status').pending, 0);
    assert.equal(room.all('B', 'journal', 'list').length, 2);
    const old = room.does('B', 'space', 'list').find((one) => one.name === OLD);
    assert.equal(old.member, false);
    room.does('B2', 'recover', '--card-file', room.path('card-B.txt'), '--server', other.address);
    for (let i = 0; i < 2; ++i) room.does('B2', 'sync');
    assert.equal(room.all('B2', 'journal', 'list').length, 2);
    room.does('A', 'sync');
    assert.equal(room.does('A', 'problem', 'show', shared).by, 'Pak Budi Hartono', 'what he shared stays under his name');
  } finally {
    await room.close();
  }
});
