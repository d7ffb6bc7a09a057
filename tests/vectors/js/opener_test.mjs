// The golden vectors of segments, forks, digests, labels and padding, opened without our own code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as opener from './opener.mjs';
import { aead, bytes, concat, equal, h16, h32, hex, kdf, sign, signKey, varint, verify } from './primitives.mjs';
import { decompress, dictionaryHash } from './zstd.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url), 'utf8'));
const head = ({ count, next_op: nextOp, hash }) => ({ count: BigInt(count), nextOp: BigInt(nextOp), hash: bytes(hash) });
const withoutStored = (ops) => ops.map(({ stored, ...op }) => op);
const spaceOf = ({ space, epoch_key: epochKey }) => ({ space: bytes(space), epochKey: bytes(epochKey) });

/** Every step between the bytes of one segment and its ops, each against the vector. */
function check({ space, epochKey }, { log_key: logKey, log_seed: logSeed }, vector) {
  const log = opener.logId(space, bytes(logKey));
  const before = head(vector.before);
  const segment = opener.readSegment(bytes(vector.segment));
  assert.equal(hex(segment.header), vector.header);
  assert.equal(hex(segment.body), vector.sealed_body);
  assert.equal(hex(opener.bodyHash(segment.body)), vector.body_hash);
  const after = opener.verifyNext(space, log, bytes(logKey), before, segment);
  assert.equal(hex(after.hash), vector.hash);
  assert.deepEqual(after, head(vector.after));

  const opened = opener.openSegment(space, log, before, epochKey, segment);
  assert.equal(hex(opened.key), vector.key);
  assert.equal(hex(opener.associatedData(space, log, before.hash, segment.header)), vector.associated);
  assert.equal(hex(opened.header.nonce), vector.nonce);
  assert.equal(opened.header.dictionary, BigInt(vector.dictionary));
  assert.equal(hex(opened.header.epoch), hex(opener.epochId(space, epochKey)));
  assert.deepEqual(opened.header.frontier.map(hex), vector.frontier);
  assert.deepEqual(
    opened.header.deps.map((dep) => ({ log: hex(dep.log), segment_no: String(dep.segmentNo), head: hex(dep.head) })),
    vector.deps,
  );
  assert.equal(hex(opened.padded), vector.padded);
  assert.equal(hex(opened.compressed), vector.compressed);
  assert.equal(hex(opened.body), vector.body);
  assert.deepEqual(opened.ops, withoutStored(vector.ops));
  for (const { stored, ...op } of vector.ops) assert.deepEqual(opener.readStoredOp(bytes(stored)), op);

  // And back again, as far as no compressor is asked: the same bytes to the last.
  const prefixed = concat(varint(opened.compressed.length), opened.compressed);
  assert.equal(opener.paddedSize(prefixed.length), opened.padded.length);
  assert.ok(equal(concat(prefixed, new Uint8Array(opened.padded.length - prefixed.length)), opened.padded));
  const associated = bytes(vector.associated);
  assert.equal(hex(aead.seal(opened.key, opened.header.nonce, opened.padded, associated)), vector.sealed_body);
  assert.equal(hex(signKey(bytes(logSeed))), logKey);
  assert.equal(hex(sign(bytes(logSeed), after.hash)), vector.signature);
  return { segment, before, after, log };
}

test('the dictionary is the one that the page names', () => {
  const page = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  assert.ok(page.includes(dictionaryHash), dictionaryHash);
});

test('every label makes the hashes and keys of the vectors, and the page names each that the code has', () => {
  const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const named = (text) => new Set(text.match(/sjw\.[a-z.]+\.1/g));
  const page = read('docs/PROTOCOL.md');
  assert.deepEqual(named(page), named(read('client-core/crypto/include/crypto/hash.h')));
  // What never leaves the program that made it is no part of the vectors.
  const local = named(page.split('\n').find((row) => row.startsWith('| `sjw.') && row.includes('| local:')));
  const { input, key, labels } = load('labels');
  assert.deepEqual(new Set(labels.map(({ label }) => label)), new Set([...named(page)].filter((label) => !local.has(label))));
  for (const { label, h16: short, h32: long, kdf: derived } of labels) {
    assert.equal(hex(h16(label, bytes(input))), short);
    assert.equal(hex(h32(label, bytes(input))), long);
    assert.equal(hex(kdf(label, bytes(key), bytes(input))), derived);
  }
});

test('doubtful signatures are judged alike', () => {
  const { signatures } = load('signature');
  for (const { what, key, message, signature, valid } of signatures) {
    assert.equal(verify(bytes(key), bytes(message), bytes(signature)), valid, what);
  }
});

test('padding falls on the sizes of the vectors', () => {
  for (const { size, padded } of load('padding').sizes) assert.equal(opener.paddedSize(size), padded, size);
});

test('three segments of a log verify, open and close again', () => {
  const vector = load('segment');
  const space = spaceOf(vector);
  assert.equal(hex(opener.epochId(space.space, space.epochKey)), vector.epoch);
  let before = opener.START;
  for (const one of vector.segments) {
    assert.deepEqual(head(one.before), before);
    const checked = check(space, vector, one);
    assert.equal(hex(checked.log), vector.log);
    before = checked.after;
  }
  assert.equal(before.count, 3n);
});

test('a flipped bit anywhere in a segment is refused', () => {
  const vector = load('segment');
  const { space, epochKey } = spaceOf(vector);
  const data = bytes(vector.segments[0].segment);
  const log = bytes(vector.log);
  for (let at = 0; at < data.length; at += 1) {
    const bad = Uint8Array.from(data);
    bad[at] ^= 1 << (at % 8);
    assert.throws(() => opener.verifyNext(space, log, bytes(vector.log_key), opener.START, opener.readSegment(bad)), `byte ${at}`);
    if (at < data.length - 64) {
      assert.throws(() => opener.openSegment(space, log, opener.START, epochKey, opener.readSegment(bad)), `byte ${at}`);
    }
  }
});

test('a fork has two names, and an op of somebody else supersedes both ends by them', () => {
  const vector = load('fork');
  const space = spaceOf(vector);
  const common = check(space, vector, vector.common);
  const names = vector.branches.map((branch) => {
    const { segment, after, before, log } = check(space, vector, branch.segment);
    assert.deepEqual(before, common.after);
    assert.notDeepEqual(after, common.after);
    assert.equal(opener.readHeader(segment.header).segmentNo, BigInt(branch.fork_point));
    assert.equal(hex(opener.forkName(log, branch.fork_point, after.hash)), branch.name);
    return branch.name;
  });
  assert.notEqual(names[0], names[1]);
  check(space, vector.merge, vector.merge.segment);
  const [op] = vector.merge.segment.ops;
  assert.deepEqual(op.supersedes, names.map((branch) => ({ branch, position: '1' })));
  for (const [i, dep] of vector.merge.segment.deps.entries()) {
    assert.equal(dep.log, names[i]);
    assert.equal(dep.head, vector.branches[i].segment.hash.slice(0, 16));
  }
});

test('digests follow every step, whatever the sum was', () => {
  const vector = load('digest');
  const digest = new opener.SpaceDigest(bytes(vector.space));
  assert.equal(hex(digest.value), vector.empty);
  for (const step of vector.steps) {
    if (step.record) digest.addRecord(bytes(step.record));
    else digest.moveTip(head(step.from), head(step.to));
    assert.equal(hex(digest.state), step.state);
    assert.equal(hex(digest.value), step.digest);
  }
  const { account } = vector;
  const spaces = account.spaces.map(({ space, digest: value }) => ({ space: bytes(space), digest: bytes(value) }));
  assert.deepEqual(account.spaces.map(({ space }) => space), account.spaces.map(({ space }) => space).sort());
  assert.equal(hex(opener.accountDigest(spaces)), account.digest);
  assert.equal(hex(opener.setTag(spaces.map(({ space }) => space))), account.set);
});

test('what is no frame is refused', () => {
  assert.throws(() => decompress(new Uint8Array([1, 2, 3])));
});
