// The golden vectors of erasure, read without our own code, from the page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Reader, bytes, h32, hex, kdf, signKey, u64, verify } from './primitives.mjs';

const vector = JSON.parse(readFileSync(new URL('../erasure.json', import.meta.url), 'utf8'));

const parts = (data) => {
  const reader = new Reader(data);
  const header = reader.prefixed();
  const body = reader.prefixed();
  const bodyHash = body.length === 0 ? reader.take(32) : h32('sjw.body.1', body);
  return { header, body, bodyHash, signature: reader.take(64) };
};

test('a segment without its body has the hash and the signature of the whole one', () => {
  const none = new Uint8Array(32);
  for (const one of [vector.segment, vector.without_body]) {
    const { header, bodyHash, signature } = parts(bytes(one));
    const hash = h32('sjw.segment.1', bytes(vector.space), bytes(vector.log), none, u64(header.length), header, bodyHash);
    assert.equal(hex(hash), vector.segment_hash);
    assert.ok(verify(bytes(vector.log_key), hash, signature));
  }
  assert.equal(parts(bytes(vector.without_body)).body.length, 0);
});

test('a receipt names the erasure and is signed by the key that follows from the carrier\'s', () => {
  const data = bytes(vector.receipt);
  const reader = new Reader(data);
  assert.equal(reader.take(1)[0], 1);
  assert.equal(hex(reader.take(16)), vector.space);
  assert.equal(hex(reader.take(16)), vector.erased_id);
  assert.equal(hex(reader.take(32)), vector.carrier);
  reader.take(8 + 8 + 8);
  const key = reader.take(32);
  assert.equal(hex(key), vector.receipt_key);
  assert.equal(hex(signKey(kdf('sjw.rcpt.sign.1', bytes(vector.carrier_secret)))), vector.receipt_key);
  assert.ok(verify(key, h32('sjw.receipt.1', data.subarray(0, -64)), reader.take(64)));
});
