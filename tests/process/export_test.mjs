// What a person takes along, and what an admin reads of late work.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { Staffroom } from './staffroom.mjs';
import { World, entries, jsonLines } from './support.mjs';

test('everything of one\'s own comes out as JSON and as one page, offline, escaped, and never over anything', async () => {
  const world = new World();
  try {
    assert.equal(world.client('B', 'init', '--name', 'Pak <b>Budi</b> & "co"').status, 0);
    const nasty = '</dd><script>alert(1)</script><img src=x onerror=alert(2)> & "kutip" \'satu\'';
    world.input = jsonLines([...entries(450), { date: '2026-11-24', class: '<5A>', subject: '"IPA"', mood: '&amp;',
      events: [{ domain: 'teacher', happened: nasty, expected: 'baris 1\nbaris 2', gap: '🙂 é' }], tags: ['<tag>', "o'k"] }]);
    const ids = world.client('B', '--json', 'journal', 'add', '--from', '-').lines.map((line) => line.id);
    const edited = world.client('B', '--json', 'journal', 'show', ids[0]).json;
    edited.events[0].happened = 'disunting';
    world.input = JSON.stringify(edited);
    world.client('B', 'journal', 'edit', ids[0], '--from', '-');
    world.client('B', '--yes', 'journal', 'delete', ids[1]);

    const done = world.client('B', '--json', 'export', '--mine', '--to', world.path('mine'));
    assert.equal(done.status, 0, done.err);
    assert.equal(done.json.entries, 451);
    assert.equal(statSync(world.path('mine')).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(world.path('mine')).sort(), ['sejawat.html', 'sejawat.json']);
    const data = JSON.parse(readFileSync(world.path('mine', 'sejawat.json'), 'utf8'));
    assert.equal(data.name, 'Pak <b>Budi</b> & "co"');
    assert.equal(data.entries.length, 450);
    assert.deepEqual(data.trash.map((entry) => entry.id), [ids[1]]);
    const first = data.entries.find((entry) => entry.id === ids[0]);
    assert.equal(first.revisions.length, 2);
    assert.match(first.revisions[0].events[0].happened, /nomor 0/);
    assert.equal(data.entries.find((entry) => entry.id === ids.at(-1)).events[0].happened, nasty);
    // What was written goes in again.
    const { on_server, revisions, ...again } = data.entries.find((entry) => entry.id === ids.at(-1));
    world.input = JSON.stringify(again);
    world.client('N', 'init', '--name', 'Baru');
    assert.equal(world.client('N', 'journal', 'add', '--from', '-').status, 0);

    const page = readFileSync(world.path('mine', 'sejawat.html'), 'utf8');
    assert.doesNotMatch(page, /<script|<img|<b>|<tag>|<5A>|onerror=alert\(2\)>/);
    assert.ok(page.includes('&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;'));
    assert.ok(page.includes('&quot;IPA&quot;') && page.includes('&amp;amp;') && page.includes('🙂 é') && page.includes('o&#39;k'));
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /<[^>]*(src|href)=|@import|url\(/, 'nothing is fetched');
    assert.equal((page.match(/<article /g) ?? []).length, 451);

    for (const there of ['mine', 'file', 'empty', 'link']) {
      if (there === 'file') writeFileSync(world.path('file'), 'x');
      if (there === 'empty') mkdirSync(world.path('empty'));
      if (there === 'link') symlinkSync(world.path('nowhere'), world.path('link'));
      const refused = world.client('B', '--json', '--yes', 'export', '--mine', '--to', world.path(there));
      assert.equal(refused.status, 1, there);
      assert.match(refused.err, /already_exists/);
    }
    assert.ok(!existsSync(world.path('nowhere')));
    assert.equal(world.client('B', 'export', '--mine', '--to', world.path('no', 'parent')).status, 1);
    assert.deepEqual(readdirSync(world.root).filter((name) => name.includes('.')), [], 'no drafts are left');
    assert.equal(world.client('B', 'export', '--to', world.path('z')).status, 2);
  } finally {
    await world.close();
  }
});

test('late work of a removed device can be read and exported, and stays in quarantine', async () => {
  const world = new World();
  try {
    const server = await world.school();
    assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
    world.client('B2', 'sync');
    world.client('B', 'sync');
    world.client('B2', 'sync');
    await server.end();
    // The lost device writes on, offline, and carries it home on a stick.
    world.client('B2', 'journal', 'add', '--event', 'pupils', 'tulisan terlambat <b>', 'seharusnya', 'jarak');
    const lost = world.client('B', '--json', 'device', 'list').lines.find((row) => !row.self).device;
    world.client('B', '--yes', 'device', 'revoke', lost);
    world.client('B2', '--json', 'bundle', 'export', '--to', world.path('stick'));
    const taken = world.client('B', '--json', 'bundle', 'import', world.path('stick'));
    assert.equal(taken.status, 0, taken.err);
    // Who holds the lost device may have written it: beside the journal, not in it, until somebody has looked.
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 0);
    await world.server(server.endpoint);
    world.client('B', '--json', 'sync');
    const waiting = world.client('B', '--json', 'quarantine', 'list').lines;
    assert.ok(waiting.length >= 1, `${taken.out}`);
    assert.ok(waiting.every((row) => row.reason === 'device_removed' && typeof row.may_readmit === 'boolean'));
    const shown = waiting.map((row) => world.client('B', '--json', 'quarantine', 'show', row.log).json);
    const written = shown.flatMap((one) => one.changes).flatMap((change) => change.fields);
    assert.ok(written.some((field) => field.field === 'happened' && field.value === 'tulisan terlambat <b>'), JSON.stringify(shown));
    assert.ok(written.some((field) => field.field === 'domain' && field.value === 'pupils'));
    assert.match(world.client('B', 'quarantine', 'show', waiting[0].log).out, /changes wait/);

    const out = world.client('B', '--json', 'quarantine', 'export', '--to', world.path('late.json'));
    assert.equal(out.status, 0, out.err);
    assert.equal(statSync(world.path('late.json')).mode & 0o777, 0o600);
    const late = JSON.parse(readFileSync(world.path('late.json'), 'utf8'));
    assert.equal(late.logs.length, waiting.length);
    assert.ok(late.logs.every((log) => log.sealed.length === log.segments));
    assert.equal(world.client('B', '--yes', 'quarantine', 'export', '--to', world.path('late.json')).status, 1, 'never overwritten');
    assert.equal(world.client('B', 'quarantine', 'show', 'ff'.repeat(16)).status, 1);
    assert.equal(world.client('B', 'quarantine', 'show', 'x').status, 2);
    assert.equal(world.client('B', '--json', 'quarantine', 'list').lines.length, waiting.length);
  } finally {
    await world.close();
  }
});

test('the records of the cycle come out as well: one\'s own, or a group\'s for whoever can read it, and no hidden name', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const own = room.sharedProblem();
    const hidden = room.does('C', '--yes', 'problem', 'share', '--title', 'Saya kehabisan cara', '--hide-name').id;
    room.does('B', 'group', 'create', 'Kelas tinggi', '--member', 'Pak Dedi Wirawan');
    const inside = room.does('B', '--yes', 'problem', 'share', '--title', 'Di dalam kelompok', '--to', 'Kelas tinggi').id;
    room.does('D', 'problem', 'why', own, 'bukan milik Budi');
    room.meet();
    const read = (home, name, ...args) => {
      room.does(home, 'export', ...args, '--to', room.path(name));
      assert.match(readFileSync(room.path(name, 'sejawat.html'), 'utf8'), /<section/);
      return JSON.parse(readFileSync(room.path(name, 'sejawat.json'), 'utf8')).records;
    };
    const mine = read('B', 'punya', '--mine');
    assert.deepEqual(mine.filter((one) => one.kind === 'problem').map((one) => one.id).sort(), [own, inside].sort());
    assert.ok(mine.every((one) => one.own));
    const school = read('D', 'sekolah', '--space', 'SDN Contoh');
    assert.deepEqual(school.filter((one) => one.kind === 'problem').map((one) => one.id).sort(), [own, hidden].sort());
    assert.equal(school.find((one) => one.id === hidden).by, null);
    assert.deepEqual(read('D', 'kelompok', '--space', 'Kelas tinggi').map((one) => one.id), [inside]);
    assert.equal(room.tries('A', 'export', '--space', 'Kelas tinggi', '--to', room.path('tidak')).status, 1, 'whoever is no member has nothing to export');
  } finally {
    await room.close();
  }
});
