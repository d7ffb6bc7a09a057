// What the editor puts on an entry that may have changed meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { fresh, merged, withAllDomains, written } = await load('entry.ts');
const event = (element, domain, happened) => ({ element, domain, happened, expected: '', gap: '' });
const entry = (events) => ({ ...fresh(), id: '0011223344556677', events });

test('an edit adds its new events to what another device wrote meanwhile', () => {
  const base = entry([event(1, 'pupils', 'Ramai')]);
  const mine = entry([event(1, 'pupils', 'Ramai sekali'), event(0, 'teacher', 'Menegur')]);
  const current = entry([event(1, 'pupils', 'Ramai'), event(5, 'methods', 'Diskusi')]);
  assert.deepEqual(merged(base, mine, current).events.map(({ happened }) => happened), ['Ramai sekali', 'Diskusi', 'Menegur']);
});

test('an edit that arrived, and is delivered again because nobody heard of it, adds nothing twice', () => {
  const base = entry([event(1, 'pupils', 'Ramai')]);
  const mine = entry([event(1, 'pupils', 'Ramai'), event(0, 'teacher', 'Menegur'), event(0, 'teacher', 'Menegur')]);
  const arrived = merged(base, mine, base);
  assert.equal(arrived.events.length, 3);
  const current = entry(arrived.events.map((one, i) => ({ ...one, element: i + 1 })));
  assert.deepEqual(merged(base, mine, current), current);
});

test('words that were written into an event which another device took away are kept', () => {
  const base = entry([event(1, 'pupils', 'Ramai')]);
  const mine = entry([event(1, 'pupils', 'Ramai di belakang')]);
  const kept = merged(base, mine, entry([])).events;
  assert.deepEqual(kept.map(({ happened, element }) => [happened, element]), [['Ramai di belakang', 0]]);
});

test('the editor shows every domain, in the order of the domains', () => {
  assert.deepEqual(withAllDomains(entry([event(3, 'teacher', 'Menegur')])).events.map(({ domain }) => domain), ['pupils', 'methods', 'teacher']);
});

test('a draft that was written further after its first text arrived takes the place of that text', () => {
  const there = entry([event(4, 'pupils', 'Ramai'), event(5, 'methods', 'Diskusi')]);
  const mine = entry([event(0, 'pupils', 'Ramai sekali'), event(0, 'methods', ''), event(0, 'teacher', 'Menegur')]);
  const now = written(mine, there);
  assert.deepEqual(now.events.map(({ element, happened }) => [element, happened]), [[4, 'Ramai sekali'], [0, 'Menegur']]);
  assert.deepEqual(written(entry([event(0, 'pupils', 'Ramai'), event(0, 'methods', 'Diskusi')]), there).events, there.events);
});
