// A weekly discussion of twelve devices on one school server, four of them without a line for most of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Staffroom } from './staffroom.mjs';

test('twelve devices hold one weekly discussion, four of them offline, and all end with the same one', async () => {
  const room = new Staffroom();
  try {
    await room.open();
    const extra = Array.from({ length: 8 }, (_, i) => `T${i + 1}`);
    for (const home of extra) {
      const { link } = room.does('A', 'invite', '--role', 'teacher');
      room.does(home, 'join', link, '--name', `Guru ${home}`, '--card-file', room.path(`card-${home}.txt`));
    }
    const homes = ['A', 'B', 'C', 'D', ...extra];
    const offline = extra.slice(4);
    const online = homes.filter((home) => !offline.includes(home));
    room.meet(homes);
    const problem = room.sharedProblem('B');
    const id = room.does('A', 'discussion', 'weekly', '--title', 'Diskusi pekan ini', '--leader', 'me', '--date', room.day).id;
    room.does('A', 'discussion', 'agenda', id, '--make');
    room.does('A', 'discussion', 'step', id, 'turns');
    room.does('A', 'discussion', 'step', id, 'brainstorm');
    room.meet(homes);

    for (const home of homes) {
      room.does(home, 'discussion', 'idea', id, `Gagasan dari ${home}`, '--problem', problem);
      room.does(home, 'discussion', 'attend', id);
    }
    room.does('A', 'discussion', 'step', id, 'grouping');
    room.does(offline[0], 'problem', 'me-too', problem);
    room.meet(online);
    for (const home of online.slice(0, 3)) {
      const [mine] = room.all(home, 'discussion', 'ideas', id).filter((one) => one.text === `Gagasan dari ${home}` || one.values?.text === `Gagasan dari ${home}`);
      room.tries(home, 'discussion', 'group', mine.id, 'Kerja kelompok');
    }
    room.meet(homes);
    room.meet(homes);

    const seen = homes.map((home) => JSON.stringify({
      ideas: room.all(home, 'discussion', 'ideas', id).map((one) => [one.id, one.cluster]).sort(),
      there: room.all(home, 'discussion', 'attendance', id).map((one) => [one.name, one.disputed]).sort(),
      state: room.does(home, 'discussion', 'show', id).state,
      story: room.does(home, 'cycle', 'show', problem).lines.filter((line) => line.chapter !== 'entry'),
    }));
    for (const [i, one] of seen.entries()) assert.equal(one, seen[0], `${homes[i]} tells another story`);
    const whole = JSON.parse(seen[0]);
    assert.equal(whole.ideas.length, 12, 'no idea is lost');
    assert.equal(whole.there.length, 12);
    assert.equal(whole.ideas.filter(([, cluster]) => cluster === 'Kerja kelompok').length, 3);
  } finally {
    await room.close();
  }
});
