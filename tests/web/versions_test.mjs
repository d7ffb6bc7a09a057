// Two texts put together for somebody to go over, and how long nothing came through.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { both, together } = await load('versions.ts');
const { daysUnsent } = await load('age.ts');

test('every paragraph of both is there, those they share once, whichever comes first', () => {
  assert.equal(together('satu\n\ndua\n\ntiga', 'satu\n\nlain\n\ntiga'), 'satu\n\ndua\n\nlain\n\ntiga');
  assert.equal(together('sama', 'sama'), 'sama');
  assert.equal(together('', 'hanya ini'), 'hanya ini');
  for (const text of ['a', 'b', 'c', 'd']) assert.ok(together('a\n\nb\n\nc', 'c\n\nd').split('\n\n').includes(text));
});

test('both as they are: prose below each other, a line beside the other, nothing twice empty', () => {
  assert.equal(both(['satu', 'dua'], true), 'satu\n\ndua');
  assert.equal(both(['5A', '5B'], false), '5A / 5B');
  assert.equal(both(['', 'dua'], true), 'dua');
});

test('days count from the last sync or from the oldest change, whichever is later, and never below none', () => {
  const day = 86_400_000;
  const status = (pending, oldest, last) => ({ pending: BigInt(pending), oldestUnsentMs: BigInt(oldest), carriers: [{ lastSyncMs: BigInt(last) }] });
  assert.equal(daysUnsent(status(1, day, 2 * day), 11 * day + 1), 9);
  assert.equal(daysUnsent(status(1, 5 * day, 2 * day), 11 * day), 6, 'written after the last sync');
  assert.equal(daysUnsent(status(0, day, day), 30 * day), 0, 'nothing waits');
  assert.equal(daysUnsent(status(1, 40 * day, 0), 11 * day), 0, 'a clock that was wrong');
  assert.equal(daysUnsent({ pending: 1n, oldestUnsentMs: 1n, carriers: [] }, 30 * day), 0, 'there is no server yet');
  assert.equal(daysUnsent(undefined), 0);
});
