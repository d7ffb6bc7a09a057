// PROTOCOL.md, "Bundles", read by an implementation that was written from the page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Malformed, Reader, aead, agree, boxKey, bytes, concat, equal, h32, hex, kdf, u64, u8 } from './primitives.mjs';

const vector = JSON.parse(readFileSync(new URL('../bundle.json', import.meta.url)));
const file = bytes(vector.file);
const zero = new Uint8Array(24);
const context = new Uint8Array(Buffer.from('sjw.bundlelock.1'));

function open(key, sealed, associated) {
  try {
    return aead.open(key, zero, sealed, associated);
  } catch {
    return undefined;
  }
}

// [{key?, messages}], or Malformed.
function read(data, epochKeys, deviceSecrets) {
  const reader = new Reader(data);
  const u32 = () => Buffer.from(reader.take(4)).readUInt32LE();
  if (!equal(reader.take(15), Buffer.from('sejawat-bundle\n')) || reader.u8() !== 1) throw new Malformed('no bundle');
  const parts = [];
  for (;;) {
    const item = reader.u8();
    if (item === 0) break;
    if (item !== 1) throw new Malformed('item');
    const ephemeral = reader.take(32);
    const locks = Array.from({ length: u32() }, () => reader.take(48));
    const keys = [
      ...epochKeys.map((epoch) => kdf('sjw.bundlelock.1', epoch, ephemeral)),
      ...deviceSecrets.map((secret) => kdf('sjw.boxkey.1', agree(secret, ephemeral), ephemeral, boxKey(secret))),
    ];
    const key = locks.flatMap((lock) => keys.map((one) => open(one, lock, context))).find(Boolean);
    const messages = [];
    for (let number = 0, last = false; !last; ++number) {
      const kind = reader.u8();
      if (kind !== 2 && kind !== 3) throw new Malformed('chunk');
      last = kind === 3;
      const sealed = reader.take(u32());
      assert.equal(sealed.length % 256, 0);
      if (!key) continue;
      const plain = open(kdf('sjw.bundlepart.1', key, u64(number), u8(last ? 1 : 0)), sealed);
      if (!plain) throw new Malformed('altered chunk');
      messages.push(hex(new Reader(plain).prefixed()));
    }
    parts.push({ opened: Boolean(key), locks: locks.length, messages });
  }
  const hashed = data.subarray(0, reader.at);
  if (!equal(reader.take(32), h32('sjw.bundle.1', hashed))) throw new Malformed('hash');
  reader.end();
  return parts;
}

test('a bundle opens part by part for who holds a key, and not for others', () => {
  const parts = read(file, [bytes(vector.epoch_key)], [bytes(vector.device_secret)]);
  assert.deepEqual(parts.map((part) => part.opened), [true, true, false]);
  assert.deepEqual(parts.map((part) => part.locks), [8, 8, 8]);
  for (const at of [0, 1]) assert.deepEqual(parts[at].messages, vector.parts[at].messages);
  assert.deepEqual(read(file, [new Uint8Array(32).fill(1)], []).map((part) => part.opened), [false, false, false]);
});

test('every altered byte is found, with a key or without', () => {
  for (let at = 0; at < file.length; at += 13) {
    const altered = Uint8Array.from(file);
    altered[at] ^= 2;
    for (const keys of [[], [bytes(vector.epoch_key)]]) assert.throws(() => read(altered, keys, []), `byte ${at}`);
  }
  assert.throws(() => read(concat(file, u8(0)), [], []), Malformed);
});
