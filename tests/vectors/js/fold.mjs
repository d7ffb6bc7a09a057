// What an object shows: as docs/PROTOCOL.md says it ("What an object shows", "State hash"), with none of our own
// code. Slow and plain: every op is held against every other one.
import { bytes, concat, keyed16, u64, u8 } from './primitives.mjs';

const WRITE = 0;
const TRASH = 1;
const INCREMENT = 2;
const APPEND = 3;

const nameOf = ({ branch, position }) => `${branch}.${BigInt(position)}`;
const placeOf = ({ element, field }) => `${element}.${field}`;

function compareDots(a, b) {
  if (a.branch !== b.branch) return a.branch < b.branch ? -1 : 1;
  const difference = BigInt(a.position) - BigInt(b.position);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
function compareOps(a, b) {
  const difference = BigInt(a.lamport) - BigInt(b.lamport);
  return difference < 0n ? -1 : difference > 0n ? 1 : compareDots(a.dot, b.dot);
}
const names = (op, other) => op.supersedes.some((dot) => nameOf(dot) === nameOf(other.dot));
const byPlace = (a, b) => a.element - b.element || a.field - b.field;

/** Little endian, at most eight bytes of it. */
const integerOf = (value) => bytes(value).slice(0, 8).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export function fold(given) {
  const ops = [...given].sort(compareOps).reverse(); // newest first
  const writes = ops.filter(({ kind }) => kind === WRITE);
  const registers = new Map();
  for (const op of writes) {
    for (const cell of op.cells) {
      if (cell.value === null) continue;
      const gone = writes.some((by) => names(by, op) && by.cells.some((other) => placeOf(other) === placeOf(cell)));
      if (gone) continue;
      const { element, field } = cell;
      const register = registers.get(placeOf(cell)) ?? { element, field, values: [] };
      registers.set(placeOf(cell), register);
      const same = register.values.find(({ value }) => value === cell.value);
      if (same) same.dots.push(op.dot);
      else register.values.push({ value: cell.value, dots: [op.dot] });
    }
  }
  const counters = new Map();
  for (const op of ops.filter(({ kind }) => kind === INCREMENT)) {
    for (const cell of op.cells) {
      if (cell.value === null) continue;
      const counter = counters.get(placeOf(cell)) ?? { element: cell.element, field: cell.field, sum: 0n };
      counters.set(placeOf(cell), counter);
      counter.sum = BigInt.asIntN(64, counter.sum + integerOf(cell.value));
    }
  }
  const trash = ops.filter((op) => op.kind === TRASH && !writes.some((by) => names(by, op)));
  const live = [...registers.values()].flatMap(({ values }) => values.flatMap(({ dots }) => dots));
  const unseen = live.some((dot) => !trash.some((op) => names(op, { dot })));
  return {
    type: ops.find(({ type }) => type !== 0)?.type ?? 0,
    registers: [...registers.values()].sort(byPlace),
    counters: [...counters.values()].sort(byPlace).map(({ sum, ...place }) => ({ ...place, sum: String(sum) })),
    list: ops.filter(({ kind }) => kind === APPEND).reverse().map(({ dot, cells }) => ({ dot, cells })),
    trashed: trash.length > 0 && !unseen,
    restored_by_edit: trash.length > 0 && unseen,
  };
}

const number = (value) => u64(BigInt.asUintN(64, BigInt(value)));
const text = (value) => concat(number(bytes(value).length), bytes(value));

/** `objects`: [id, what it shows], ascending by id. */
export function stateHash(key, space, objects) {
  const parts = [u8(1), space];
  for (const [id, shown] of objects) {
    parts.push(bytes(id), number(shown.type), u8(shown.trashed ? 1 : 0), number(shown.registers.length));
    for (const { element, field, values } of shown.registers) {
      parts.push(number(element), number(field), number(values.length));
      parts.push(...values.map(({ value }) => value).sort().map(text));
    }
    parts.push(number(shown.counters.length));
    for (const { element, field, sum } of shown.counters) parts.push(number(element), number(field), number(sum));
    parts.push(number(shown.list.length));
    for (const { cells } of shown.list) {
      parts.push(number(cells.length));
      for (const { element, field, value } of cells) {
        parts.push(number(element), number(field), u8(value === null ? 0 : 1), value === null ? u8(0).subarray(1) : text(value));
      }
    }
  }
  return keyed16('sjw.state.1', key, ...parts);
}
