// What only an admin decides: who belongs whose invite was being revoked, and what becomes of late work.
import assert from 'node:assert/strict';
import test from 'node:test';
import { World } from './support.mjs';

const ok = (done) => {
  assert.equal(done.status, 0, done.err);
  return done;
};
const share = (world, home, title) => {
  const kept = ok(world.client(home, '--json', 'problem', 'add', '--title', title, '--description', 'apa yang terlihat', '--category', 'methods')).json.id;
  const shared = world.client(home, '--json', '--yes', 'problem', 'share', kept, '--to', 'SDN 30 Mataram', '--title', title);
  assert.match(shared.out, /"shared":true/, shared.err);
};
const titles = (world, home) =>
  world.client(home, '--json', 'problem', 'list', '--space', 'SDN 30 Mataram').lines.map((row) => row.title ?? row.values?.title);

test('who joined while their invite was being revoked waits, and belongs once an admin has confirmed them', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const invited = ok(world.client('A', '--json', 'invite', '--role', 'teacher')).json;
    await server.end();
    const row = ok(world.client('A', '--json', 'invite', 'list')).lines.find((one) => one.revoked !== true && one.joined === 0);
    const revoked = world.client('A', '--yes', 'invite', 'revoke', row.id);
    assert.equal(revoked.status, 3, `done here, and the server has not heard of it: ${revoked.err}`);
    await world.server(server.endpoint);
    ok(world.client('C', 'join', invited.link, '--name', 'Bu Citra Dewi', '--card-file', world.path('card-c.txt')));
    ok(world.client('C', 'sync'));
    ok(world.client('A', 'sync'));
    ok(world.client('A', 'sync'));
    const waiting = ok(world.client('A', '--json', 'member', 'list')).lines.filter((member) => member.provisional);
    assert.equal(waiting.length, 1, JSON.stringify(waiting));
    assert.equal(world.client('C', 'sync').status, 4, 'nobody has confirmed her yet');
    share(world, 'C', 'ditulis sebelum diterima');
    world.client('C', 'sync');
    ok(world.client('A', 'sync'));
    assert.ok(!titles(world, 'A').includes('ditulis sebelum diterima'), 'it counts for nobody yet');
    ok(world.client('A', '--yes', 'member', 'confirm', waiting[0].person));
    ok(world.client('A', 'sync'));
    ok(world.client('C', 'sync'));
    ok(world.client('C', 'sync'));
    ok(world.client('A', 'sync'));
    assert.ok(ok(world.client('A', '--json', 'member', 'list')).lines.every((member) => !member.provisional));
    assert.ok(titles(world, 'A').includes('ditulis sebelum diterima'), `${titles(world, 'A')}`);
    assert.notEqual(world.client('A', '--yes', 'member', 'confirm', waiting[0].person).status, 0, 'nobody waits any more');
  } finally {
    await world.close();
  }
});

test('late work of somebody who was removed counts once an admin has taken it after all', async () => {
  const world = new World();
  try {
    const server = await world.school();
    ok(world.client('A', 'sync'));
    ok(world.client('B', 'sync'));
    await server.end();
    const budi = ok(world.client('A', '--json', 'member', 'list')).lines.find((member) => member.name === 'Pak Budi Hartono');
    assert.equal(world.client('A', '--yes', 'member', 'remove', budi.person).status, 3);
    share(world, 'B', 'ditulis tanpa tahu');
    await world.server(server.endpoint);
    ok(world.client('A', 'sync'));
    world.client('B', 'sync'); // it is told that it was removed
    world.client('B', 'sync');
    ok(world.client('A', 'sync'));
    assert.ok(!titles(world, 'A').includes('ditulis tanpa tahu'));
    const late = ok(world.client('A', '--json', 'quarantine', 'list')).lines.filter((row) => row.may_readmit);
    assert.equal(late.length, 1, JSON.stringify(late));
    ok(world.client('A', '--yes', 'quarantine', 'readmit', late[0].log));
    assert.ok(titles(world, 'A').includes('ditulis tanpa tahu'), `${titles(world, 'A')}`);
    assert.equal(ok(world.client('A', '--json', 'quarantine', 'list')).lines.length, 0);
    ok(world.client('A', 'sync'));
    assert.notEqual(world.client('A', '--yes', 'quarantine', 'readmit', late[0].log).status, 0, 'nothing of it waits any more');
  } finally {
    await world.close();
  }
});
