// What a connection costs the server before anybody is known on it, in each state that a stranger can keep it in. User space
// alone, as the growth of the process: the kernel's part is not ours to choose.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostOf } from '../process/peer.mjs';
import { World } from '../process/support.mjs';

const upgrade = 'GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const body = (sent) => `POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n${'a'.repeat(sent)}`;
// What an allocator that a sanitizer replaces takes says nothing.
const skip = /asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '') && 'memory is the sanitizer’s';

const resident = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024;

// Opens `count` connections, all within the time that a stranger has, and says how much each took.
async function cost(server, count, connect) {
  const sockets = [];
  const open = async (many) => {
    for (let at = 0; at < many; at += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(100, many - at) }, connect))));
    }
    await sleep(300);
  };
  try {
    await open(100); // what only the first ones need
    const before = resident(server.pid);
    await open(count);
    const each = (resident(server.pid) - before) / count;
    assert.equal(sockets.filter((socket) => socket.destroyed).length, 0, 'all of them are there');
    return each;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function plain(endpoint, said, answers = false) {
  const { host, port } = hostOf(endpoint);
  return () => new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => {
      if (said) socket.write(said);
      if (!answers) resolve(socket);
    });
    socket.once('data', () => resolve(socket));
    socket.on('error', reject);
  });
}

const flags = ['--max-strangers', '20000', '--max-connections', '20000'];

test("a stranger's connection takes 4 KiB at most in whatever state it is kept, 6 KiB after an upgrade", { skip }, async (t) => {
  for (const [name, said, answers, most] of [
    ['before its first byte', '', false, 4096],
    ['after one byte', 'P', false, 4096],
    ['after part of a head', 'POST /sync HTTP/1.1\r\nHost: sekolah.example\r\nContent-Le', false, 4096],
    ['after the head of 60,000 bytes that do not come', body(0), false, 4096],
    ['after the first byte of them', body(1), false, 4096],
    ['after an upgrade, before its first message', upgrade, true, 6144],
  ]) {
    const world = new World();
    try {
      world.serveFlags = flags;
      const server = await world.server();
      const each = await cost(server, 2000, plain(server.endpoint, said, answers));
      t.diagnostic(`${name}: ${Math.round(each)} bytes`);
      assert.ok(each <= most, `${name}: ${each} bytes`);
    } finally {
      await world.close();
    }
  }
});

test("a stranger's connection inside TLS takes 24 KiB at most", { skip }, async (t) => {
  const world = new World();
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=sekolah', '-keyout', world.path('key.pem'), '-out', world.path('cert.pem')], { stdio: 'ignore' });
    world.serveFlags = [...flags, '--tls-cert', world.path('cert.pem'), '--tls-key', world.path('key.pem')];
    const server = await world.server();
    const { host, port } = hostOf(server.endpoint);
    const each = await cost(server, 500, () => new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, rejectUnauthorized: false }, () => resolve(socket));
      socket.on('error', reject);
    }));
    t.diagnostic(`${Math.round(each)} bytes`);
    assert.ok(each <= 24576, `${each} bytes`);
  } finally {
    await world.close();
  }
});
