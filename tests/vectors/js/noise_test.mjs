// Our Noise channel against npm's noise-handshake: live in both roles (tests/vectors/peer), and the golden transcript.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import test from 'node:test';
import Noise from 'noise-handshake';
import Cipher from 'noise-handshake/cipher.js';
import curve from 'noise-handshake/dh.js';

const PROLOGUE = Buffer.from('sejawat/1');
const HANDSHAKES = 12;
const MESSAGES = 8;

const keyPair = (secret) => curve.generateKeyPair(Buffer.from(secret));
const word = (bytes) => (bytes.length === 0 ? '-' : Buffer.from(bytes).toString('hex'));

/** Our end: a process that answers each line with one line. */
class Peer {
  constructor() {
    this.process = spawn(path.join(process.env.SEJAWAT_BUILD, 'tests', 'noise_peer'), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  async ask(...words) {
    this.process.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, 'the peer ended');
    return value;
  }
  async bytes(...words) {
    const answer = await this.ask(...words);
    assert.doesNotMatch(answer, /^error/);
    return answer === '-' ? Buffer.alloc(0) : Buffer.from(answer, 'hex');
  }
  end() {
    this.process.stdin.end();
  }
}

// Lengths around what matters: nothing, a few bytes, and the most that a message holds.
const payload = (round, most) => randomBytes([0, 1, most, randomInt(2, 500), randomInt(500, most)][round % 5]);

async function talk(peer, theirs) {
  assert.equal(await peer.ask('hash'), Buffer.from(theirs.hash).toString('hex'));
  const send = new Cipher(theirs.tx);
  const receive = new Cipher(theirs.rx);
  for (let i = 0; i < MESSAGES; i += 1) {
    const up = payload(i, 65535 - 16);
    assert.deepEqual(receive.decrypt(await peer.bytes('write', word(up))), up);
    const down = payload(i + 2, 65535 - 16);
    const sealed = send.encrypt(down);
    if (i === 3) {
      const bad = Buffer.from(sealed);
      bad[randomInt(bad.length)] ^= 1;
      assert.equal(await peer.ask('read', word(bad)), 'error cannot_decrypt');
    }
    assert.deepEqual(await peer.bytes('read', word(sealed)), down);
  }
}

test('we call, noise-handshake answers', async () => {
  for (let round = 0; round < HANDSHAKES; round += 1) {
    const peer = new Peer();
    const own = keyPair(randomBytes(32));
    const server = keyPair(randomBytes(32));
    await peer.ask('initiator', word(PROLOGUE), word(own.secretKey), word(server.publicKey));
    const theirs = new Noise('IK', false, server);
    theirs.initialise(PROLOGUE);
    const call = payload(round, 65535 - 96);
    assert.deepEqual(theirs.recv(await peer.bytes('write', word(call))), call);
    assert.deepEqual(theirs.rs, own.publicKey);
    const answer = payload(round + 1, 65535 - 48);
    assert.deepEqual(await peer.bytes('read', word(theirs.send(answer))), answer);
    await talk(peer, theirs);
    peer.end();
  }
});

test('noise-handshake calls, we answer', async () => {
  for (let round = 0; round < HANDSHAKES; round += 1) {
    const peer = new Peer();
    const own = keyPair(randomBytes(32));
    const client = keyPair(randomBytes(32));
    await peer.ask('responder', word(PROLOGUE), word(own.secretKey));
    const theirs = new Noise('IK', true, client);
    theirs.initialise(PROLOGUE, own.publicKey);
    const call = payload(round, 65535 - 96);
    assert.deepEqual(await peer.bytes('read', word(theirs.send(call))), call);
    assert.deepEqual(await peer.bytes('remote'), client.publicKey);
    const answer = payload(round + 1, 65535 - 48);
    assert.deepEqual(theirs.recv(await peer.bytes('write', word(answer))), answer);
    await talk(peer, theirs);
    peer.end();
  }
});

test('another prologue or another key ends it', async () => {
  const own = keyPair(randomBytes(32));
  for (const [prologue, key] of [[Buffer.from('sejawat/2'), own.publicKey], [PROLOGUE, keyPair(randomBytes(32)).publicKey]]) {
    const peer = new Peer();
    await peer.ask('responder', word(PROLOGUE), word(own.secretKey));
    const theirs = new Noise('IK', true, keyPair(randomBytes(32)));
    theirs.initialise(prologue, key);
    assert.equal(await peer.ask('read', word(theirs.send(Buffer.from('halo')))), 'error cannot_decrypt');
    peer.end();
  }
  const peer = new Peer();
  await peer.ask('initiator', word(PROLOGUE), word(randomBytes(32)), word(own.publicKey));
  await peer.bytes('write', '-');
  assert.equal(await peer.ask('read', word(randomBytes(64))), 'error wrong_server_key');
  peer.end();
});

test('the golden transcript is theirs too, byte for byte', () => {
  const vector = JSON.parse(readFileSync(new URL('../noise.json', import.meta.url), 'utf8'));
  const bytes = (name) => Buffer.from(vector[name], 'hex');
  const end = (initiator, role) => {
    const one = new Noise('IK', initiator, keyPair(bytes(`${role}_static_secret`)));
    one.e = keyPair(bytes(`${role}_ephemeral_secret`));
    one.initialise(bytes('prologue'), initiator ? bytes('server_static') : undefined);
    return one;
  };
  const ends = { client: end(true, 'client'), server: end(false, 'server') };
  const other = { client: 'server', server: 'client' };
  const ciphers = {};
  for (const [i, { from, payload: plain, message }] of vector.messages.entries()) {
    const sender = i < 2 ? (data) => ends[from].send(data) : (data) => ciphers[from].tx.encrypt(data);
    const receiver = i < 2 ? (data) => ends[other[from]].recv(data) : (data) => ciphers[other[from]].rx.decrypt(data);
    assert.equal(Buffer.from(sender(Buffer.from(plain, 'hex'))).toString('hex'), message);
    assert.equal(Buffer.from(receiver(Buffer.from(message, 'hex'))).toString('hex'), plain);
    if (i === 1) {
      for (const role of ['client', 'server']) {
        assert.equal(Buffer.from(ends[role].hash).toString('hex'), vector.handshake_hash);
        ciphers[role] = { tx: new Cipher(ends[role].tx), rx: new Cipher(ends[role].rx) };
      }
    }
  }
  assert.ok(vector.messages.length >= 8);
});
