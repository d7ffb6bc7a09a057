// Working groups as real processes: who was added reads by syncing alone, nobody else does, and a removed one reads on no more.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { World } from './support.mjs';

test('a group is read by whom its founder added, after they synced, and by nobody else', async () => {
  const world = new World();
  try {
    await world.school();
    const does = (home, ...args) => {
      const done = world.client(home, '--json', ...args);
      assert.equal(done.status, 0, `${args.join(' ')}: ${done.err}`);
      return done;
    };
    const invited = does('A', 'invite', '--role', 'teacher').json;
    does('A', 'sync');
    does('C', 'join', invited.link, '--name', 'Bu Citra Lestari', '--card-file', world.path('card-c.txt'));
    for (let round = 0; round < 2; ++round) for (const home of ['A', 'B', 'C']) does(home, 'sync');

    const group = does('B', 'group', 'create', 'Kelas rendah').json;
    does('B', 'group', 'add', 'Kelas rendah', 'Bu Citra Lestari');
    const secret = 'kalimat penanda rahasia kelompok';
    const shared = does('B', '--yes', 'problem', 'share', '--title', secret, '--to', 'Kelas rendah').json.id;
    for (const home of ['B', 'A', 'C']) does(home, 'sync');
    assert.deepEqual(does('C', 'problem', 'list').lines.map((one) => one.id), [shared], 'she did nothing but sync');
    assert.deepEqual(does('C', 'group', 'list').lines[0].members.map((one) => one.name).sort(), ['Bu Citra Lestari', 'Pak Budi Hartono']);
    assert.equal(does('A', 'problem', 'list').lines.length, 0, 'the admin of the school is no member');
    assert.equal(does('A', 'group', 'list').lines.length, 0);
    for (const name of readdirSync(world.path('S'))) assert.ok(!readFileSync(world.path('S', name)).includes(secret), name);

    assert.equal(world.client('C', '--json', 'group', 'add', group.space, 'Bu Ani Suryani').status, 4, 'only who looks after it adds');
    assert.equal(world.client('B', '--json', 'group', 'add', 'Kelas rendah', 'Bu Citra Lestari').status, 1, 'a member already');
    assert.equal(world.client('B', '--json', 'group', 'add', 'Kelas lain', 'Bu Citra Lestari').status, 1);

    does('B', 'group', 'remove', 'Kelas rendah', 'Bu Citra Lestari');
    assert.equal(does('B', 'group', 'list').lines[0].members.length, 2, 'shown only');
    does('B', '--yes', 'group', 'remove', 'Kelas rendah', 'Bu Citra Lestari');
    does('B', '--yes', 'problem', 'share', '--title', 'yang sesudahnya', '--to', 'Kelas rendah');
    does('B', 'sync');
    world.client('C', 'sync');
    assert.equal(does('C', 'problem', 'list').lines.length, 1, 'what she read stays, what is new is closed');
    assert.equal(does('B', 'problem', 'list').lines.length, 2);
  } finally {
    await world.close();
  }
});
