// Every command of the cycle once, with what it answers to bad input: exit codes 2 (wrong use), 4 (not permitted), 5 (needs a decision).
import assert from 'node:assert/strict';
import test from 'node:test';
import { NAMES, Staffroom } from './staffroom.mjs';

async function inRoom(play) {
  const room = new Staffroom();
  try {
    await room.open();
    await play(room);
  } finally {
    await room.close();
  }
}
const NOBODY = '0123456789abcdef';

test('a problem is kept, previewed word for word, shared only with --yes, edited, and listed', () => inRoom((room) => {
  const entry = room.does('B', 'journal', 'add', '--date', room.day, '--subject', 'IPA', '--event', 'methods', 'Gambar terlalu kecil',
    'Semua melihat', 'Media tidak terlihat dari belakang').id;
  const kept = room.does('B', 'problem', 'add', '--from-entry', entry, '--event', '1', '--severity', '2').id;
  assert.equal(room.does('B', 'problem', 'show', kept).values.category, 'methods');
  room.meet();
  assert.equal(room.all('A', 'problem', 'list').length, 0, 'a kept problem is private');

  const shown = room.does('B', 'problem', 'share', kept, '--to', 'SDN Contoh', '--hide-name', '--title', 'Media terlalu kecil');
  assert.deepEqual([shown.shared, shown.preview.title, shown.preview.by, shown.preview.readers],
    [false, 'Media terlalu kecil', null, 'SDN Contoh']);
  room.meet();
  assert.equal(room.all('A', 'problem', 'list').length, 0, 'a preview shares nothing');
  assert.equal(room.does('B', '--yes', 'problem', 'share', kept, '--preview').shared, false);

  const shared = room.does('B', '--yes', 'problem', 'share', kept, '--hide-name', '--title', 'Media terlalu kecil').id;
  room.meet();
  const [seen] = room.all('A', 'problem', 'list');
  const { by, space, readers, name_hidden: hidden, ...words } = shown.preview;
  for (const [field, text] of Object.entries(words)) assert.equal(seen.values[field], text, `${field} is not what was previewed`);
  assert.equal(seen.by, null);
  assert.ok(!JSON.stringify(seen).includes(NAMES.B) && !JSON.stringify(seen).includes('Gambar terlalu kecil'));
  assert.equal(room.does('A', 'problem', 'preview', shared).by, null);
  for (const args of [['cycle', 'list'], ['cycle', 'waiting'], ['discussion', 'daily'], ['record', 'revisions', 'problem', shared]])
    assert.ok(!JSON.stringify(room.all('A', ...args)).includes(NAMES.B), `${args.join(' ')} names who asked to be hidden`);

  assert.equal(room.does('B', 'problem', 'edit', shared, '--frequency', 'daily').values.frequency, 'daily');
  assert.equal(room.all('B', 'problem', 'list', '--mine', '--words', 'terlalu').length, 1);
  assert.equal(room.all('B', 'problem', 'list', '--state', 'closed').length, 0);
  room.refused(4, 'A', 'problem', 'edit', shared, '--title', 'lain');
  room.refused(2, 'B', 'problem', 'add');
  room.refused(2, 'B', 'problem', 'add', '--title', 'x', '--frequency', 'never');
  room.refused(2, 'B', 'problem', 'share', kept, '--from-entry', entry);
  room.refused(2, 'B', 'problem', 'show', 'bukan-id');
  room.refused(1, 'B', 'problem', 'show', NOBODY);
  room.refused(1, 'B', 'problem', 'add', '--from-entry', entry, '--event', '7');
  room.refused(2, 'B', 'problem', 'add', '--from-entry', entry, '--event', 'satu');
  room.refused(1, 'B', 'problem', 'share', kept, '--to', 'SDN Lain');
  room.refused(2, 'B', '--today', '2026-02-30', 'problem', 'list');
}));

test('whys, replies, "me too" and the root: counted, never named, and only by whom it is for', () => inRoom((room) => {
  const problem = room.sharedProblem();
  const why = room.does('A', 'problem', 'why', problem, 'Tugasnya tertutup').id;
  room.does('D', 'problem', 'me-too', problem);
  room.does('D', 'problem', 'me-too', problem);
  room.does('C', 'problem', 'reply', problem, 'Di kelas saya juga', '--kind', 'evidence');
  room.meet();
  room.does('C', 'problem', 'reply', problem, 'Mengapa begitu?', '--kind', 'question', '--to', why);
  room.meet();
  const day = room.does('B', 'discussion', 'daily');
  assert.equal(day.closed, false);
  assert.equal(day.closes, '2026-08-04T06:00');
  assert.equal(day.problems[0].me_too, 1);
  assert.deepEqual(day.problems[0].contributions.map((one) => one.kind).sort(), ['evidence', 'question', 'why']);
  assert.ok(!JSON.stringify(room.all('B', 'record', 'list', 'contribution')).includes('"me_too"},"parts":{},"by":"'));
  const [mine] = room.all('B', 'record', 'list', 'contribution').filter((one) => one.values.kind === 'me_too');
  assert.equal(mine.by, null);

  room.refused(4, 'D', 'problem', 'root', problem, 'bukan bagian saya');
  room.refused(2, 'B', 'problem', 'root', problem, 'akar', '--kind', 'cuaca');
  room.refused(2, 'A', 'problem', 'why', problem, '');
  room.day = '2026-08-05';
  assert.ok(room.does('B', 'discussion', 'daily', '--date', '2026-08-03').closed, 'it closed by itself');
  assert.ok(room.does('B', 'discussion', 'daily').problems[0].carried_over, 'what has no root is carried over');
  room.does('A', 'problem', 'why', problem, 'Menyusul', '--date', '2026-08-03');
  room.meet();
  const late = room.does('B', 'discussion', 'daily', '--date', '2026-08-03').problems[0].contributions;
  assert.deepEqual(late.filter((one) => one.late).map((one) => one.text), ['Menyusul']);
  room.does('B', 'problem', 'root', problem, 'Tugas tertutup', '--kind', 'methods');
  assert.equal(room.does('B', 'discussion', 'daily').problems.length, 0);

  room.refused(2, 'B', 'problem', 'postpone', problem);
  room.refused(2, 'B', 'problem', 'postpone', problem, '--until', 'besok');
  assert.equal(room.does('B', 'problem', 'postpone', problem, '--until', '2026-09-01').state, 'postponed');
  assert.equal(room.does('B', 'problem', 'close', problem, '--reason', 'selesai sendiri').state, 'closed');
  room.refused(2, 'B', 'problem', 'close', problem);
}));

test('a weekly discussion has a turn for everybody, hides names while ideas come, and ends in minutes', () => inRoom((room) => {
  const problem = room.sharedProblem();
  const { id: hiddenOne } = room.does('D', '--yes', 'problem', 'share', '--title', 'Saya kewalahan', '--hide-name');
  room.meet();
  const { id } = room.does('A', 'discussion', 'weekly', '--date', '2026-08-07', '--leader', NAMES.A, '--recorder', NAMES.C, '--starts', '13:00');
  const agenda = room.does('A', 'discussion', 'agenda', id, '--make').items;
  assert.deepEqual(agenda.map((item) => item.teacher).filter(Boolean).sort(), Object.values(NAMES).sort(), 'everybody has a turn');
  const unnamed = agenda.find((item) => item.problem === hiddenOne);
  assert.equal(unnamed.teacher, null, 'a hidden problem stands beside no name');
  assert.equal(agenda.find((item) => item.problem === problem).teacher, NAMES.B);
  assert.equal(room.does('A', 'discussion', 'agenda', id, '--make').items.length, agenda.length, 'making it again adds nothing');
  room.does('A', 'discussion', 'agenda', id, '--item', agenda[0].id, '--minutes', '12', '--decision', 'dicoba pekan depan');
  assert.equal(room.does('A', 'discussion', 'agenda', id, '--add', 'Lomba', '--kind', 'other', '--minutes', '5').minutes_other, 5);
  room.refused(4, 'D', 'discussion', 'step', (room.meet(), id), 'turns');
  room.refused(2, 'A', 'discussion', 'step', id, 'choosing');
  for (const phase of ['turns', 'brainstorm']) room.does('A', 'discussion', 'step', id, phase);
  room.meet();
  const idea = room.does('B', 'discussion', 'idea', id, 'Kartu peran', '--problem', problem).id;
  room.meet();
  assert.deepEqual(room.all('A', 'discussion', 'ideas', id).map((one) => [one.by, one.name_hidden]), [[null, true]]);
  assert.equal(room.all('A', 'record', 'list', 'idea')[0].by, null, 'no other list tells it');
  room.does('A', 'discussion', 'step', id, 'grouping');
  assert.equal(room.all('A', 'discussion', 'ideas', id)[0].by, NAMES.B);
  assert.equal(room.tries('A', 'discussion', 'group', idea, 'Peran').status, 0);
  assert.deepEqual(room.all('A', 'discussion', 'formulate', id).map((one) => one.values.title), ['Peran']);
  room.does('A', 'discussion', 'attend', id, '--person', NAMES.D, '--status', 'absent');
  room.does('D', 'discussion', 'attend', id, '--time', '13:05');
  room.meet();
  const dedi = room.all('C', 'discussion', 'attendance', id).find((one) => one.name === NAMES.D);
  assert.deepEqual([dedi.disputed, dedi.said.map((one) => one.status).sort()], [true, ['absent', 'present']], 'both words are shown');
  const minutes = room.does('C', 'discussion', 'minutes', id, '--decision', 'lanjut', '--follow-up', 'kartu', NAMES.B, '2026-08-10');
  assert.deepEqual(minutes.parts.decisions.map((one) => one.text), ['dicoba pekan depan', 'lanjut']);
  assert.equal(minutes.parts.follow_ups[0].who.name, NAMES.B);
  room.meet();
  room.refused(4, 'D', 'discussion', 'ratify', id);
  assert.equal(room.does('A', 'discussion', 'ratify', id).state, 'ratified');
  assert.equal(room.all('A', 'discussion', 'list', '--kind', 'weekly').length, 1);
  assert.equal(room.does('A', 'discussion', 'show', id).values.leader.name, NAMES.A);
  room.refused(1, 'A', 'discussion', 'show', problem);
  room.refused(2, 'A', 'discussion', 'attend', id, '--status', 'terlambat');
  room.refused(1, 'A', 'discussion', 'attend', id, '--person', 'Bu Tidak Ada');
}));

test('a solution is proposed, supported, chosen; a trial is prepared, tried, measured, reflected on, concluded', () => inRoom((room) => {
  const problem = room.sharedProblem();
  room.does('B', 'problem', 'root', problem, 'Tugas tertutup');
  room.meet();
  const option = room.does('C', 'solution', 'propose', problem, '--title', 'Kartu peran', '--step', 'Buat kartu', '--step', 'Bagikan', '--cost', '5000').id;
  room.meet();
  room.does('D', 'solution', 'endorse', option) ?? 0;
  room.meet();
  assert.deepEqual(room.all('B', 'solution', 'menu', '--problem', problem).map((one) => [one.endorsements, one.tried]), [[1, 0]]);
  room.does('D', 'solution', 'endorse', option, '--off');
  room.meet();
  assert.equal(room.all('B', 'solution', 'menu')[0].endorsements, 0);
  const trial = room.does('B', 'solution', 'choose', problem, option, '--class', '5A').id;
  room.refused(2, 'B', 'trial', 'start', trial);
  assert.equal(room.does('B', 'trial', 'prepare', trial, '--plan', 'Lima belas menit').state, 'planned', 'no measure, not ready');
  assert.equal(room.does('B', 'trial', 'prepare', trial, '--measure', 'Berpendapat', '3', '20').state, 'ready');
  room.refused(4, 'D', 'trial', 'start', (room.meet(), trial));
  assert.equal(room.does('B', 'trial', 'start', trial).state, 'running');
  room.refused(2, 'B', 'trial', 'impact', trial, '--happened', 'ya', '--measure', 'Lain', '1');
  room.refused(2, 'B', 'trial', 'impact', trial);
  const impact = room.does('B', 'trial', 'impact', trial, '--happened', 'Ramai dan terarah', '--measure', 'Berpendapat', '21', 'solved');
  assert.equal(room.does('B', 'journal', 'show', impact.entry).trial_id, trial);
  room.meet();
  room.does('D', 'trial', 'reflect', trial, '--findings', 'Berhasil', '--participant', NAMES.B);
  room.refused(4, 'D', 'trial', 'conclude', trial, '--verdict', 'effective');
  room.refused(2, 'B', 'trial', 'conclude', trial, '--verdict', 'hebat');
  assert.equal(room.does('B', 'trial', 'conclude', trial, '--verdict', 'effective').state, 'concluded');
  assert.equal(room.does('B', 'trial', 'show', trial).values.verdict, 'effective');
  assert.equal(room.does('B', 'problem', 'show', problem).state, 'solved');
  assert.deepEqual(room.all('B', 'solution', 'menu', '--problem', problem).map((one) => [one.tried, one.effective]), [[1, 1]]);
  room.does('B', 'trial', 'practice', trial, '--title', 'Kartu peran berhasil');
  room.refused(4, 'D', 'trial', 'practice', (room.meet(), trial), '--title', 'punya orang');
  assert.equal(room.all('D', 'record', 'list', 'practice').length, 1);
  assert.equal(room.all('B', 'trial', 'list', '--mine', '--ended').length, 1);

  const other = room.sharedProblem('D', 'Kelas ribut');
  room.refused(2, 'D', 'solution', 'choose', other, option);
  room.does('D', 'problem', 'root', other, 'Tidak ada tugas pembuka');
  const second = room.does('D', 'solution', 'choose', other, option).id;
  room.refused(2, 'D', 'trial', 'cancel', second);
  assert.equal(room.does('D', 'trial', 'cancel', second, '--reason', 'kelas dipakai').state, 'cancelled');
  room.does('D', 'solution', 'training', '--title', 'Asesmen formatif', '--plan', 'Kartu keluar', '2026-08-20');
  assert.ok(room.all('D', 'solution', 'menu').some((one) => one.values.source === 'training' && one.values.planned === '2026-08-20'));
}));

test('walks are listed, and those that wait or stalled are told by school days', () => inRoom((room) => {
  const problem = room.sharedProblem();
  room.does('A', 'record', 'add', 'calendar_day', '--set', 'date=2026-08-17', '--set', 'kind=holiday');
  room.meet();
  room.day = '2026-08-18';
  assert.deepEqual(room.all('B', 'cycle', 'waiting').map((one) => [one.id, one.days]), [[problem, 12]], 'Sundays and the holiday do not count');
  assert.deepEqual(room.all('B', 'cycle', 'stalled').map((one) => one.id), [problem]);
  const [walk] = room.all('B', 'cycle', 'list');
  assert.deepEqual([walk.id, walk.stalled, walk.quiet_days, walk.lines], [problem, true, 12, undefined]);
  room.refused(1, 'B', 'cycle', 'show', NOBODY);
  room.refused(2, 'B', 'cycle', 'show');
}));

test('two versions are shown on every device until somebody chooses, and a choice can be taken back', () => inRoom((room) => {
  const problem = room.sharedProblem();
  const card = room.path('card-B.txt');
  assert.equal(room.client('B2', 'recover', '--card-file', card, '--server', room.carrier.address).status, 0);
  for (const home of ['B2', 'B', 'B2']) room.does(home, 'sync');
  room.does('B', 'problem', 'edit', problem, '--title', 'Judul dari ponsel');
  room.does('B2', 'problem', 'edit', problem, '--title', 'Judul dari laptop');
  room.meet(['B', 'B2', 'A']);
  for (const home of ['A', 'B', 'B2']) {
    const [both] = room.all(home, 'conflict', 'list');
    assert.deepEqual(both.conflicts[0].versions.map((one) => one.value).sort(), ['Judul dari laptop', 'Judul dari ponsel'], `${home} hides it`);
  }
  assert.equal(room.refused(5, 'B', 'conflict', 'resolve', problem, 'title').error, 'needs_decision');
  room.refused(2, 'B', 'conflict', 'resolve', problem, 'title', '--use', '3');
  room.refused(1, 'B', 'conflict', 'resolve', problem, 'description', '--use', '1');
  room.refused(4, 'A', 'conflict', 'resolve', problem, 'title', '--use', '1');
  assert.equal(room.all('B', 'conflict', 'list').length, 1, 'the mark stays until the decision');
  const decided = room.does('B', 'conflict', 'resolve', problem, 'title', '--use', '2').values.title;
  room.meet(['B', 'B2', 'A']);
  for (const home of ['A', 'B2']) {
    assert.equal(room.all(home, 'conflict', 'list').length, 0);
    assert.equal(room.does(home, 'problem', 'show', problem).values.title, decided);
  }
  const last = room.all('B', 'record', 'revisions', 'problem', problem).at(-1);
  assert.equal(last.by, NAMES.B, 'who decided stands in the history');
  room.does('B', 'conflict', 'undo', problem, last.change);
  assert.equal(room.all('B', 'conflict', 'list').length, 1);
  room.refused(2, 'B', 'conflict', 'undo', problem, 'kemarin');

  const entry = room.does('B', 'journal', 'add', '--date', room.day, '--event', 'pupils', 'asal').id;
  for (const home of ['B', 'B2']) room.does(home, 'sync');
  for (const [home, text] of [['B', 'ponsel'], ['B2', 'laptop']]) {
    const view = room.does(home, 'journal', 'show', entry);
    view.events[0].happened = text;
    room.input = JSON.stringify(view);
    assert.equal(room.client(home, 'journal', 'edit', entry, '--from', '-').status, 0);
  }
  room.input = '';
  room.meet(['B', 'B2']);
  assert.equal(room.all('B2', 'conflict', 'list').filter((one) => one.record === 'journal_entry').length, 1);
  room.tries('B2', 'conflict', 'resolve', entry, 'happened', '--value', 'diputuskan');
  room.meet(['B', 'B2']);
  assert.equal(room.does('B', 'journal', 'show', entry).events[0].happened, 'diputuskan');
  const [told] = room.all('B', 'conflict', 'decisions', entry);
  assert.deepEqual([told.field, told.chosen, told.standing, told.versions.map((one) => one.value).sort()],
    ['happened', 'diputuskan', true, ['laptop', 'ponsel']]);
  assert.equal(room.all('B2', 'conflict', 'decisions', problem)[0].standing, false, 'that one was taken back');
  room.does('B', 'conflict', 'undo', entry, told.change);
  const waiting = room.all('B', 'pending', 'list').find((one) => one.id === entry);
  assert.equal(waiting.record, 'journal_entry');
  room.meet(['B', 'B2']);
  assert.equal(room.all('B', 'pending', 'list').length, 0);
  assert.equal(room.all('B2', 'conflict', 'list').filter((one) => one.record === 'journal_entry').length, 1, 'both stand again');
}));

test('intents: the one that is not possible from here asks for a decision, and nothing is lost', () => inRoom((room) => {
  const problem = room.sharedProblem();
  room.does('B', 'problem', 'postpone', problem, '--until', '2026-09-01');
  room.does('A', 'record', 'step', 'problem', problem, 'analysed');
  room.does('A', 'problem', 'root', problem, 'akar');
  room.meet();
  room.refused(4, 'D', 'intent', 'take', problem);
  room.does('B', 'problem', 'close', problem, '--reason', 'selesai');
  assert.equal(room.refused(5, 'B', 'intent', 'take', problem).error, 'needs_decision');
  assert.equal(room.all('B', 'intent', 'list').length, 1, 'it still waits');
  room.refused(1, 'B', 'intent', 'take', problem, '00000000000000000000000000000000.1');
  room.refused(2, 'B', 'intent', 'take', problem, 'yang tadi');
}));

test('any kind of record is added, shown, changed, moved on, deleted and brought back by the schema alone', () => inRoom((room) => {
  const kinds = room.all('A', 'record', 'kinds');
  for (const kind of ['school_year', 'calendar_day', 'class', 'category', 'support_request', 'recurrence', 'cluster', 'group'])
    assert.ok(kinds.some((one) => one.kind === kind), kind);
  assert.deepEqual(room.does('A', 'record', 'kinds', 'class').fields.map((field) => field.field), ['name', 'grade', 'pupils']);
  const add = (kind, ...args) => room.does('A', 'record', 'add', kind, ...args).id;
  add('school_year', '--set', 'name=2026/2027', '--set', 'starts=2026-07-13', '--set', 'ends=2027-06-26', '--set', 'days_a_week=6');
  const klass = add('class', '--set', 'name=5A', '--set', 'grade=5', '--set', 'pupils=24');
  add('category', '--set', 'key=local_reading', '--set', 'name=Membaca pagi');
  add('recurrence', '--set', 'kind=daily', '--set', 'from=2026-08-03');
  add('cluster', '--set', 'name=Gugus II', '--part', 'schools', 'name=SDN Contoh', 'role=core');
  const group = add('group', '--set', 'name=Kelas tinggi', '--set', 'kind=high', '--part', 'members', `person=${NAMES.B}`, 'from=2026-08-03',
    '--part', 'members', 'person=me', 'from=2026-08-03');
  const shown = room.does('A', 'record', 'show', 'group', group);
  assert.deepEqual(shown.parts.members.map((one) => one.person.name), [NAMES.B, NAMES.A]);
  const left = room.does('A', 'record', 'edit', 'group', group, '--part', 'members', `element=${shown.parts.members[0].element}`, 'until=2026-08-04');
  assert.equal(left.parts.members[0].until, '2026-08-04');
  assert.equal(room.does('A', 'record', 'edit', 'group', group, '--part', 'members', `element=${shown.parts.members[1].element}`, 'remove=yes').parts.members.length, 1);
  assert.ok(room.all('A', 'problem', 'categories').some((one) => one.key === 'local_reading' && one.own));
  assert.equal(room.all('B', 'problem', 'categories').length, 13);

  const asked = room.does('B', 'record', 'add', 'support_request', '--set', 'kind=observer', '--set', 'need=Mohon pengamat', '--set', `asked=${NAMES.C}`).id;
  room.meet();
  room.refused(4, 'D', 'record', 'step', 'support_request', asked, 'answered', '--reason', 'ya');
  room.refused(2, 'C', 'record', 'step', 'support_request', asked, 'answered');
  assert.equal(room.does('C', 'record', 'step', 'support_request', asked, 'answered', '--reason', 'Hari Rabu').state, 'answered');

  room.does('A', 'record', 'delete', 'class', klass);
  assert.equal(room.all('A', 'record', 'list', 'class').length, 1, 'without --yes nothing is deleted');
  room.tries('A', '--yes', 'record', 'delete', 'class', klass);
  assert.equal(room.all('A', 'record', 'list', 'class').length, 0);
  assert.equal(room.all('A', 'record', 'list', 'class', '--trash').length, 1);
  room.tries('A', 'record', 'restore', 'class', klass);
  assert.equal(room.all('A', 'record', 'list', 'class', '--words', '5A', '--limit', '5').length, 1);
  assert.equal(room.all('A', 'record', 'revisions', 'class', klass).length, 3);
  assert.equal(room.all('A', 'record', 'list', 'calendar_day', '--from', '2026-01-01', '--until', '2026-12-31').length, 0);

  room.refused(2, 'A', 'record', 'add', 'guru');
  room.refused(2, 'A', 'record', 'add', 'class', '--set', 'name=5A');
  room.refused(2, 'A', 'record', 'add', 'class', '--set', 'name');
  room.refused(2, 'A', 'record', 'add', 'class', '--set', 'name=5A', '--set', 'grade=lima');
  room.refused(2, 'A', 'record', 'add', 'group', '--set', 'name=x', '--set', 'kind=low', '--part', 'wali', 'person=me');
  room.refused(2, 'A', '--space', 'personal', 'record', 'add', 'class', '--set', 'name=5A', '--set', 'grade=5');
  room.refused(4, 'D', 'record', 'edit', 'class', (room.meet(), klass), '--set', 'pupils=1');
  room.refused(1, 'A', 'record', 'show', 'group', klass);
}));

test('both languages have words for every kind, field, state and choice of the schema', () => inRoom((room) => {
  for (const [lang, words] of [['id', ['masalah', 'akar masalah', 'uji coba', 'notulen']], ['en', ['problem', 'root cause', 'trial', 'minutes']]]) {
    const told = room.run('sejawat', '--home', room.path('A'), '--lang', lang, 'record', 'kinds');
    assert.equal(told.status, 0);
    for (const word of words) assert.ok(told.out.includes(`  ${word}\n`), `${lang}: ${word}`);
  }
  const help = room.client('A', 'problem', 'share', '--help');
  assert.equal(help.status, 0);
  assert.match(help.out, /word for word/);
}));

test('the demo school is the same for the same seed, uses the core as people do, and is never built over', async () => {
  const room = new Staffroom();
  const told = [];
  try {
    for (const folder of ['one', 'two']) {
      const built = room.run('sejawat', '--json', 'demo', 'school', '--teachers', '4', '--weeks', '2', '--seed', '7', '--to', room.path(folder));
      assert.equal(built.status, 0, built.err);
      const { counts, homes } = built.json;
      assert.equal(homes.length, 4);
      assert.ok(counts.entries > 10 && counts.meetings === 2 && counts.problems > 0, JSON.stringify(counts));
      const stories = homes.map(({ home }) => room.run('sejawat', '--home', home, '--json', 'problem', 'list', '--ended', '--space', 'SD Negeri Cemara')
        .lines.map((one) => [one.values.title, one.values.found, one.state, one.by]).sort());
      for (const story of stories) assert.deepEqual(story, stories[0], 'every store holds the same shared problems');
      const mine = room.run('sejawat', '--home', homes[3].home, '--json', 'journal', 'list').lines.map((one) => [one.date, one.subject, one.events[0].happened]);
      told.push({ counts, stories: stories[0], mine: mine.sort() });
      assert.equal(room.run('sejawat', '--json', 'demo', 'school', '--teachers', '4', '--weeks', '2', '--to', room.path(folder)).status, 1);
    }
    assert.deepEqual(told[0], told[1]);
    assert.equal(room.run('sejawat', 'demo', 'school', '--teachers', '2', '--to', room.path('three')).status, 2);
    assert.equal(room.run('sejawat', 'demo', 'school').status, 2);
  } finally {
    await room.close();
  }
});
