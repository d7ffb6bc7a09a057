// The core in WebAssembly on the browser's files, judged by what a power cut leaves of them. The module is the one that
// phones get; only the file handles are ours: they lose what was not flushed, tear writes, run full and fail.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

const bin = process.env.SEJAWAT_BIN;
globalThis.self = { location: { href: pathToFileURL(`${bin}/`).href } };
const { default: createCore } = await import(pathToFileURL(path.join(bin, 'core_web.mjs')));
const wasmBinary = readFileSync(path.join(bin, 'core_web.wasm'));

// A generator that repeats: a failure names its seed.
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

class PowerCut extends Error {}

// A disk of two layers: what programs see, and what a power cut leaves. Sectors written since the last flush may each
// have reached the disk or not; the one being written may be torn.
class Disk {
  files = new Map();
  operations = 0;
  cutAt = Infinity;
  roomFor = Infinity;
  failFlush = false;
  flushDoesNothing = false;
  handle(name) {
    if (!this.files.has(name)) this.files.set(name, { seen: new Uint8Array(0), kept: new Uint8Array(0) });
    const file = this.files.get(name);
    const step = () => {
      if (this.dead) throw new PowerCut();
      if (++this.operations >= this.cutAt) {
        this.dead = true;
        throw new PowerCut();
      }
    };
    return {
      getSize: () => file.seen.length,
      read: (into, { at }) => {
        const part = file.seen.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write: (bytes, { at }) => {
        const size = Math.max(file.seen.length, at + bytes.length);
        if (size > this.roomFor) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
        const grown = new Uint8Array(size);
        grown.set(file.seen);
        const half = this.operations + 1 >= this.cutAt ? bytes.subarray(0, bytes.length >> 1) : bytes;
        grown.set(half, at);
        file.seen = grown;
        step();
        return bytes.length;
      },
      truncate: (size) => {
        step();
        const cut = new Uint8Array(size);
        cut.set(file.seen.subarray(0, size));
        file.seen = cut;
      },
      flush: () => {
        step();
        if (this.failFlush) throw new Error('input/output error');
        if (!this.flushDoesNothing) file.kept = file.seen.slice();
      },
      close: () => {},
    };
  }
  // After the cut: each 512-byte sector is the old one or the new one, and so is the length.
  afterCut(random) {
    const left = new Disk();
    for (const [name, { seen, kept }] of this.files) {
      const size = random() < 0.5 ? kept.length : seen.length;
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 512) {
        const from = random() < 0.5 ? kept : seen;
        bytes.set(from.subarray(at, Math.min(at + 512, size)), at);
      }
      left.files.set(name, { seen: bytes, kept: bytes.slice() });
    }
    return left;
  }
}

const KEY = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);
const NAMES = ['core.db', 'core.db-wal', 'core.db-journal'];

// --- Protobuf by hand: the few messages that this test says (proto/sejawat/v1/api.proto) -----------------------------
const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const field = (number, bytes) => [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
const number = (at, value) => [...varint(at * 8), ...varint(value)];
const text = (at, words) => field(at, new TextEncoder().encode(words));
const init = () => field(10, text(1, 'Bu Guru'));
const idOf = (n) => [9, 9, 9, 9, 9, 9, n >> 8, n & 255];
const words = (n) => `kalimat nomor ${n} `.repeat(30);
const add = (n) =>
  field(20, field(1, [...field(1, idOf(n)), ...text(2, '2026-11-23'), ...field(9, [...number(2, 1), ...text(3, words(n))])]));
const show = (n) => field(24, field(1, idOf(n)));
function fieldsOf(bytes) {
  const found = new Map();
  for (let i = 0; i < bytes.length; ) {
    const read = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[i++];
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    };
    const tag = read();
    const value = read();
    if (tag % 8 === 2) {
      found.set(tag >> 3, bytes.subarray(i, i + value));
      i += value;
    } else {
      found.set(tag >> 3, value);
    }
  }
  return found;
}

class Core {
  static async open(disk, key = KEY) {
    const opfsFiles = Object.fromEntries(NAMES.map((name) => [name, disk.handle(name)]));
    const module = await createCore({ opfsFiles, wasmBinary });
    assert.equal(module._sejawat_opfs_install(), 0);
    const core = new Core();
    core.module = module;
    const options = module._malloc(128);
    module.HEAPU8.set(new TextEncoder().encode('core.db\0'), options + 28);
    module.HEAPU8.set(key, options + 64);
    const view = new DataView(module.HEAPU8.buffer);
    [1, 0, options + 28, options + 64, 0, 0, 0].forEach((word, i) => view.setUint32(options + 4 * i, word, true));
    core.opened = module._sejawat_open(options, options + 100);
    core.pointer = new DataView(module.HEAPU8.buffer).getUint32(options + 100, true);
    return core;
  }
  // The reply's fields, or {error: code}.
  call(command) {
    const request = Uint8Array.from([...number(1, 1), ...command]);
    const at = this.module._malloc(request.length + 8);
    this.module.HEAPU8.set(request, at + 8);
    assert.equal(this.module._sejawat_call(this.pointer, at + 8, request.length, at, at + 4), 0);
    const view = new DataView(this.module.HEAPU8.buffer);
    const [reply, size] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const fields = fieldsOf(this.module.HEAPU8.slice(reply, reply + size));
    return fields.has(9) ? { error: fieldsOf(fields.get(9)).get(1) } : { fields };
  }
  shows(n) {
    const reply = this.call(show(n));
    if (reply.error) return reply.error;
    const event = fieldsOf(fieldsOf(fieldsOf(reply.fields.get(24)).get(1)).get(9));
    return new TextDecoder().decode(event.get(3));
  }
  close() {
    this.module._sejawat_close(this.pointer);
  }
}

// Writes entries until the power fails; says how many were acknowledged.
async function writeUntilCut(disk, most) {
  const core = await Core.open(disk);
  let acknowledged = 0;
  if (core.opened !== 0 || core.call(init()).error) return -1;
  while (acknowledged < most && !core.call(add(acknowledged)).error) ++acknowledged;
  return acknowledged;
}

async function lostAfter(disk, acknowledged) {
  const core = await Core.open(disk);
  if (core.opened !== 0) return `does not open: ${core.opened}`;
  for (let n = 0; n < acknowledged; ++n) {
    if (core.shows(n) !== words(n)) return `entry ${n} of ${acknowledged}: ${core.shows(n)}`;
  }
  return undefined;
}

const SEEDS = 40;
async function cutOften(prepare) {
  const losses = [];
  let cuts = 0;
  for (let seed = 1; seed <= SEEDS; ++seed) {
    const random = chance(seed);
    const disk = new Disk();
    prepare(disk);
    disk.cutAt = 60 + Math.floor(random() * 500);
    const acknowledged = await writeUntilCut(disk, 60);
    if (disk.dead) ++cuts;
    if (acknowledged < 0) continue;
    const lost = await lostAfter(disk.afterCut(random), acknowledged);
    if (lost) losses.push(`seed ${seed}: ${lost}`);
  }
  return { losses, cuts };
}

test('no acknowledged entry is lost when the power fails at any operation, with torn and unordered sectors', async () => {
  const { losses, cuts } = await cutOften(() => {});
  assert.ok(cuts > SEEDS / 2, `only ${cuts} cuts happened`);
  assert.deepEqual(losses, []);
});

test('the control: handles whose flush does nothing lose acknowledged entries, so the test above can fail', async () => {
  const { losses } = await cutOften((disk) => (disk.flushDoesNothing = true));
  assert.ok(losses.length > SEEDS / 4, `${losses.length} losses`);
});

test('a browser without room refuses the entry, says disk full, and loses nothing that was saved', async () => {
  const disk = new Disk();
  const core = await Core.open(disk);
  core.call(init());
  for (let n = 0; n < 5; ++n) assert.equal(core.call(add(n)).error, undefined);
  disk.roomFor = Math.max(...[...disk.files.values()].map((file) => file.seen.length));
  let refused;
  for (let n = 5; n < 400 && !refused; ++n) refused = core.call(add(n)).error;
  assert.equal(refused, 9);
  disk.roomFor = Infinity;
  assert.equal(core.call(add(900)).error, undefined, 'goes on when there is room again');
  assert.equal(core.shows(4), words(4));
  core.close();
  assert.equal(await lostAfter(disk, 5), undefined);
});

test('a flush that fails is not taken for saved', async () => {
  const disk = new Disk();
  const core = await Core.open(disk);
  core.call(init());
  disk.failFlush = true;
  assert.equal(core.call(add(0)).error, 8);
});

test('nothing that a teacher wrote stands readable in the files', async () => {
  const disk = new Disk();
  const core = await Core.open(disk);
  core.call(init());
  core.call(add(3));
  for (const [name, { seen }] of disk.files) {
    for (const needle of ['kalimat nomor', 'Bu Guru', 'SQLite format']) {
      assert.equal(Buffer.from(seen).includes(needle), false, `${needle} in ${name}`);
    }
  }
});

test('another key does not open the store, and leaves every byte as it was', async () => {
  const disk = new Disk();
  const core = await Core.open(disk);
  core.call(init());
  core.call(add(1));
  const before = [...disk.files].map(([name, { seen }]) => [name, Buffer.from(seen).toString('base64')]);
  const other = await Core.open(disk, KEY.map((byte) => byte ^ 1));
  assert.equal(other.opened, 12);
  assert.deepEqual([...disk.files].map(([name, { seen }]) => [name, Buffer.from(seen).toString('base64')]), before);
});
