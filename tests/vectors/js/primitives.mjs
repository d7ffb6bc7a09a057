// PROTOCOL.md, "Notation" and "Hashing and labels", over @noble: none of our own code.
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { sha512 } from '@noble/hashes/sha2.js';

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));
export const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
export const equal = (a, b) => Buffer.compare(a, b) === 0;

export function u64(value) {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return new Uint8Array(out);
}
export const u8 = (value) => Uint8Array.of(value);

export function varint(value) {
  let rest = BigInt(value);
  const out = [];
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number((rest & 0x7fn) | 0x80n));
  out.push(Number(rest));
  return Uint8Array.from(out);
}

export const unzigzag = (value) => (value >> 1n) ^ -(value & 1n);

export class Malformed extends Error {}

export class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }
  get left() {
    return this.data.length - this.at;
  }
  take(size) {
    if (BigInt(size) > BigInt(this.left)) throw new Malformed('cut');
    const start = this.at;
    this.at += Number(size);
    return this.data.subarray(start, this.at);
  }
  u8() {
    return this.take(1)[0];
  }
  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value >> 64n || (byte === 0 && shift > 0n)) throw new Malformed('number');
        return value;
      }
    }
    throw new Malformed('number');
  }
  count(cap) {
    const value = this.varint();
    if (value > BigInt(cap)) throw new Malformed('count');
    return Number(value);
  }
  prefixed() {
    return this.take(this.varint());
  }
  end() {
    if (this.left !== 0) throw new Malformed('left over');
  }
}

function personal(label) {
  const out = new Uint8Array(16);
  out.set(Buffer.from(label, 'latin1'));
  return out;
}
const hash = (label, dkLen, parts, key) => blake2b(concat(...parts), { dkLen, key, personalization: personal(label) });
export const h16 = (label, ...parts) => hash(label, 16, parts);
export const h32 = (label, ...parts) => hash(label, 32, parts);
export const kdf = (label, key, ...parts) => hash(label, 32, parts, key);
export const keyed16 = (label, key, ...parts) => hash(label, 16, parts, key);

export const aead = {
  seal: (key, nonce, plain, associated = new Uint8Array()) => xchacha20poly1305(key, nonce, associated).encrypt(plain),
  open: (key, nonce, sealed, associated = new Uint8Array()) => xchacha20poly1305(key, nonce, associated).decrypt(sealed),
};
/** By the page's own words: ed25519.verify of noble multiplies by the cofactor and takes an R of small order. */
export function verify(key, message, signature) {
  const { Point } = ed25519;
  try {
    const r = signature.subarray(0, 32);
    const s = BigInt(`0x${hex(Uint8Array.from(signature.subarray(32)).reverse())}`);
    const a = Point.fromBytes(key, false);
    if (s >= Point.Fn.ORDER || a.isSmallOrder() || Point.fromBytes(r, false).isSmallOrder()) return false;
    const k = BigInt(`0x${hex(sha512(concat(r, key, message)).reverse())}`) % Point.Fn.ORDER;
    const times = (point, scalar) => (scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar));
    return equal(times(Point.BASE, s).subtract(times(a, k)).toBytes(), r);
  } catch {
    return false;  // no point
  }
}
export const sign = (seed, message) => ed25519.sign(message, seed);
export const signKey = (seed) => ed25519.getPublicKey(seed);
export const boxKey = (secret) => x25519.getPublicKey(secret);
export const agree = (secret, key) => x25519.getSharedSecret(secret, key);
