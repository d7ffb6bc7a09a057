// The paper's four steps, played by four teachers over three weeks with the real programs, two of them offline for days.
import assert from 'node:assert/strict';
import test from 'node:test';
import { NAMES, Staffroom } from './staffroom.mjs';
import { play } from './play.mjs';

const HOMES = ['A', 'B', 'C', 'D'];

test('four teachers walk the cycle twice in three weeks, and every device tells the same story', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const { problem, entry } = play(room);
    const stories = Object.fromEntries(HOMES.map((home) => [home, room.does(home, 'cycle', 'show', problem)]));
    const shared = (story) => ({ ...story, lines: story.lines.filter((line) => line.chapter !== 'entry') });
    for (const home of HOMES) assert.deepEqual(shared(stories[home]), shared(stories.A), `${home} tells it otherwise`);

    const mine = stories.B.lines.filter((line) => line.chapter === 'entry');
    assert.deepEqual(mine.map((line) => line.record), [entry], 'the owner sees the entry behind it');
    for (const home of ['A', 'C', 'D']) assert.ok(!stories[home].lines.some((line) => line.chapter === 'entry'));

    assert.equal(stories.A.state, 'solved');
    assert.equal(stories.A.rounds, 2);
    const chapters = stories.A.lines.map((line) => line.chapter);
    for (const chapter of ['problem', 'why', 'reply', 'me_too', 'root_cause', 'alternative', 'trial', 'started', 'impact', 'reflection',
      'verdict', 'new_round']) assert.ok(chapters.includes(chapter), `the story lacks ${chapter}`);
    assert.deepEqual(stories.A.lines.filter((line) => line.chapter === 'verdict').map((line) => line.state), ['partly', 'effective']);
    for (const line of stories.A.lines) if (line.chapter === 'me_too') assert.equal(line.by, null, '"me too" names nobody');
    const dates = stories.A.lines.map((line) => line.date);
    assert.deepEqual(dates, [...dates].sort());
    assert.equal(dates[0], '2026-08-03');
    assert.equal(dates.at(-1), '2026-08-21');
    for (const home of HOMES) assert.equal(room.all(home, 'intent', 'list').length + room.all(home, 'conflict', 'list').length, 0);
    const text = room.client('D', '--today', room.day, 'cycle', 'show', problem).out;
    assert.match(text, /Cycle 2/);
    assert.match(text, /3 August 2026/);
  } finally {
    await room.close();
  }
});

test('a step taken offline against a record that moved on is an intent on every device, and is then taken', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const problem = room.sharedProblem();
    // Budi, with no signal, puts it aside; meanwhile Ani goes on with it.
    room.does('B', 'problem', 'postpone', problem, '--until', '2026-09-01', '--reason', 'menunggu alat peraga');
    room.does('A', 'record', 'step', 'problem', problem, 'analysed');
    room.does('A', 'problem', 'root', problem, 'Pertanyaan langsung dijawab guru', '--kind', 'teacher');
    room.meet();
    for (const home of HOMES) {
      const waiting = room.all(home, 'intent', 'list');
      assert.equal(waiting.length, 1, `${home} does not show what waits`);
      assert.deepEqual([waiting[0].id, waiting[0].to, waiting[0].by, waiting[0].why, waiting[0].reason],
        [problem, 'postponed', NAMES.B, 'moved_on', 'menunggu alat peraga']);
      assert.equal(room.does(home, 'problem', 'show', problem).state, 'rooted');
      assert.ok(room.does(home, 'cycle', 'show', problem).lines.some((line) => line.chapter === 'intent'));
    }
    assert.equal(room.does('B', 'intent', 'take', problem).state, 'postponed');
    room.meet();
    for (const home of HOMES) {
      assert.equal(room.all(home, 'intent', 'list').length, 0);
      assert.equal(room.does(home, 'problem', 'show', problem).state, 'postponed');
    }
  } finally {
    await room.close();
  }
});

test('an intent that nobody wants any more is put aside, and its history stays', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const problem = room.sharedProblem();
    room.does('B', 'problem', 'postpone', problem, '--until', '2026-09-01');
    room.does('A', 'record', 'step', 'problem', problem, 'analysed');
    room.does('A', 'problem', 'root', problem, 'Perintah terlalu panjang');
    room.meet();
    room.does('B', 'intent', 'dismiss', problem);
    assert.equal(room.all('B', 'intent', 'list').length, 1, 'without --yes nothing changes');
    room.does('B', '--yes', 'intent', 'dismiss', problem);
    room.meet();
    for (const home of HOMES) {
      assert.equal(room.all(home, 'intent', 'list').length, 0);
      assert.equal(room.all(home, 'intent', 'list', '--dismissed').length, 1);
    }
  } finally {
    await room.close();
  }
});

test('a problem taken back loses its words on every device, and its hidden name stays hidden', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const { id } = room.does('B', '--yes', 'problem', 'share', '--title', 'Saya kewalahan di kelas', '--hide-name');
    room.meet();
    const before = room.does('C', 'problem', 'show', id);
    assert.equal(before.values.title, 'Saya kewalahan di kelas');
    assert.equal(before.by, null);
    room.refused(4, 'C', '--yes', 'problem', 'withdraw', id);
    room.does('B', 'problem', 'withdraw', id);
    assert.equal(room.does('B', 'problem', 'show', id).state, 'shared', 'without --yes nothing changes');
    room.does('B', '--yes', 'problem', 'withdraw', id);
    room.meet();
    for (const home of ['A', 'C', 'D']) {
      for (const args of [['problem', 'show', id], ['cycle', 'show', id], ['problem', 'list', '--ended'], ['record', 'show', 'problem', id]]) {
        const told = JSON.stringify(room.all(home, ...args));
        assert.ok(!told.includes('kewalahan'), `${home}: ${args.join(' ')} still has the words`);
        assert.ok(!told.includes(NAMES.B), `${home}: ${args.join(' ')} tells the name`);
      }
    }
  } finally {
    await room.close();
  }
});

test('an edit wins against a delete that had not seen it, and says so', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const { id: meeting } = room.does('A', 'discussion', 'weekly', '--date', '2026-08-07');
    const [item] = room.does('A', 'discussion', 'agenda', meeting, '--add', 'Lomba literasi', '--kind', 'school_progress').items;
    room.meet();
    room.does('C', '--yes', 'record', 'delete', 'agenda_item', item.id);
    room.does('D', 'discussion', 'agenda', meeting, '--item', item.id, '--minutes', '10');
    room.meet();
    for (const home of HOMES) {
      const kept = room.does(home, 'record', 'show', 'agenda_item', item.id);
      assert.equal(kept.trashed, undefined);
      assert.equal(kept.restored_by_edit, true);
      assert.equal(kept.values.minutes, '10');
    }
  } finally {
    await room.close();
  }
});

test('two facilitators close one discussion apart from each other, and both got what they wished', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const { id } = room.does('A', 'discussion', 'daily', '--begin');
    room.meet();
    for (const home of ['A', 'C']) room.does(home, 'discussion', 'step', id, 'closed', '--summary', `rangkuman ${home}`);
    room.meet();
    for (const home of HOMES) {
      assert.equal(room.does(home, 'discussion', 'show', id).state, 'closed');
      assert.equal(room.all(home, 'intent', 'list').length, 0, 'equal wishes leave nothing to decide');
      assert.ok(room.does(home, 'discussion', 'daily').closed);
      const summary = room.does(home, 'discussion', 'show', id);
      assert.ok(JSON.stringify(summary).includes('rangkuman A') && JSON.stringify(summary).includes('rangkuman C'), 'no summary is lost');
    }
  } finally {
    await room.close();
  }
});
