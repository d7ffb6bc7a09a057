// An expert of a university, or an observer: a small space shared with them, and the school stays shut (B.4).
import assert from 'node:assert/strict';
import test from 'node:test';
import { Staffroom } from './staffroom.mjs';

test('an expert reads what was shared with the expert, under hidden names, and opens nothing else, given its very bytes', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const inSchool = room.sharedProblem('B', 'kalimat sekolah saja');
    room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'kalimat jurnal');
    const advice = room.does('B', 'group', 'create', 'Pendampingan').space;
    room.does('B', 'sync');
    const { link } = room.does('B', 'invite', '--role', 'expert', '--group', 'Pendampingan');
    room.does('B', 'sync');
    room.does('X', 'join', link, '--name', 'Dr. Xena', '--card-file', room.path('card-X.txt'));
    const asked = room.does('B', '--yes', 'problem', 'share', '--title', 'Mohon masukan', '--to', 'Pendampingan', '--hide-name').id;
    room.meet(['B', 'X', 'B', 'X']);

    const spaces = room.all('X', 'space', 'list').filter((one) => one.kind !== 'personal');
    assert.deepEqual(spaces.map((one) => one.space), [advice]);
    const seen = room.all('X', 'problem', 'list');
    assert.deepEqual(seen.map((one) => one.id), [asked]);
    assert.equal(seen[0].by, null);
    assert.ok(!JSON.stringify(room.does('X', 'cycle', 'show', asked)).includes('Pak Budi'), 'nor in the story');
    const option = room.does('X', 'solution', 'propose', asked, '--title', 'Coba waktu tunggu', '--source', 'expert', '--space', advice).id;
    room.meet(['X', 'B']);
    assert.equal(room.all('B', 'solution', 'menu', '--problem', asked)[0].id, option);

    // The school, and B's own journal, in a file.
    for (const home of ['A', 'B']) room.does(home, 'bundle', 'export', '--to', room.path(`${home}.sejawat`), ...(home === 'A' ? [] : ['--space', room.does('B', 'space', 'list').find((one) => one.kind === 'personal').space]));
    for (const home of ['A', 'B']) assert.equal(room.refused(1, 'X', 'bundle', 'import', room.path(`${home}.sejawat`)).error, 'key_missing', home);
    room.refused(1, 'X', 'problem', 'show', inSchool);
    // The head of the school is no member of that space either.
    assert.ok(!room.all('A', 'problem', 'list').some((one) => one.id === asked));
    room.does('B', 'bundle', 'export', '--to', room.path('advice.sejawat'), '--space', advice);
    assert.equal(room.refused(1, 'A', 'bundle', 'import', room.path('advice.sejawat')).error, 'key_missing');
  } finally {
    await room.close();
  }
});
