// PROTOCOL.md, "Attachments", read by an implementation that was written from the page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Reader, aead, bytes, concat, equal, h32, hex, kdf } from './primitives.mjs';

const vector = JSON.parse(readFileSync(new URL('../attachment.json', import.meta.url)));
const space = bytes(vector.space);
const u32 = (value) => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return new Uint8Array(out);
};

function read(value) {
  const reader = new Reader(value);
  assert.equal(reader.u8(), 1);
  const attachment = { key: reader.take(32), hash: reader.take(32), size: Number(reader.varint()) };
  attachment.type = Buffer.from(reader.prefixed()).toString();
  attachment.chunks = Array.from({ length: Number(reader.varint()) }, () => reader.take(32));
  reader.end();
  return attachment;
}

test('attachments open from what their op says and the chunks alone', () => {
  assert.ok(vector.attachments.some((one) => one.chunks.length > 1));
  for (const one of vector.attachments) {
    const attachment = read(bytes(one.value));
    assert.equal(attachment.type, one.media_type);
    const chunks = one.chunks.map(bytes);
    const plain = chunks.map((chunk, index) => {
      assert.ok(equal(h32('sjw.chunk.1', chunk), attachment.chunks[index]));
      assert.ok(chunk.length <= 49152);
      const key = kdf('sjw.chunkkey.1', attachment.key, space, u32(index), u32(chunks.length));
      return aead.open(key, new Uint8Array(24), chunk);
    });
    const content = concat(...plain).subarray(0, attachment.size);
    assert.equal(hex(content), one.content);
    assert.ok(equal(h32('sjw.file.1', content), attachment.hash));
    assert.ok(concat(...plain).subarray(attachment.size).every((byte) => byte === 0));
  }
});
