// Words as weapons: names and texts that would steer a terminal, break a log line or a query, and canaries that must be
// nowhere but on the devices of those who may read them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Peer, get, raw } from '../process/peer.mjs';
import { World, jsonLines, program } from '../process/support.mjs';

const wicked = ['Bu \x1b[2J\x1b]0;judul\x07Ani', "Robert'); DROP TABLE record;--", 'Pak\nBudi  admin\nPak', 'Bu \u009b31mMerah', '\u202etxt.exe', '"};{"level":"x'];
// What may not reach a terminal from somebody else: C0 but newline and tab, DEL, C1, and what turns the direction.
// eslint-disable-next-line no-control-regex
const harmful = /[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

test("a colleague's name does not steer a terminal, and is one line of a list", async () => {
  const world = new World();
  try {
    await world.school();
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher', '--uses', '20').json;
    wicked.forEach((name, i) => {
      const joined = world.client(`jahat${i}`, 'join', link, '--name', name, '--card-file', world.path(`jahat${i}.card`));
      assert.equal(joined.status, 0, joined.err);
    });
    assert.equal(world.client('A', 'sync').status, 0);
    const members = world.client('A', '--json', 'member', 'list').lines;
    for (const name of wicked) assert.ok(members.some((member) => member.name === name), `${JSON.stringify(name)}: a program reads it as it is`);
    const shown = world.client('A', 'member', 'list').out;
    assert.doesNotMatch(shown, harmful);
    assert.equal(shown.trimEnd().split('\n').length, members.length);
    world.client('C', 'init', '--name', 'x', '--card-file', world.path('C.card'));
    world.input = jsonLines([{ date: '2026-11-24', class: wicked[0], subject: wicked[3], events: [{ domain: 'pupils', happened: wicked.join('\n') }] }]);
    assert.equal(world.client('C', 'journal', 'add', '--from', '-').status, 0);
    world.input = '';
    for (const command of [['journal', 'list'], ['journal', 'search', 'Robert'], ['status'], ['device', 'list']]) {
      const done = world.client('C', ...command);
      assert.equal(done.status, 0, done.err);
      assert.doesNotMatch(done.out, harmful, command.join(' '));
    }
    assert.match(world.client('C', 'journal', 'list').out, /DROP TABLE record;--/, 'what harms nobody stays');
  } finally {
    await world.close();
  }
});

test('a name of a hundred kilobytes is refused, and so is a text of a megabyte, and one that is no UTF-8', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const long = world.client('Z', 'init', '--name', 'x'.repeat(100_000), '--card-file', world.path('Z.card'));
    assert.notEqual(long.status, 0);
    const community = world.client('B', 'community', 'create', '--name', 'x'.repeat(100_000), '--kind', 'school', '--server', server.address);
    assert.notEqual(community.status, 0);
    world.input = `${JSON.stringify({ date: '2026-11-24', events: [{ domain: 'pupils', happened: 'x'.repeat(1 << 20) }] })}\n`;
    const huge = world.client('B', '--json', 'journal', 'add', '--from', '-');
    assert.notEqual(huge.status, 0);
    assert.match(JSON.parse(huge.err.trim().split('\n').at(-1)).detail, /line 1: happened: too long; nothing was imported/);
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, 0);
    world.input = Buffer.from([...Buffer.from('{"date":"2026-11-24","events":[{"domain":"pupils","happened":"'), 0xff, 0xc0, ...Buffer.from('"}]}\n')]);
    const broken = world.client('B', '--json', 'journal', 'add', '--from', '-');
    assert.notEqual(broken.status, 0);
    assert.equal(broken.out, '');
  } finally {
    await world.close();
  }
});

test('whatever a stranger puts into a request, each line of the log stays one JSON object and says none of it', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const mark = 'KENARI7731';
    const evil = `${mark}"},"level":"critical"\x1b[31m`;
    const peer = () => new Peer(server.address).first();
    await raw(server.endpoint, `GET /${evil} HTTP/1.1\r\nHost: ${evil}\r\nConnection: close\r\n\r\n`);
    await raw(server.endpoint, `POST /sync?${mark} HTTP/1.1\r\nHost: x\r\nOrigin: https://${mark}.example\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc`);
    await raw(server.endpoint, `GET /sync HTTP/1.1\r\nHost: x\r\nUser-Agent: ${mark}\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`, 500);
    await fetch(`http://${server.endpoint}/sync`, { method: 'POST', headers: { 'User-Agent': mark, Cookie: mark }, body: peer() });
    const metrics = await get(server.endpoint, '/metrics');
    assert.doesNotMatch(metrics, new RegExp(mark));
    await server.end();
    const lines = readFileSync(world.path('server.log'), 'utf8').trimEnd().split('\n');
    assert.ok(lines.length > 3);
    for (const line of lines) {
      const said = JSON.parse(line);
      assert.deepEqual(Object.keys(said), ['time', 'level', 'message'], line);
      assert.doesNotMatch(line, new RegExp(mark));
      assert.doesNotMatch(line, /127\.0\.0\.1/, 'no address of a person');
    }
  } finally {
    await world.close();
  }
});

test('a canary in every field is nowhere on the server, in its log, its metrics or its answers, nor in a core dump', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const canary = (field) => `kenari-${field}-90817`;
    world.input = jsonLines([{ date: '2026-11-24', class: canary('class'), subject: canary('subject'), mood: canary('mood'), tags: [canary('tag')],
      events: [{ domain: 'teacher', happened: canary('happened'), expected: canary('expected'), gap: canary('gap') }] }]);
    const added = world.client('B', '--json', 'journal', 'add', '--from', '-');
    assert.equal(added.status, 0, added.err);
    world.input = '';
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher').json;
    world.client('C', 'join', link, '--name', canary('name'), '--card-file', world.path('C.card'));
    world.client('C', '--json', 'community', 'create', '--name', canary('community'), '--kind', 'cluster', '--server', server.address);
    for (const home of ['B', 'C', 'A']) world.client(home, 'sync');
    const found = [];
    const look = (where, bytes) => bytes.includes('kenari-') && found.push(where);
    look('metrics', await get(server.endpoint, '/metrics'));
    look('readyz', await get(server.endpoint, '/readyz'));
    const limits = readFileSync(`/proc/${server.pid}/limits`, 'utf8');
    assert.match(limits, /Max core file size\s+0\s+0/, 'no core dump');
    const client = spawn(program('sejawat'), ['--home', world.path('B'), 'sync', '--watch'], { stdio: 'ignore' });
    let dumps;
    for (let i = 0; i < 100 && !/size\s+0\s+0/.test(dumps?.match(/Max core.*/)?.[0] ?? ''); ++i) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      dumps = readFileSync(`/proc/${client.pid}/limits`, 'utf8');
    }
    assert.match(dumps, /Max core file size\s+0\s+0/);
    client.kill('SIGTERM');
    for (const name of readdirSync(world.path('S'))) look(name, readFileSync(path.join(world.path('S'), name)));
    await server.end();
    for (const name of readdirSync(world.path('S'))) look(name, readFileSync(path.join(world.path('S'), name)));
    look('log', readFileSync(world.path('server.log')));
    // On the devices, too, nothing stands open.
    for (const home of ['A', 'B', 'C']) {
      for (const name of readdirSync(world.path(home))) look(`${home}/${name}`, readFileSync(path.join(world.path(home), name)));
    }
    assert.deepEqual(found, []);
    assert.match(world.client('B', 'journal', 'list').out, /kenari-happened/);
  } finally {
    await world.close();
  }
});
