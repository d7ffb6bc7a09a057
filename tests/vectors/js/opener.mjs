// Opens segments: written from docs/PROTOCOL.md alone, with none of our own code. Sections are named as there.
import { Malformed, Reader, aead, concat, h16, h32, hex, kdf, u64, u8, unzigzag, verify } from './primitives.mjs';
import { decompress } from './zstd.mjs';

const KIB = 1024;
const MOST = { segment: 60 * KIB, header: 16 * KIB, frontier: 16, deps: 512, ops: 4096, perOp: 4096, perBody: 65536, extension: 1024 };
const ZERO32 = new Uint8Array(32);

// Words and ids
export const logId = (space, key) => h16('sjw.log.1', space, key);
export const epochId = (space, key) => h16('sjw.epochid.1', space, key).subarray(0, 8);

// Segments
export function readSegment(data) {
  if (data.length > MOST.segment) throw new Malformed('too large');
  const reader = new Reader(data);
  const segment = { header: reader.prefixed(), body: reader.prefixed(), signature: reader.take(64) };
  reader.end();
  return segment;
}

export function readHeader(data) {
  if (data.length > MOST.header) throw new Malformed('too large');
  const reader = new Reader(data);
  if (reader.u8() !== 1 || reader.u8() !== 0) throw new Malformed('version');
  const header = { segmentNo: reader.varint(), firstOp: reader.varint(), opCount: reader.count(MOST.ops) };
  if (header.opCount === 0) throw new Malformed('no ops');
  header.epoch = reader.take(8);
  header.dictionary = reader.varint();
  header.frontier = Array.from({ length: reader.count(MOST.frontier) }, () => reader.take(8));
  header.deps = Array.from({ length: reader.count(MOST.deps) }, () => ({
    log: reader.take(16),
    segmentNo: reader.varint(),
    head: reader.take(8),
  }));
  header.nonce = reader.take(24);
  reader.end();
  return header;
}

// Chain
export const bodyHash = (body) => h32('sjw.body.1', body);
export const segmentHash = (space, log, previous, { header, body }) =>
  h32('sjw.segment.1', space, log, previous, u64(header.length), header, bodyHash(body));

export const START = { count: 0n, nextOp: 0n, hash: ZERO32 };

/** Checks that the segment follows `before`; returns what stands after it. */
export function verifyNext(space, log, key, before, segment) {
  const header = readHeader(segment.header);
  if (header.segmentNo > before.count) throw new Malformed('chain_gap');
  if (header.segmentNo < before.count) throw new Malformed('chain_fork');
  if (header.firstOp !== before.nextOp) throw new Malformed('ops do not follow');
  const hash = segmentHash(space, log, before.hash, segment);
  if (!verify(key, hash, segment.signature)) throw new Malformed('bad_signature');
  return { count: before.count + 1n, nextOp: before.nextOp + BigInt(header.opCount), hash };
}

// Sealing
export const segmentKey = (space, log, epochKey) => kdf('sjw.segkey.1', epochKey, space, log);
export const associatedData = (space, log, previous, header) => concat(space, log, previous, header);

export function paddedSize(size) {
  const whole = size + 16;
  const bucket = [128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896].find((one) => one >= whole);
  if (bucket) return bucket - 16;
  const e = Math.floor(Math.log2(whole));
  const step = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(whole / step) * step - 16;
}

/** The steps from sealed bytes to ops. */
export function openSegment(space, log, before, epochKey, segment) {
  const header = readHeader(segment.header);
  const key = segmentKey(space, log, epochKey);
  const padded = aead.open(key, header.nonce, segment.body, associatedData(space, log, before.hash, segment.header));
  const compressed = new Reader(padded).prefixed();
  if (header.dictionary > 1n) throw new Malformed('dictionary_unknown');
  const body = header.dictionary === 0n ? compressed : decompress(compressed);
  return { header, key, padded, compressed, body, ops: readBody(body, header.opCount, log, header.deps) };
}

// Op encoding
function readShape(reader) {
  const shape = { type: Number(reader.varint()), kind: reader.u8(), slots: [] };
  const count = reader.count(MOST.perOp);
  let element = 0n;
  for (let i = 0; i < count; i += 1) {
    const packed = reader.varint();
    element += unzigzag(packed >> 5n);
    const small = (packed >> 1n) & 15n;
    const field = small === 0n ? reader.varint() : small;
    if (element < 0n || element > 0xffffffffn || field > 0xffffffffn) throw new Malformed('cell');
    shape.slots.push({ element: Number(element), field: Number(field), hasValue: (packed & 1n) === 1n });
  }
  if (shape.type > 0xffffffff) throw new Malformed('type');
  return shape;
}

const cellsOf = (shape, value) =>
  shape.slots.map(({ element, field, hasValue }) => ({ element, field, value: hasValue ? hex(value()) : null }));

export function readBody(body, opCount, own, deps) {
  const reader = new Reader(body);
  if (reader.prefixed().length > MOST.extension) throw new Malformed('extension');
  const shapes = [];
  let objects = 0;
  let lamport = 0n;
  let wall = 0n;
  let cells = 0;
  let dots = 0;
  // A reference: 0 names something new, k the k-th that was new.
  const reference = (known, onNew) => {
    const at = reader.count(known);
    return at === 0 ? onNew() : at - 1;
  };
  const rows = [];
  for (let i = 0; i < opCount; i += 1) {
    const shape = shapes[reference(shapes.length, () => shapes.push(readShape(reader)) - 1)];
    const object = reference(objects, () => (objects += 1) - 1);
    lamport = BigInt.asUintN(64, lamport + 1n + unzigzag(reader.varint()));
    wall = BigInt.asIntN(64, wall + unzigzag(reader.varint()));
    const supersedes = Array.from({ length: reader.count(MOST.perOp) }, () => {
      const branch = reader.count(deps.length);
      return { branch: hex(branch === 0 ? own : deps[branch - 1].log), position: String(reader.varint()) };
    });
    if ((cells += shape.slots.length) > MOST.perBody || (dots += supersedes.length) > MOST.perBody) throw new Malformed('cells');
    rows.push({ shape, object, lamport, wall, supersedes: namedOnce(supersedes, shape.kind) });
  }
  const lengths = rows.flatMap(({ shape }) => shape.slots.filter((slot) => slot.hasValue)).map(() => reader.varint());
  const values = lengths.map((length) => reader.take(length));
  const ids = Array.from({ length: objects }, () => reader.take(8));
  reader.end();
  let next = 0;
  return rows.map(({ shape, object, lamport: number, wall: time, supersedes }) => ({
    object: hex(ids[object]),
    type: shape.type,
    kind: shape.kind,
    cells: cellsOf(shape, () => values[next++]),
    supersedes,
    lamport: String(number),
    wall_ms: String(time),
  }));
}

// Of a witness the dots where it stood itself, one for each 16 of its kind, stay as they are.
function namedOnce(dots, kind) {
  const seen = new Set();
  return dots.filter(({ branch, position }, at) => at < kind >> 4 || (!seen.has(`${branch} ${position}`) && seen.add(`${branch} ${position}`)));
}

/** An op alone, as in a client's own store. */
export function readStoredOp(data) {
  const reader = new Reader(data);
  const object = hex(reader.take(8));
  const shape = readShape(reader);
  const lamport = String(reader.varint());
  const wall = String(unzigzag(reader.varint()));
  const cells = cellsOf(shape, () => reader.prefixed());
  const supersedes = Array.from({ length: reader.count(MOST.perOp) }, () => ({
    branch: hex(reader.take(16)),
    position: String(reader.varint()),
  }));
  reader.end();
  return { object, type: shape.type, kind: shape.kind, cells, supersedes: namedOnce(supersedes, shape.kind), lamport, wall_ms: wall };
}

// Forks
export const forkName = (log, segmentNo, hash) => h16('sjw.fork.1', log, u64(segmentNo), hash);

// Digests
const MODULUS = 1n << 256n;
const fromLittle = (data) => BigInt(`0x${hex(Uint8Array.from(data).reverse())}`);
const toLittle = (value) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')).reverse();

export class SpaceDigest {
  constructor(space) {
    this.space = space;
    this.tips = 0n;
    this.records = 0n;
  }
  #tip({ count, nextOp, hash }) {
    return count === 0n ? 0n : fromLittle(h32('sjw.tip.1', this.space, hash, u64(nextOp)));
  }
  moveTip(from, to) {
    this.tips = (this.tips - this.#tip(from) + this.#tip(to) + MODULUS) % MODULUS;
  }
  addRecord(id) {
    this.records = (this.records + fromLittle(h32('sjw.digest.1', u8(1), this.space, id))) % MODULUS;
  }
  get state() {
    return concat(toLittle(this.tips), toLittle(this.records));
  }
  get value() {
    return h16('sjw.digest.1', u8(0), this.state);
  }
}
export const accountDigest = (spaces) => h16('sjw.account.1', ...spaces.flatMap(({ space, digest }) => [space, digest]));
export const setTag = (spaces) => h16('sjw.set.1', ...spaces).subarray(0, 8);
