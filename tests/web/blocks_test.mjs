// The store's files as blocks in IndexedDB: what a crash leaves is always the store between two calls.
import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

globalThis.self ??= { name: '' };
const { BlockFiles, BLOCK } = await load('blocks.ts');
const { blockBase, removeBlocks } = await load('blockbase.ts');
const NAMES = ['core.db', 'core.db-wal'];

function dice(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

// What a disk does: a commit is whole, or, when it is told to fail, nothing.
class Disk {
  files = new Map();
  fails = 0;
  commits = 0;
  async load() {
    return [...this.files].map(([file, { size, blocks }]) => ({ file, size, blocks: new Map(blocks) }));
  }
  async commit(changes) {
    await new Promise(setImmediate);
    this.commits += 1;
    if (this.fails > 0) {
      this.fails -= 1;
      throw new Error('full');
    }
    for (const { file, size, blocks } of changes) {
      const had = this.files.get(file)?.blocks ?? new Map();
      const kept = [...had, ...blocks].filter(([block]) => block * BLOCK < size);
      this.files.set(file, { size, blocks: new Map(kept.map(([block, bytes]) => [block, bytes.slice()])) });
    }
  }
}

const contents = (files) =>
  Object.fromEntries(Object.entries(files.handles).map(([name, handle]) => {
    const bytes = new Uint8Array(handle.getSize());
    handle.read(bytes, { at: 0 });
    return [name, Buffer.from(bytes).toString('latin1')];
  }));

// One step of a store: bytes written at a place, or the file cut or made longer, as SQLite does with its files.
function step(files, model, random) {
  const name = NAMES[random(NAMES.length)];
  const handle = files.handles[name];
  const size = handle.getSize();
  if (random(4) > 0) {
    const bytes = new Uint8Array(1 + random(3 * BLOCK)).fill(1 + random(255));
    const at = random(2) ? random(size + 1) : random(6 * BLOCK);
    handle.write(bytes, { at });
    const grown = Buffer.alloc(Math.max(size, at + bytes.length));
    grown.write(model[name], 'latin1');
    grown.set(bytes, at);
    model[name] = grown.toString('latin1');
  } else {
    const to = random(3) === 0 ? 0 : random(6 * BLOCK);
    handle.truncate(to);
    const cut = Buffer.alloc(to);
    cut.write(model[name].slice(0, to), 'latin1');
    model[name] = cut.toString('latin1');
  }
}

for (const [what, make, reopen] of [
  ['on a disk', () => new Disk(), (base) => base],
  ['in IndexedDB', async () => (await removeBlocks(), blockBase()), () => blockBase()],
]) {
  test(`blocks ${what}: after any writes and cuts, what is opened again is what the last settled call left`, async () => {
    for (let seed = 1; seed <= 40; ++seed) {
      const random = dice(seed);
      let base = await make();
      let files = await BlockFiles.open(base, NAMES);
      const model = Object.fromEntries(NAMES.map((name) => [name, '']));
      let durable = { ...model };
      for (let call = 0; call < 30; ++call) {
        for (let steps = random(4); steps >= 0; --steps) step(files, model, random);
        assert.deepEqual(contents(files), model, `seed ${seed}, call ${call}: in memory`);
        if (random(3) > 0) {
          await files.settle();
          durable = { ...model };
        }
        if (random(5) === 0) {
          // Killed: nothing of the memory is left.
          base = await reopen(base);
          files = await BlockFiles.open(base, NAMES);
          assert.deepEqual(contents(files), durable, `seed ${seed}, call ${call}: opened again`);
          Object.assign(model, durable);
        }
      }
    }
  });
}

test('a commit that fails leaves the store as it was, says so, and the next one brings everything', async () => {
  const disk = new Disk();
  const files = await BlockFiles.open(disk, NAMES);
  files.handles['core.db'].write(new Uint8Array(2 * BLOCK).fill(1), { at: 0 });
  await files.settle();
  files.handles['core.db'].write(new Uint8Array(BLOCK).fill(2), { at: BLOCK });
  files.handles['core.db-wal'].write(new Uint8Array(10).fill(3), { at: 0 });
  disk.fails = 1;
  await assert.rejects(files.settle());
  assert.equal((await BlockFiles.open(disk, NAMES)).handles['core.db-wal'].getSize(), 0);
  const before = contents(files);
  files.handles['core.db'].write(new Uint8Array(1).fill(4), { at: 0 });
  await files.settle();
  assert.deepEqual(contents(await BlockFiles.open(disk, NAMES)), { ...before, 'core.db': `\x04${before['core.db'].slice(1)}` });
});

test('settle speaks for everything written before it, also while another one is under way', async () => {
  const disk = new Disk();
  const files = await BlockFiles.open(disk, NAMES);
  const handle = files.handles['core.db'];
  const seen = [];
  for (let n = 1; n <= 5; ++n) {
    handle.write(new Uint8Array([n]), { at: n });
    void files.settle().then(async () => seen.push([n, (await disk.load())[0].size]));
  }
  await files.settle();
  await new Promise(setImmediate);
  assert.deepEqual(seen.map(([n]) => n), [1, 2, 3, 4, 5]);
  for (const [n, size] of seen) assert.ok(size >= n + 1, `call ${n} was told at ${size} bytes`);
  assert.ok(disk.commits <= 5, 'nothing changed: nothing is committed');
});

test('killed at every put of a transaction in IndexedDB, and where one cannot be put at all: all of it or nothing', async () => {
  const put = IDBObjectStore.prototype.put;
  const change = (files) => {
    files.handles['core.db'].write(new Uint8Array(3 * BLOCK).fill(2), { at: BLOCK });
    files.handles['core.db-wal'].truncate(0);
  };
  for (const how of ['killed', 'thrown']) {
    let whole = false;
    for (let at = 1; !whole; ++at) {
      await removeBlocks();
      const files = await BlockFiles.open(await blockBase(), NAMES);
      files.handles['core.db'].write(new Uint8Array(2 * BLOCK).fill(1), { at: 0 });
      files.handles['core.db-wal'].write(new Uint8Array(2 * BLOCK).fill(1), { at: 0 });
      await files.settle();
      const before = contents(files);
      change(files);
      const after = contents(files);
      let puts = 0;
      IDBObjectStore.prototype.put = function (...what) {
        puts += 1;
        if (puts !== at) return put.apply(this, what);
        if (how === 'thrown') throw new DOMException('no', 'DataCloneError');
        const request = put.apply(this, what);
        this.transaction.abort();
        return request;
      };
      const settled = await files.settle().then(() => true, () => false);
      IDBObjectStore.prototype.put = put;
      const found = contents(await BlockFiles.open(await blockBase(), NAMES));
      assert.equal(settled, puts < at, `${how} at ${at}`);
      assert.deepEqual(found, settled ? after : before, `${how} at ${at}`);
      // Tried again, as the next call does.
      await files.settle();
      assert.deepEqual(contents(await BlockFiles.open(await blockBase(), NAMES)), after, `${how} at ${at}, again`);
      whole = settled;
    }
  }
});
