// The golden vectors of keys, card, records and invite, opened without our own code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as identity from './identity.mjs';
import { epochId, logId } from './opener.mjs';
import { agree, boxKey, bytes, hex } from './primitives.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url), 'utf8'));
const vector = load('identity');

test('everything of a person follows from the seed', () => {
  const one = identity.identity(bytes(vector.seed));
  assert.equal(hex(one.key), vector.identity_key);
  assert.equal(hex(one.box), vector.identity_box);
  assert.equal(hex(one.firstPersonalEpochKey), vector.first_personal_epoch_key);
  assert.equal(hex(identity.personId(one.key)), vector.person);
  assert.equal(hex(identity.spaceId(one.key, 1, new Uint8Array(16))), vector.personal_space);
});

test('a card gives its seed whole, by its words and by its line, and not when a letter is wrong', () => {
  const { text, carriers } = vector.card;
  const card = identity.readCard(text);
  assert.equal(hex(card.seed), vector.seed);
  assert.deepEqual(card.carriers, carriers);
  const words = [...text.matchAll(/^kata: (.*)$/gm)].map(([, line]) => line).join('-').toUpperCase();
  assert.equal(hex(identity.seedOfWords(words)), vector.seed);
  assert.throws(() => identity.seedOfWords(words.replace(/^./, (c) => (c === 'B' ? 'D' : 'B'))));
  assert.throws(() => identity.readCard(text.replace(/sejawat-card: ./, 'sejawat-card: _')));
});

test('a certificate chains to the identity', () => {
  const certificate = identity.readCertificate(bytes(vector.certificate));
  assert.equal(hex(certificate.identity), vector.identity_key);
  assert.equal(hex(certificate.key), vector.device_key);
  assert.equal(hex(certificate.box), vector.device_box);
  assert.equal(hex(identity.deviceId(certificate.key)), vector.device);
  const bad = bytes(vector.certificate);
  bad[40] ^= 1;
  assert.throws(() => identity.readCertificate(bad));
});

test('records have their ids and signatures, and each flipped bit breaks them', () => {
  for (const { what, record, id, signer, invite_key: invite } of vector.records) {
    const read = (data) => identity.readRecord(data, bytes(signer), invite && bytes(invite));
    assert.equal(hex(read(bytes(record)).id), id, what);
    for (let at = 0; at < record.length / 2; at += 7) {
      const bad = bytes(record);
      bad[at] ^= 1 << (at % 8);
      assert.throws(() => read(bad), `${what}, byte ${at}`);
    }
  }
});

test('the proof of a card is the signature of the first record, and records carry it', () => {
  const { identity_key: key, identity_box: box, personal_genesis: genesis, proof, records } = load('card_key');
  const first = identity.readRecord(bytes(genesis), bytes(key));
  const content = identity.fields(first.body.get(10)[0]);
  assert.equal(hex(content.get(2)[0]), box);
  assert.equal(content.get(6), undefined, 'in the first record its own signature is the proof');
  assert.equal(hex(identity.fields(bytes(genesis)).get(2)[0]), proof);
  assert.ok(identity.isProven(bytes(key), bytes(box), bytes(proof)));
  const bad = bytes(box);
  bad[3] ^= 1;
  assert.ok(!identity.isProven(bytes(key), bad, bytes(proof)));
  // Content of the record, and where identity key, box key and proof stand in it.
  const places = { genesis: [10, 1, 2, 6], join: [14, 2, 3, 6], member: [22, 1, 2, 5] };
  for (const { what, record, signer, invite_key: invite } of records) {
    const read = identity.readRecord(bytes(record), bytes(signer), invite && bytes(invite));
    if (!(what in places)) continue;
    const [kind, ...at] = places[what];
    const said = identity.fields(read.body.get(kind)[0]);
    const [of, card, by] = at.map((field) => said.get(field)[0]);
    assert.ok(identity.isProven(of, card, by), what);
  }
});

test('an invite link opens the join and the box of the current epoch', () => {
  const { invite, group, records } = vector;
  const link = identity.readInvite(invite.url);
  assert.equal(link.host, invite.host);
  assert.equal(link.port, invite.port);
  assert.equal(hex(link.carrierKey), invite.carrier_key);
  assert.equal(hex(link.space), group.space);
  assert.equal(hex(link.secret), invite.secret);
  assert.equal(hex(link.record), records.find(({ what }) => what === 'invite').id.slice(0, 16));
  assert.equal(hex(link.signKey), invite.sign_key);
  assert.equal(hex(link.boxSecret), invite.box_secret);
  assert.equal(hex(link.boxKey), invite.box_key);
  const join = records.find(({ what }) => what === 'join');
  assert.equal(join.invite_key, invite.sign_key);

  // MembershipBody.boxes (16): epoch, ephemeral key, boxes of recipient and sealed key.
  const record = records.find(({ what }) => what === 'boxes');
  const boxes = identity.fields(identity.readRecord(bytes(record.record), bytes(record.signer)).body.get(16)[0]);
  const epoch = boxes.get(1)[0];
  const ephemeral = boxes.get(2)[0];
  assert.equal(hex(epoch), group.epoch);
  const box = boxes.get(3).map(identity.fields).find((one) => hex(one.get(1)[0]) === invite.box_key.slice(0, 16));
  const key = identity.openBox(link.boxSecret, ephemeral, box.get(2)[0], link.space, epoch);
  assert.equal(hex(key), group.epoch_key);
  assert.equal(hex(epochId(link.space, key)), group.epoch);
  // The device of the admin has a box too.
  const mine = boxes.get(3).map(identity.fields).find((one) => hex(one.get(1)[0]) === vector.device_box.slice(0, 16));
  assert.equal(hex(identity.openBox(bytes(vector.device_box_secret), ephemeral, mine.get(2)[0], link.space, epoch)), group.epoch_key);

  // MembershipBody.epoch (15): the predecessor's key under the new one.
  const opened = records.find(({ what }) => what === 'epoch after another');
  const content = identity.fields(identity.readRecord(bytes(opened.record), bytes(opened.signer)).body.get(15)[0]);
  const predecessor = identity.fields(content.get(2)[0]);
  const [old, nonce, sealed] = [1, 2, 3].map((field) => predecessor.get(field)[0]);
  assert.equal(hex(old), group.old_epoch);
  assert.equal(hex(identity.openWrap(key, link.space, old, nonce, sealed)), group.old_epoch_key);

  // MembershipBody.join (14), Joined.sealed_profile (5): a name for members.
  const joined = identity.fields(identity.readRecord(bytes(join.record), bytes(join.signer), link.signKey).body.get(14)[0]);
  const name = identity.openField(joined.get(5)[0], (named) => (hex(named) === group.epoch ? key : undefined));
  assert.equal(hex(name), group.profile);
});

test('ids of space and log follow from keys', () => {
  const { group } = vector;
  const enrolled = vector.records.find(({ what }) => what === 'log');
  const content = identity.readRecord(bytes(enrolled.record), bytes(enrolled.signer)).body.get(12)[0];
  assert.equal(hex(identity.readLog(content, bytes(group.space), bytes(vector.device))), group.log_key);
  assert.equal(hex(identity.spaceId(bytes(vector.identity_key), group.kind, bytes(group.salt))), group.space);
  assert.equal(hex(logId(bytes(group.space), bytes(group.log_key))), group.log);
});

test('a box, a wrapped key and a field open', () => {
  const keys = load('keys');
  const [space, epoch, key] = [keys.space, keys.epoch, keys.epoch_key].map(bytes);
  assert.equal(hex(epochId(space, key)), keys.epoch);
  const { box, wrap, field } = keys;
  assert.equal(hex(boxKey(bytes(box.recipient_secret))), box.recipient);
  assert.equal(hex(agree(bytes(box.ephemeral_secret), bytes(box.recipient))), box.shared);
  assert.equal(box.recipient_tag, box.recipient.slice(0, 16));
  assert.equal(box.associated, keys.space + keys.epoch);
  const opened = identity.openBox(bytes(box.recipient_secret), bytes(box.ephemeral), bytes(box.sealed), space, epoch);
  assert.equal(hex(opened), keys.epoch_key);
  assert.equal(hex(identity.wrapKey(key, space, bytes(wrap.predecessor))), wrap.wrap_key);
  const old = identity.openWrap(key, space, bytes(wrap.predecessor), bytes(wrap.nonce), bytes(wrap.sealed));
  assert.equal(hex(old), wrap.predecessor_key);
  assert.equal(hex(epochId(space, old)), wrap.predecessor);
  assert.equal(hex(identity.fieldKey(key)), field.field_key);
  assert.equal(hex(identity.openField(bytes(field.sealed), () => key)), field.plain);
});
