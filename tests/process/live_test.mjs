// Clients that stay connected: what one brings is there on the other at once.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer, metrics, socket, upgraded } from './peer.mjs';
import { Proxy } from './proxy.mjs';
import { World, entries, jsonLines, program } from './support.mjs';

// A sanitizer has a memory of its own.
const sanitized = /asan|tsan/.test(process.env.SEJAWAT_BUILD ?? process.env.SEJAWAT_BIN);

async function until(what, milliseconds = 10000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await sleep(10);
  }
}

// `sync --watch` and its events, each with the time of its arrival here.
class Watch {
  constructor(world, home, ...args) {
    this.events = [];
    this.child = spawn(program('sejawat'), ['--home', world.path(home), '--json', 'sync', '--watch', ...args], {
      env: { ...process.env, ...world.env },
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
    let rest = '';
    this.child.stdout.on('data', (part) => {
      const lines = (rest + part).split('\n');
      rest = lines.pop();
      for (const line of lines) this.events.push({ ...JSON.parse(line), at: Date.now() });
    });
    this.error = '';
    this.child.stderr.on('data', (part) => (this.error += part));
  }
  of(kind) {
    return this.events.filter((event) => event.event === kind);
  }
  count(kind) {
    return this.of(kind).length;
  }
  get received() {
    return this.events.reduce((sum, event) => sum + (event.received ?? 0), 0);
  }
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }
}

// A school, with B's second device B2.
async function twoDevices(world) {
  const server = await world.school();
  const recovered = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
  assert.equal(recovered.status, 0, recovered.err);
  world.client('B', 'sync');
  return server;
}
const write = (world, home, text) => world.client(home, 'journal', 'add', '--event', 'pupils', text);

test('what one device brings is on the other within a second, and a signal ends the watch with success', async () => {
  const world = new World();
  let watch;
  try {
    await twoDevices(world);
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    const first = watch.of('synced')[0];
    assert.ok(first.frame_bytes_up + first.frame_bytes_down <= 230 + 90, 'a no-op, and one more on the live line');
    write(world, 'B', 'halo dari ponsel');
    const sent = world.client('B', '--json', 'sync');
    const sentAt = Date.now();
    assert.equal(sent.json.pending, 0);
    await until(() => watch.count('arrived') === 1);
    assert.ok(watch.of('arrived')[0].at - sentAt < 1000);
    assert.equal(watch.received, 1);
    assert.equal(await watch.stop(), 0, watch.error);
    assert.equal(world.client('B2', '--json', 'journal', 'list').lines.length, 1, 'what arrived is durable');
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    assert.equal(await watch.stop('SIGINT'), 0, watch.error);
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('while a watch has the store, another command waits and then says so', async () => {
  const world = new World();
  let watch;
  try {
    await twoDevices(world);
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    const refused = world.client('B2', '--json', 'status');
    assert.equal(JSON.parse(refused.err).error, 'store_locked');
    assert.match(world.client('B2', 'sync', '--help').out, /store is in use/);
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a command that waits for the store goes on once the watch has let go of it', async () => {
  const world = new World();
  let watch;
  try {
    await twoDevices(world);
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    const started = Date.now();
    const waiting = world.clientAside('B2', '--json', 'status');
    await sleep(500);
    assert.equal(await watch.stop(), 0, watch.error);
    const done = await waiting;
    assert.equal(done.status, 0, done.err);
    assert.equal(JSON.parse(done.out).pending, 0);
    assert.ok(Date.now() - started >= 500, 'it had to wait');
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a watch outlives its server: it says offline, comes back by itself, and misses nothing', async () => {
  const world = new World();
  let watch;
  try {
    const server = await twoDevices(world);
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    await server.end();
    const offline = await until(() => watch.of('offline')[0]);
    assert.equal(offline.error, 'offline');
    assert.ok(offline.retry_ms >= 500 && offline.retry_ms <= 1000, `${offline.retry_ms}`);
    write(world, 'B', 'sementara terputus');
    await sleep(1200);
    const again = await world.server(server.endpoint);
    world.client('B', 'sync');
    await until(() => watch.received === 1, 15000);
    const waits = watch.of('offline').map((event) => event.retry_ms);
    assert.ok(Math.max(...waits) <= 60000);
    write(world, 'B', 'sesudah kembali');
    world.client('B', 'sync');
    await until(() => watch.received === 2);
    await again.end('SIGKILL');
    await until(() => watch.events.at(-1).event === 'offline');
    assert.equal(await watch.stop(), 0, 'a signal ends the pause, too');
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a membership that changes reaches a live device: a newcomer is boxed the key without anybody typing', async () => {
  const world = new World();
  let watch;
  try {
    await world.school();
    const link = world.client('A', '--json', 'invite', '--role', 'teacher').json.link;
    watch = new Watch(world, 'A');
    await until(() => watch.count('synced') === 1);
    const joined = world.client('C', 'join', link, '--name', 'Bu Cici');
    assert.equal(joined.status, 0, joined.err);
    // Whatever the watching admin owes the newcomer goes up by itself: nothing stays pending.
    await until(async () => watch.of('synced').every((event) => event.pending === 0));
    assert.equal(await watch.stop(), 0);
    assert.equal(world.client('A', '--json', 'sync').json.sent, 0);
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a reader that stops reading and says goodbye keeps nothing of the server', async () => {
  const world = new World();
  let proxy;
  let watch;
  try {
    const server = await twoDevices(world);
    let gate = Promise.resolve();
    proxy = await Proxy.open(server.endpoint, { down: async (chunk) => (await gate, chunk) });
    watch = new Watch(world, 'B2', '--server', proxy.via(server.address));
    await until(async () => (await metrics(server.endpoint)).live_peers === 1);
    gate = new Promise(() => {});
    // Until a push does not leave any more.
    for (let round = 0; round < 60 && !(await metrics(server.endpoint)).slow_readers_total; ++round) {
      const event = () => ({ domain: 'pupils', happened: randomBytes(600).toString('base64') });
      world.input = Array.from({ length: 14 }, () => JSON.stringify({ date: '2026-11-24', events: [event(), event(), event(), event()] })).join('\n') + '\n';
      world.client('B', 'journal', 'add', '--from', '-');
      assert.equal(world.client('B', 'sync').status, 0);
    }
    const before = await metrics(server.endpoint);
    assert.ok(before.slow_readers_total >= 1);
    const port = Number(server.endpoint.split(':').at(-1));
    for (const line of proxy.sockets) if (line.remotePort === port) line.end();
    await until(async () => {
      const now = await metrics(server.endpoint);
      return now.live_peers === 0 && now.connections < before.connections;
    }, 5000);
  } finally {
    await watch?.stop('SIGKILL');
    await proxy?.close();
    await world.close();
  }
});

test('inside TLS with a certificate of its own making: both ways of syncing work, and the address says so', async () => {
  const world = new World();
  let watch;
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=sekolah', '-keyout', world.path('key.pem'), '-out', world.path('cert.pem')], { stdio: 'ignore' });
    const large = randomBytes(3 << 20);
    mkdirSync(world.path('web'));
    writeFileSync(world.path('web/large.bin'), large);
    world.serveFlags = ['--tls-cert', world.path('cert.pem'), '--tls-key', world.path('key.pem'), '--web', world.path('web')];
    const running = await world.school();
    assert.match(running.address, /^sejawats:\/\//);
    assert.equal(world.created.status, 0, world.created.err);
    assert.equal(world.joined.status, 0, world.joined.err);
    assert.match(world.invited.json.link, /^sejawats:/);
    const recovered = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', running.address);
    assert.equal(recovered.status, 0, recovered.err);
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    write(world, 'B', 'lewat TLS');
    const sent = world.client('B', '--json', 'sync');
    assert.equal(sent.status, 0, sent.err);
    await until(() => watch.received >= 1);
    world.input = jsonLines(entries(600));
    world.client('B', 'journal', 'add', '--from', '-');
    world.input = '';
    const before = watch.received;
    const many = world.client('B', '--json', 'sync').json;
    assert.equal(many.pending, 0);
    await until(() => watch.received >= before + many.sent);
    assert.equal(await watch.stop(), 0, watch.error);
    assert.equal(world.client('B2', '--json', 'journal', 'list').lines.length, 601, 'messages larger than a TLS record');
    // A file larger than all buffers on the way, to a reader that takes its time.
    const got = await new Promise((resolve, reject) => {
      https.get(`https://${running.endpoint}/large.bin`, { rejectUnauthorized: false }, async (response) => {
        assert.match(response.headers['strict-transport-security'], /max-age/);
        const parts = [];
        for await (const part of response) {
          parts.push(part);
          if (parts.length % 20 === 0) await sleep(20);
        }
        resolve(Buffer.concat(parts));
      }).on('error', reject);
    });
    assert.ok(got.equals(large));
    // Not the key that the address names: TLS alone opens nothing.
    const other = running.address.replace(/#.(.)/, (found, kept) => (found[1] === 'A' ? '#B' : '#A') + kept);
    assert.equal(JSON.parse(world.client('B', '--json', 'sync', '--server', other).err.trim().split('\n').at(-1)).error, 'wrong_server_key');
    // Nothing older than TLS 1.2 is spoken, and a client without TLS hears nothing.
    assert.throws(() => execFileSync('openssl', ['s_client', '-connect', running.endpoint, '-tls1_1'], { stdio: 'pipe', input: '' }));
    const plain = world.client('B', '--json', 'sync', '--server', running.address.replace('sejawats', 'sejawat'));
    assert.notEqual(plain.status, 0);
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a reader that does not read costs one message, is let behind, holds up nobody, and catches up', async () => {
  const world = new World();
  const watches = [];
  let proxy;
  try {
    const server = await twoDevices(world);
    world.client('B3', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    world.client('B', 'sync');
    let open;
    let gate = Promise.resolve();
    proxy = await Proxy.open(server.endpoint, { down: async (chunk) => (await gate, chunk) });
    const slow = new Watch(world, 'B2', '--server', proxy.via(server.address));
    const quick = new Watch(world, 'B3');
    watches.push(slow, quick);
    await until(() => slow.count('synced') === 1 && quick.count('synced') === 1);
    gate = new Promise((resolve) => (open = resolve));
    let total = 0;
    for (let round = 0; round < 24; ++round) {
      // Random text stays as large as it is: each round is a push of some 50 KB.
      const event = () => ({ domain: 'pupils', happened: randomBytes(600).toString('base64') });
      const lines = Array.from({ length: 14 }, () => JSON.stringify({ date: '2026-11-24', events: [event(), event(), event(), event()] }));
      total += lines.length;
      world.input = lines.join('\n') + '\n';
      const added = world.client('B', 'journal', 'add', '--from', '-');
      assert.equal(added.status, 0, added.err);
      const before = quick.received;
      const sent = world.client('B', '--json', 'sync');
      const sentAt = Date.now();
      assert.equal(sent.json?.pending, 0, sent.err);
      await until(() => quick.received >= before + sent.json.sent, 1000);
      assert.ok(Date.now() - sentAt < 1000);
    }
    const counted = await metrics(server.endpoint);
    assert.ok(counted.slow_readers_total >= 1, 'the slow one was let behind');
    assert.ok(slow.received < total);
    const memory = Number(execFileSync('ps', ['-o', 'rss=', '-p', `${server.pid}`], { encoding: 'utf8' }));
    if (!sanitized) assert.ok(memory < 64 * 1024, `${memory} KB`);
    open();
    const entries = (home) => world.client(home, '--json', 'journal', 'list').lines.length;
    await until(() => slow.received > 0 && slow.received === quick.received, 20000);
    for (const watch of watches) assert.equal(await watch.stop(), 0, watch.error);
    assert.equal(entries('B3'), total);
    assert.equal(entries('B2'), total);
  } finally {
    for (const watch of watches) await watch.stop('SIGKILL');
    await proxy?.close();
    await world.close();
  }
});

test('a line that is only silent stays, one that is gone is let go, and its client finds out and comes back', async () => {
  const world = new World();
  let watch;
  try {
    world.serveFlags = ['--live-idle', '2'];
    const server = await twoDevices(world);
    const silent = await upgraded(server.endpoint);
    const start = Date.now();
    watch = new Watch(world, 'B2');
    await until(() => watch.count('synced') === 1);
    const took = (await silent.closed) - start;
    assert.ok(took < 4000, 'a ping that is not answered ends a connection');
    await sleep(4000);
    assert.equal(watch.count('offline'), 0, 'an answered one keeps it');
    watch.child.kill('SIGSTOP');
    await until(async () => (await metrics(server.endpoint)).live_peers === 0);
    watch.child.kill('SIGCONT');
    await until(() => watch.count('offline') === 1);
    write(world, 'B', 'sementara beku');
    world.client('B', 'sync');
    await until(() => watch.received === 1);
    assert.equal(await watch.stop(), 0, watch.error);
  } finally {
    await watch?.stop('SIGKILL');
    await world.close();
  }
});

test('a drain tells live peers to come again, finishes what is under way, and ends in time', async () => {
  const world = new World();
  try {
    const server = await twoDevices(world);
    const idle = await socket(server.endpoint);
    const peer = new Peer(server.address);
    idle.send(peer.first());
    peer.second(await idle.next());
    // A commit that takes a second: its upload is under way when the signal comes.
    await server.end();
    world.prefix = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:delay_enter=1000000'];
    world.env = { ASAN_OPTIONS: 'detect_leaks=0' }; // it cannot look for leaks while it is traced
    const delayed = await world.server(server.endpoint);
    world.prefix = [];
    const live = await socket(delayed.endpoint);
    write(world, 'B', 'di tengah jalan');
    const upload = world.clientAside('B', '--json', 'sync');
    await until(async () => (await metrics(delayed.endpoint)).posts_total === 1);
    const start = Date.now();
    process.kill(delayed.pid, 'SIGTERM');
    assert.equal(await live.closed, 1001);
    const done = await upload;
    assert.equal(done.status, 0, done.err);
    assert.equal(JSON.parse(done.out).pending, 0, 'what was under way was acknowledged');
    assert.ok(Date.now() - start < 4000);
    assert.equal(await delayed.ended, 0);
    await assert.rejects(socket(delayed.endpoint));
  } finally {
    await world.close();
  }
});

test('a drain waits for nobody who does not answer, and a second signal ends the server at once', async () => {
  const world = new World();
  try {
    const server = await twoDevices(world);
    // Told to close, this one says nothing and stays.
    const deaf = await upgraded(server.endpoint);
    let start = Date.now();
    process.kill(server.pid, 'SIGTERM');
    assert.equal(await server.ended, 0);
    assert.equal(deaf.code(), 1001);
    assert.ok(Date.now() - start > 3000 && Date.now() - start < 7000);
    const again = await world.server(server.endpoint);
    await upgraded(again.endpoint);
    start = Date.now();
    process.kill(again.pid, 'SIGTERM');
    await sleep(300);
    process.kill(again.pid, 'SIGTERM');
    assert.equal(await again.ended, 1);
    assert.ok(Date.now() - start < 1500);
  } finally {
    await world.close();
  }
});

test('a full queue is answered with "later", on both ways in, and the client keeps what it has', async () => {
  const world = new World();
  try {
    const server = await twoDevices(world);
    await server.end();
    world.prefix = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:delay_enter=2000000'];
    world.serveFlags = ['--queue', '1'];
    const delayed = await world.server(server.endpoint);
    world.prefix = [];
    write(world, 'B', 'yang pertama');
    write(world, 'A', 'yang kedua');
    const first = world.clientAside('B', '--json', 'sync');
    await until(async () => (await metrics(delayed.endpoint)).posts_total === 1);
    const waits = fetch(`http://${delayed.endpoint}/sync`, { method: 'POST', body: new Peer(delayed.address).first() });
    await until(async () => (await metrics(delayed.endpoint)).writer_waiting === 1);
    const refused = await fetch(`http://${delayed.endpoint}/sync`, { method: 'POST', body: new Peer(delayed.address).first() });
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
    const live = await socket(delayed.endpoint);
    live.send(new Peer(delayed.address).first());
    assert.equal(await live.closed, 1013);
    const later = await world.clientAside('A', '--json', 'sync');
    assert.equal(later.status, 3);
    assert.equal(later.error.error, 'timed_out');
    assert.equal((await waits).status, 200);
    assert.equal((await first).status, 0);
    assert.ok((await metrics(delayed.endpoint))['refused_total{reason="busy"}'] >= 3);
    assert.equal(world.client('A', '--json', 'sync').json.pending, 0);
  } finally {
    await world.close();
  }
});
