// The smallest example of a vector read by somebody else's code: node's own Base64.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const { cases } = JSON.parse(readFileSync(new URL('../base64url.json', import.meta.url), 'utf8'));

test('node writes and reads the same base64url', () => {
  for (const { bytes, text } of cases) {
    assert.equal(Buffer.from(bytes, 'hex').toString('base64url'), text);
    assert.equal(Buffer.from(text, 'base64url').toString('hex'), bytes);
  }
});
