// What objects show, by a second implementation, and the example that the page gives.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fold, stateHash } from './fold.mjs';
import { bytes, hex } from './primitives.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url), 'utf8'));

test('objects show what the vectors say, in whatever order their ops come', () => {
  const { cases, state } = load('fold');
  for (const { what, ops, shows } of cases) {
    assert.deepEqual(fold(ops), shows, what);
    assert.deepEqual(fold([...ops].reverse()), shows, what);
  }
  const shown = cases.map(({ object, ops }) => [object, fold(ops)]);
  assert.equal(hex(stateHash(bytes(state.key), bytes(state.space), shown)), state.hash);
});

test('the example of the page is what the ops of fork.json show', () => {
  const page = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  const { log, common, branches, merge } = load('fork');
  const at = (branch, position, [op]) => ({ dot: { branch, position }, ...op });
  const ops = [
    at(log, '0', common.ops),
    ...branches.map(({ name, segment }) => at(name, '1', segment.ops)),
    at(merge.log, '0', merge.segment.ops),
  ];
  const gap = (some) =>
    fold(some)
      .registers.find(({ element, field }) => element === 1 && field === 4)
      .values.map(({ value }) => Buffer.from(bytes(value)).toString());
  const text = page.replace(/\s+/g, ' ');
  for (const upto of [1, 2, 3, 4]) {
    const names = ops.slice(0, upto).map(({ dot }) => `${dot.branch.slice(0, 4)}.${dot.position}`);
    const row = `${names.join(' + ')} → ${gap(ops.slice(0, upto)).join(' | ')}`;
    assert.ok(text.includes(row), row);
  }
});
