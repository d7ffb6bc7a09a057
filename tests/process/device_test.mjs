// Devices of one person as their owner handles them: linked by two codes, revoked, and the card that is never lost on its way.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import test from 'node:test';
import { World } from './support.mjs';

async function inWorld(play) {
  const world = new World();
  try {
    await play(world, await world.school());
  } finally {
    await world.close();
  }
}
const ok = (done) => {
  assert.equal(done.status, 0, done.err);
  return done;
};

test('a device linked by two codes has everything, and the other one tells of it', () => inWorld(async (world) => {
  ok(world.client('B', 'journal', 'add', '--date', '2026-11-24', '--class', '5A', '--event', 'pupils', 'Ditulis sebelum tautan'));
  ok(world.client('B', 'sync'));
  const { request, check_code: asked } = ok(world.client('T', '--json', 'device', 'link', 'request')).json;
  const preview = ok(world.client('B', '--json', 'device', 'link', 'grant', request));
  assert.equal(preview.json.check_code, asked, 'both screens show the same words');
  assert.equal(preview.json.grant, undefined, 'nothing is granted before --yes');
  const { grant, check_code: granted } = ok(world.client('B', '--json', '--yes', 'device', 'link', 'grant', request)).json;
  assert.ok(grant.length < 1500, `a QR code holds it: ${grant.length}`);
  assert.ok(!grant.includes('Budi'));
  const offer = ok(world.client('T', '--json', 'device', 'link', 'accept', grant)).json;
  assert.deepEqual(offer, { name: 'Pak Budi Hartono', check_code: granted });
  const linked = ok(world.client('T', '--json', '--yes', 'device', 'link', 'accept', grant)).json;
  assert.deepEqual(linked, { name: 'Pak Budi Hartono', entries: 1 });

  assert.equal(ok(world.client('B', '--json', 'sync')).json.new_devices, 1);
  assert.equal(ok(world.client('B', '--json', 'device', 'list')).lines.filter((one) => one.new).length, 1);
  assert.equal(ok(world.client('B', '--json', 'status')).json.new_devices, 0, 'looked at');

  ok(world.client('T', 'journal', 'add', '--date', '2026-11-25', '--class', '5A', '--event', 'pupils', 'Dari tablet'));
  ok(world.client('T', 'sync'));
  ok(world.client('B', 'sync'));
  assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 2);
}));

test('codes that were altered, are for another device or of no kind we know change nothing', () => inWorld(async (world) => {
  const { request } = ok(world.client('T', '--json', 'device', 'link', 'request')).json;
  const altered = request.slice(0, -1) + (request.endsWith('A') ? 'B' : 'A');
  assert.equal(world.client('B', '--json', '--yes', 'device', 'link', 'grant', altered).status, 2);
  const { grant } = ok(world.client('B', '--json', '--yes', 'device', 'link', 'grant', request)).json;
  ok(world.client('U', '--json', 'device', 'link', 'request'));
  assert.equal(world.client('U', '--json', '--yes', 'device', 'link', 'accept', grant).status, 1);
  assert.equal(world.client('A', '--json', '--yes', 'device', 'link', 'accept', grant).status, 1, 'a store with a person keeps its person');
  assert.equal(world.client('A', '--json', 'status').json.name, 'Bu Ani Suryani');
  assert.equal(ok(world.client('B', '--json', 'device', 'list')).lines.length, 1);
}));

test('linked with the server away, it fetches what is there with the next sync', () => inWorld(async (world, server) => {
  const { request } = ok(world.client('T', '--json', 'device', 'link', 'request')).json;
  const { grant } = ok(world.client('B', '--json', '--yes', 'device', 'link', 'grant', request)).json;
  await server.end();
  assert.equal(world.client('T', '--json', '--yes', 'device', 'link', 'accept', grant).status, 3);
  await world.server(server.endpoint);
  assert.equal(ok(world.client('T', '--json', 'sync')).json.pending, 0);
  assert.equal(ok(world.client('T', '--json', 'member', 'list')).lines.length, 2);
}));

test('status says that the key of the store lies beside it', () => inWorld(async (world) => {
  assert.ok(statSync(world.path('B/store.key')).isFile());
  assert.match(ok(world.client('B', 'status')).out, /Kunci penyimpanan dilindungi hak berkas saja|protected by file permissions only/);
}));

test('a card that could not be written is given again, and then no more', () => inWorld(async (world) => {
  const lost = world.client('C', 'init', '--name', 'Bu Cici', '--card-file', world.path('no/such/folder/card.txt'));
  assert.equal(lost.status, 1);
  assert.equal(ok(world.client('C', '--json', 'status')).json.card_unconfirmed, true);
  ok(world.client('C', 'card', 'reissue', '--card-file', world.path('C.card')));
  assert.equal(statSync(world.path('C.card')).mode & 0o777, 0o600);
  assert.equal(ok(world.client('C', '--json', 'status')).json.card_unconfirmed, false);
  assert.equal(world.client('C', 'card', 'reissue', '--card-file', world.path('C2.card')).status, 1);
}));

test('the card is renewed with the server of today from the old one, and not from a stranger\'s', () => inWorld(async (world, server) => {
  ok(world.client('B', '--json', 'card', 'reissue', '--from', world.path('card.txt'), '--card-file', world.path('new.txt')));
  const renewed = readFileSync(world.path('new.txt'), 'utf8');
  assert.ok(renewed.includes(server.address));
  assert.equal(renewed.match(/sejawat-card: (\S+)/)[1], readFileSync(world.path('card.txt'), 'utf8').match(/sejawat-card: (\S+)/)[1]);
  assert.equal(world.client('A', 'card', 'reissue', '--from', world.path('card.txt'), '--card-file', world.path('A.txt')).status, 1);
}));

test('spaces are listed with who belongs to them and what waits for a key', () => inWorld(async (world) => {
  const rows = ok(world.client('B', '--json', 'space', 'list')).lines;
  assert.deepEqual(rows.map(({ kind, members, admin, waiting }) => ({ kind, members, admin, waiting })).sort((a, b) => a.kind < b.kind ? -1 : 1), [
    { kind: 'personal', members: 1, admin: true, waiting: 0 },
    { kind: 'school', members: 2, admin: false, waiting: 0 },
  ]);
  assert.match(world.client('B', 'space', 'list').out, /school {2}SDN 30 Mataram {2}2 members/);
}));
