// A stick in place of a server, with real processes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { World, entries, jsonLines, program } from './support.mjs';

// A school with Ani and Budi, Budi's second device, and then no server any more.
async function withoutServer() {
  const world = new World();
  const server = await world.school();
  assert.equal(world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address).status, 0);
  for (const home of ['B', 'A', 'B2']) assert.equal(world.client(home, 'sync').status, 0);
  await server.end();
  return { world, server };
}
const bundle = (world, home, ...args) => world.client(home, '--json', 'bundle', ...args);

test('a second device gets every entry from a stick, and the stick shows nothing readable', async () => {
  const { world } = await withoutServer();
  try {
    world.input = jsonLines(entries(250));
    assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
    const stick = world.path('stick.sjb');
    const written = bundle(world, 'B', 'export', '--to', stick);
    assert.equal(written.status, 0, written.err);
    assert.equal(written.json.spaces, 2);
    assert.equal(written.json.bytes, statSync(stick).size);
    assert.equal(statSync(stick).mode & 0o777, 0o600);
    for (const needle of ['kalimat penanda', 'Budi', 'Suryani', 'Mataram', 'Matematika'])
      assert.throws(() => execFileSync('grep', ['-a', needle, stick]), `${needle} stands in the bundle`);
    const space = world.client('B', '--json', 'status').json.spaces[0].space;
    assert.ok(!readFileSync(stick).includes(Buffer.from(space, 'hex')), 'not even which space it is');

    const taken = bundle(world, 'B2', 'import', stick);
    assert.equal(taken.status, 0, taken.err);
    assert.ok(taken.json.applied > 0);
    assert.deepEqual([taken.json.refused, taken.json.waiting_key, taken.json.not_for_us], [0, 0, 0]);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);
    const again = bundle(world, 'B2', 'import', stick);
    assert.equal(again.json.applied, 0);
    assert.equal(again.json.duplicate, taken.json.applied + taken.json.duplicate);
    assert.match(world.client('B2', 'bundle', 'import', stick).out, /New segments: 0, here already: \d+/);

    const colleague = bundle(world, 'A', 'import', stick);
    assert.equal(colleague.status, 0, colleague.err);
    assert.equal(colleague.json.not_for_us, 1, 'the private part stays closed');
    assert.equal(world.client('A', '--json', 'journal', 'list').out, '');
  } finally {
    await world.close();
  }
});

test('nothing in a bundle counts as sent, and a device with a line carries it on', async () => {
  const { world, server } = await withoutServer();
  try {
    assert.equal(world.client('B', 'journal', 'add', '--event', 'pupils', 'dibawa dengan flashdisk').status, 0);
    const before = world.client('B', '--json', 'status').json.pending;
    assert.ok(before > 0);
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('stick')).status, 0);
    assert.ok(world.client('B', '--json', 'status').json.pending > 0, 'a stick is no server');
    assert.equal(bundle(world, 'B2', 'import', world.path('stick')).status, 0);
    assert.ok(world.client('B2', '--json', 'status').json.pending > 0);
    await world.server(server.endpoint);
    assert.equal(world.client('B2', '--json', 'sync').json.pending, 0);
    assert.ok(world.client('B', '--json', 'status').json.pending > 0, 'true only once the server told it itself');
    assert.equal(world.client('B', '--json', 'sync').json.pending, 0);
  } finally {
    await world.close();
  }
});

test('a file that is cut, altered, foreign or no file at all changes nothing and is said so', async () => {
  const { world } = await withoutServer();
  try {
    world.input = jsonLines(entries(60));
    world.client('B', 'journal', 'add', '--from', '-');
    const stick = world.path('stick');
    bundle(world, 'B', 'export', '--to', stick);
    const bytes = readFileSync(stick);
    const bad = world.path('bad');
    const variants = [0, 1, 15, 16, 40, 500, Math.floor(bytes.length / 2), bytes.length - 33, bytes.length - 1].map((size) => bytes.subarray(0, size));
    for (const at of [3, 15, 17, 60, 700, Math.floor(bytes.length / 2), bytes.length - 10]) {
      const altered = Buffer.from(bytes);
      altered[at] ^= 4;
      variants.push(altered);
    }
    variants.push(Buffer.concat([bytes, Buffer.from('more')]), Buffer.alloc(1 << 20, 0xff));
    for (const variant of variants) {
      writeFileSync(bad, variant);
      const refused = bundle(world, 'B2', 'import', bad);
      assert.equal(refused.status, 1);
      assert.match(refused.err, /"error":"(malformed|version_unsupported|cannot_decrypt)"/);
    }
    assert.equal(world.client('B2', '--json', 'journal', 'list').out, '');
    for (const target of ['missing', '.']) assert.notEqual(bundle(world, 'B2', 'import', world.path(target)).status, 0);
    execFileSync('mkfifo', [world.path('pipe')]);
    assert.equal(bundle(world, 'B2', 'import', world.path('pipe')).status, 2, 'nobody waits for the other end of a pipe');
    world.client('C', 'init', '--name', 'Orang lain');
    const stranger = bundle(world, 'C', 'import', stick);
    assert.equal(stranger.status, 1);
    assert.match(stranger.err, /key_missing/);
  } finally {
    await world.close();
  }
});

test('an export overwrites only with --yes, never through a link, and a killed one leaves no file of that name', async () => {
  const { world } = await withoutServer();
  try {
    writeFileSync(world.path('precious'), 'precious');
    const refused = bundle(world, 'B', 'export', '--to', world.path('precious'));
    assert.equal(refused.status, 1);
    assert.match(refused.err, /already_exists/);
    symlinkSync(world.path('precious'), world.path('link'));
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('link')).status, 1);
    assert.equal(bundle(world, 'B', '--yes', 'export', '--to', world.path('link')).status, 0);
    assert.equal(readFileSync(world.path('precious'), 'utf8'), 'precious', 'the link was replaced, not what it leads to');
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('no', 'such', 'folder')).status, 1);

    world.input = jsonLines(entries(4000));
    world.client('B', 'journal', 'add', '--from', '-');
    for (const delay of [40, 90, 160]) {
      const child = spawn(program('sejawat'), ['--home', world.path('B'), 'bundle', 'export', '--to', world.path(`killed${delay}`)], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await sleep(delay);
      child.kill('SIGKILL');
      await ended;
      if (existsSync(world.path(`killed${delay}`))) assert.equal(bundle(world, 'B2', 'import', world.path(`killed${delay}`)).status, 0, 'whole if there');
    }
    assert.equal(bundle(world, 'B', '--yes', 'export', '--to', world.path('killed40')).status, 0);
    // An import that is killed goes on from where it was.
    for (const delay of [60, 120, 240]) {
      const child = spawn(program('sejawat'), ['--home', world.path('B2'), 'bundle', 'import', world.path('killed40')], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await sleep(delay);
      child.kill('SIGKILL');
      await ended;
    }
    assert.equal(bundle(world, 'B2', 'import', world.path('killed40')).status, 0);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);
    assert.deepEqual(readdirSync(world.root).filter((name) => name.startsWith('killed40.')).length <= 1, true);
  } finally {
    await world.close();
  }
});

test('a bundle since that of a colleague brings what the colleague lacks, and no more', async () => {
  const { world } = await withoutServer();
  try {
    world.input = jsonLines(entries(400));
    world.client('B', 'journal', 'add', '--from', '-');
    const first = bundle(world, 'B', 'export', '--to', world.path('first')).json;
    bundle(world, 'B2', 'import', world.path('first'));
    world.input = jsonLines(entries(3, 'sesudahnya'));
    world.client('B', 'journal', 'add', '--from', '-');
    // What B2 hands back says what B2 has.
    bundle(world, 'B2', 'export', '--to', world.path('answer'));
    const rest = bundle(world, 'B', 'export', '--to', world.path('rest'), '--since', world.path('answer')).json;
    assert.equal(rest.segments, 1);
    assert.ok(rest.bytes * 3 < first.bytes, `${rest.bytes} of ${first.bytes}`);
    assert.equal(bundle(world, 'B2', 'import', world.path('rest')).json.applied, 1);
    assert.deepEqual(world.client('B2', '--json', 'journal', 'list').lines, world.client('B', '--json', 'journal', 'list').lines);

    copyFileSync(world.path('rest'), world.path('alone'));
    const space = world.client('B', '--json', 'status').json.spaces.find((one) => one.kind === 'school').space;
    const only = bundle(world, 'B', 'export', '--to', world.path('only'), '--space', space).json;
    assert.equal(only.spaces, 1);
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('public'), '--no-personal').json.spaces, 1);
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('x'), '--space', 'ff'.repeat(16)).status, 1);
    assert.equal(bundle(world, 'B', 'export', '--to', world.path('x'), '--space', 'nonsense').status, 2);
    assert.ok(!existsSync(world.path('x')));
  } finally {
    await world.close();
  }
});
