// Keys change with time: on a terminal as on a phone, and whether it syncs once or keeps the line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { program, World } from './support.mjs';

// A day so long from now. The server's clock stays.
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('an admin at a terminal changes keys that are three months old, once, and everybody writes with the new ones', async () => {
  const world = new World();
  try {
    await world.school();
    const sync = (home, day) => {
      const done = world.client(home, '--json', '--today', inDays(day), 'sync');
      assert.equal(done.status, 0, done.err);
      return done.json;
    };
    for (const home of ['A', 'B', 'A', 'B']) sync(home, 0);
    const still = sync('A', 89);
    assert.equal(still.round_trips, 1);
    // Those of the school and of one's own diary, each with its boxes, in one message more.
    const changed = sync('A', 91);
    assert.equal(changed.round_trips, 2);
    assert.ok(changed.frame_bytes_up > still.frame_bytes_up + 1000, JSON.stringify(changed));
    assert.deepEqual(sync('A', 91).frame_bytes_up, still.frame_bytes_up);
    sync('B', 0);
    const [school] = world.client('B', '--json', 'space', 'list').lines.filter((space) => space.kind !== 'personal');
    assert.equal(school.current_key, true);

    const watch = spawn(program('sejawat'), ['--home', world.path('A'), '--json', '--today', inDays(190), 'sync', '--watch'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(createInterface({ input: watch.stdout }), 'line');
    watch.kill('SIGTERM');
    await once(watch, 'exit');
    const event = JSON.parse(line);
    assert.deepEqual([event.event, event.pending], ['synced', 0]);
    assert.ok(event.frame_bytes_up > still.frame_bytes_up + 1000, line);
  } finally {
    await world.close();
  }
});
