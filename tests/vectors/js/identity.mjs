// Keys, card, invite link and membership records: written from docs/PROTOCOL.md and membership.proto alone.
import { Malformed, Reader, aead, agree, boxKey, concat, equal, h16, h32, kdf, signKey, u8, varint, verify } from './primitives.mjs';

// Identity and devices
export function identity(seed) {
  const boxSecret = kdf('sjw.id.box.1', seed);
  const key = signKey(kdf('sjw.id.sign.1', seed));
  return { key, box: boxKey(boxSecret), boxSecret, firstPersonalEpochKey: kdf('sjw.id.epoch.1', seed) };
}
export const personId = (key) => h16('sjw.person.1', key);
export const deviceId = (key) => h16('sjw.device.1', key);
export const spaceId = (key, kind, salt) => h16('sjw.space.1', key, u8(kind), salt);

// Protocol Buffers: field number -> list of values, in order.
export function fields(data) {
  const reader = new Reader(data);
  const out = new Map();
  while (reader.left > 0) {
    const tag = Number(reader.varint());
    if (tag % 8 !== 0 && tag % 8 !== 2) throw new Malformed('wire type');
    const value = tag % 8 === 0 ? reader.varint() : reader.prefixed();
    out.set(tag >> 3, [...(out.get(tag >> 3) ?? []), value]);
  }
  return out;
}
const one = (map, number, size) => {
  const value = map.get(number)?.at(-1);
  if (!value || (size && value.length !== size)) throw new Malformed(`field ${number}`);
  return value;
};

/** Checks a chain of certificates up to the identity; returns the device's keys. */
export function readCertificate(data, depth = 1) {
  if (depth > 4 || data.length > 2048) throw new Malformed('certificate');
  const envelope = fields(data);
  const body = one(envelope, 1);
  const content = fields(body);
  const certificate = { identity: one(content, 1, 32), key: one(content, 2, 32), box: one(content, 3, 32) };
  let issuer = certificate.identity;
  if (envelope.has(3)) {
    const above = readCertificate(one(envelope, 3), depth + 1);
    if (!equal(above.identity, certificate.identity)) throw new Malformed('another identity');
    issuer = above.key;
  }
  if (!verify(issuer, h32('sjw.device.1', body), one(envelope, 2, 64))) throw new Malformed('bad_signature');
  if (!verify(certificate.key, h32('sjw.devproof.1', body), one(envelope, 4, 64))) throw new Malformed('bad_signature');
  return certificate;
}

// Recovery card
const CONSONANTS = 'bdfghjklmnprstvz';
const VOWELS = 'aiou';
function unword(word) {
  if (!/^[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]$/.test(word)) throw new Malformed('word');
  const value = [...word].reduce((sum, c, i) => (i % 2 ? sum * 4 + VOWELS.indexOf(c) : sum * 16 + CONSONANTS.indexOf(c)), 0);
  return [value >> 8, value & 255];
}
function checkedSeed(payload) {
  if (payload.length !== 34) throw new Malformed('card length');
  const seed = payload.subarray(0, 32);
  if (!equal(h16('sjw.card.1', seed).subarray(0, 2), payload.subarray(32))) throw new Malformed('card checksum');
  return seed;
}
export const seedOfWords = (text) =>
  checkedSeed(Uint8Array.from(text.toLowerCase().split(/[\s-]+/).filter(Boolean).flatMap(unword)));
export const seedOfLine = (text) => checkedSeed(new Uint8Array(Buffer.from(text, 'base64url')));

export function readCard(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const after = (mark) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length).trim());
  const fromWords = seedOfWords(after('kata:').join(' '));
  const fromLine = seedOfLine(after('sejawat-card:')[0]);
  if (!equal(fromWords, fromLine)) throw new Malformed('two seeds');
  return { seed: fromWords, carriers: after('server:') };
}

// Invites
export function readInvite(url) {
  const [, host, port, payload] = url.match(/^sejawats?:\/\/(.+):(\d+)\/#i1\.([\w-]+)$/);
  const data = new Uint8Array(Buffer.from(payload, 'base64url'));
  if (data.length !== 73 || data[72] > 1) throw new Malformed('invite');
  const secret = data.subarray(48, 64);
  const boxSecret = kdf('sjw.inv.box.1', secret);
  return {
    host,
    port: Number(port),
    carrierKey: data.subarray(0, 32),
    space: data.subarray(32, 48),
    secret,
    record: data.subarray(64, 72),
    kind: data[72],
    signKey: signKey(kdf('sjw.inv.sign.1', secret)),
    boxSecret,
    boxKey: boxKey(boxSecret),
  };
}

// Membership records
export const recordId = (body) => h16('sjw.record.1', body);

/** Checks envelope and signatures; returns id and fields of the body. */
export function readRecord(data, signer, inviteKey) {
  if (data.length > 16 * 1024) throw new Malformed('too large');
  const envelope = fields(data);
  const body = one(envelope, 1);
  const signature = one(envelope, 2, 64);
  const invite = envelope.has(3) ? one(envelope, 3, 64) : undefined;
  const spelling = [body, signature, invite].flatMap((value, i) => (value ? [u8(8 * (i + 1) + 2), varint(value.length), value] : []));
  if (!equal(concat(...spelling), data)) throw new Malformed('envelope');
  const id = recordId(body);
  if (!verify(signer, id, signature)) throw new Malformed('bad_signature');
  if ((invite === undefined) !== (inviteKey === undefined)) throw new Malformed('invite signature');
  if (invite && !verify(inviteKey, id, invite)) throw new Malformed('invite_invalid');
  return { id, body: fields(body) };
}

const member = (number, value) => concat(u8(8 * number + 2), varint(value.length), value);

/** The box key of a card: its identity signed the personal genesis, whose bytes follow from the two keys. */
export function isProven(key, box, proof) {
  const salt = new Uint8Array(16);
  const genesis = concat(member(1, key), member(2, box), u8(3 * 8), u8(1), member(4, salt));
  return verify(key, recordId(concat(member(1, spaceId(key, 1, salt)), member(10, genesis))), proof);
}

/** LogEnrolled: the log key, which signed that it belongs to this device. */
export function readLog(content, space, device) {
  const log = fields(content);
  const key = one(log, 1, 32);
  if (!verify(key, h32('sjw.logproof.1', space, device), one(log, 2, 64))) throw new Malformed('bad_signature');
  return key;
}

// Epochs and key boxes
export function openBox(recipientSecret, ephemeral, sealed, space, epoch) {
  const key = kdf('sjw.boxkey.1', agree(recipientSecret, ephemeral), ephemeral, boxKey(recipientSecret));
  return aead.open(key, new Uint8Array(24), sealed, concat(space, epoch));
}
export const wrapKey = (newKey, space, predecessor) => kdf('sjw.wrapkey.1', newKey, space, predecessor);
export const openWrap = (newKey, space, predecessor, nonce, sealed) =>
  aead.open(wrapKey(newKey, space, predecessor), nonce, sealed);
export const fieldKey = (epochKey) => kdf('sjw.fieldkey.1', epochKey);

/** `keyOf`: epoch id as bytes -> epoch key. */
export function openField(sealed, keyOf) {
  const reader = new Reader(sealed);
  if (reader.u8() !== 1) throw new Malformed('version');
  const key = fieldKey(keyOf(reader.take(8)));
  const nonce = reader.take(24);
  return aead.open(key, nonce, reader.take(reader.left));
}
