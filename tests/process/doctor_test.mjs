// What an operator asks of a server before and beside its work.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { Peer } from './peer.mjs';
import { World, entries, jsonLines } from './support.mjs';

const server = (world, ...args) => world.run('sejawat-server', '--json', '--lang', 'en', ...args);
const findings = (done) => Object.fromEntries(done.lines.map((line) => [line.check, line]));

async function freePort() {
  const held = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => held.once('listening', resolve));
  const { port } = held.address();
  await new Promise((resolve) => held.close(resolve));
  return port;
}

test('doctor names what is fit and what is not, and leaves nothing behind', async () => {
  const world = new World();
  try {
    const running = await world.school();
    world.input = jsonLines(entries(5));
    world.client('B', 'journal', 'add', '--from', '-');
    world.client('B', 'sync');
    const beside = server(world, 'doctor', '--data', world.path('S'), '--listen', running.endpoint);
    assert.equal(beside.status, 0, beside.out);
    assert.match(findings(beside).database.detail, /a server is using it/);
    assert.match(findings(beside).port.detail, /in use, as a server runs/);
    await running.end();

    const left = () => readdirSync(world.path('S')).filter((name) => !name.endsWith('-wal')).sort();
    const files = left();
    const done = server(world, 'doctor', '--data', world.path('S'), '--listen', running.endpoint, '--walk');
    assert.equal(done.status, 0, done.out);
    const found = findings(done);
    assert.deepEqual(Object.keys(found).sort(),
      ['clock', 'database', 'disk_space', 'file_system', 'folder', 'fsync', 'port', 'sqlite']);
    assert.match(found.database.detail, /3 spaces, \d+ segments, every chain/);
    assert.match(found.fsync.detail, /microseconds/);
    assert.deepEqual(left(), files);
    assert.match(world.run('sejawat-server', '--lang', 'en', 'doctor', '--data', world.path('S'), '--listen', running.endpoint).out, /Fit to serve/);

    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const busy = server(world, 'doctor', '--data', world.path('S'), '--listen', `127.0.0.1:${taken.address().port}`);
    assert.equal(busy.status, 1);
    assert.equal(findings(busy).port.state, 'failed');
    taken.close();

    chmodSync(world.path('S', 'server.key'), 0o644);
    const open = server(world, 'doctor', '--data', world.path('S'), '--listen', running.endpoint);
    assert.equal(open.status, 1);
    assert.match(findings(open).folder.detail, /server\.key/);
    chmodSync(world.path('S', 'server.key'), 0o600);
    const bytes = readFileSync(world.path('S', 'carrier.db'));
    bytes.fill(0x41, 0, 64);
    writeFileSync(world.path('S', 'carrier.db'), bytes);
    const damaged = server(world, 'doctor', '--data', world.path('S'), '--listen', running.endpoint);
    assert.equal(damaged.status, 1);
    assert.equal(findings(damaged).database.state, 'failed');
    assert.equal(server(world, 'doctor', '--data', world.path('nowhere')).status, 1);
  } finally {
    await world.close();
  }
});

test('doctor reads how long a certificate holds', async () => {
  const world = new World();
  try {
    mkdirSync(world.path('S'), { mode: 0o700 });
    const make = (name, days) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-keyout', world.path(`${name}.key`), '-out', world.path(`${name}.pem`), '-days', String(days), '-subj', '/CN=localhost'], { stdio: 'ignore' });
    make('long', 90);
    make('short', 5);
    const look = (name) => server(world, 'doctor', '--data', world.path('S'), '--listen', '127.0.0.1:0', '--tls-cert', world.path(name));
    assert.match(findings(look('long.pem')).certificate.detail, /^(89|90) days left/);
    assert.equal(findings(look('short.pem')).certificate.state, 'warning');
    execFileSync('openssl', ['req', '-new', '-key', world.path('long.key'), '-out', world.path('ended.csr'), '-subj', '/CN=localhost'], { stdio: 'ignore' });
    execFileSync('openssl', ['x509', '-req', '-in', world.path('ended.csr'), '-signkey', world.path('long.key'), '-days', '0', '-out', world.path('ended.pem')],
      { stdio: 'ignore' });
    const ended = look('ended.pem');
    assert.equal(findings(ended).certificate.state, 'failed', 'also on its last day');
    assert.equal(ended.status, 1);
    const said = world.run('sejawat-server', '--lang', 'en', 'doctor', '--data', world.path('S'), '--listen', '127.0.0.1:0', '--tls-cert', world.path('ended.pem')).out;
    assert.match(said, /FAILED certificate: ended 0 days ago/);
    assert.match(said, /Not fit to serve/);
    assert.doesNotMatch(said, /GAGAL/);
    assert.equal(look('long.key').status, 1);
    assert.equal(look('missing').status, 1);
  } finally {
    await world.close();
  }
});

test('quota and devices say what a server can know, and no more', async () => {
  const world = new World();
  try {
    const running = await world.school();
    world.input = jsonLines(entries(20));
    world.client('B', 'journal', 'add', '--from', '-');
    world.client('B', 'sync');
    world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', running.address);
    assert.equal(server(world, 'devices', '--data', world.path('S')).status, 1, 'not beside a running server');
    await running.end();
    const devices = server(world, 'devices', '--data', world.path('S')).lines;
    assert.equal(devices.length, 3);
    assert.equal(new Set(devices.map((row) => row.person)).size, 2);
    const rows = server(world, 'quota', '--data', world.path('S'), '--quota-personal', '10KB').lines;
    assert.equal(rows.length, 3);
    assert.ok(rows.some((row) => row.kind === 'personal' && row.quota === 10240 && row.percent > 0), JSON.stringify(rows));
    assert.ok(rows.find((row) => row.kind === 'school').quota > 2 ** 31);
  } finally {
    await world.close();
  }
});

test('a server behind a wildcard announces the name that it was given, and warns without one', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--public', 'sekolah.example'];
    const named = await world.server('0.0.0.0:0');
    assert.match(named.address, /^sejawat:\/\/sekolah\.example:\d+\/#/);
    assert.match(named.operator_invite, /^sejawat:\/\/sekolah\.example:\d+\/#i1\./);
    await named.end();
    assert.equal(server(world, 'address', '--data', world.path('S')).json.address, named.address);
    world.serveFlags = ['--public', 'sekolah.example:443'];
    const port = await world.server('0.0.0.0:0');
    assert.match(port.address, /^sejawat:\/\/sekolah\.example:443\/#/);
    await port.end();
    world.serveFlags = ['--public', '[2001:db8::7]'];
    const six = await world.server('127.0.0.1:0');
    assert.match(six.address, /^sejawat:\/\/\[2001:db8::7\]:\d+\/#/);
    await six.end();
    // What stands before this server has the certificate, and asks us by another name.
    world.serveFlags = ['--public', 'sejawats://Jurnal.example'];
    const at = `127.0.0.1:${await freePort()}`;
    const behind = await world.server(at);
    assert.match(behind.address, /^sejawats:\/\/jurnal\.example:443\/#/i);
    assert.match(behind.operator_invite, /^sejawats:/);
    const post = (origin) => fetch(`http://${at}/sync`, { method: 'POST', headers: { Origin: origin }, body: new Peer(behind.address).first() });
    assert.equal((await post('https://jurnal.example')).status, 200, 'its own page');
    assert.equal((await post('http://jurnal.example')).status, 403);
    assert.equal((await post('https://jahat.example')).status, 403);
    await behind.end();
    const printed = (...args) => server(world, 'address', '--data', world.path('S'), ...args).json.address;
    assert.match(printed('--listen', '192.0.2.1:8787'), /^sejawats:\/\/192\.0\.2\.1:8787\/#/, 'as it was announced last');
    assert.match(printed('--listen', 'sejawat://192.0.2.1:8787'), /^sejawat:\/\/192\.0\.2\.1:8787\/#/);
    world.serveFlags = ['--public', 'sejawats://jurnal.example:8443'];
    const other = await world.server('127.0.0.1:0');
    assert.match(other.address, /^sejawats:\/\/jurnal\.example:8443\/#/);
    await other.end();
    for (const wrong of ['a b', 'http://x', 'sejawats://', 'sejawats://x/y', 'sejawat://sejawat://x', 'x:99999', ':80', 'x/y']) {
      const refused = server(world, 'serve', '--data', world.path('S'), '--listen', '127.0.0.1:0', '--public', wrong);
      assert.equal(refused.status, 2, wrong);
    }
    assert.doesNotMatch(readFileSync(world.path('server.log'), 'utf8'), /nobody_can_use/);
    world.serveFlags = [];
    await (await world.server('0.0.0.0:0')).end();
    assert.match(readFileSync(world.path('server.log'), 'utf8'), /nobody_can_use_this_address/);
  } finally {
    await world.close();
  }
});
