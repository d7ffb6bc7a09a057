// HTTP that means harm: names that climb, heads and bodies without end, pages of other hosts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { Peer, get, hostOf, metrics, raw, socket, statusOf } from '../process/peer.mjs';
import { World } from '../process/support.mjs';

function site(world) {
  const root = world.path('web');
  for (const folder of ['web', 'web/assets', 'web/.git', 'web/sub']) mkdirSync(world.path(folder), { recursive: true });
  writeFileSync(`${root}/index.html`, '<!doctype html><title>Sejawat</title>');
  writeFileSync(`${root}/sub/index.html`, 'bawah');
  writeFileSync(`${root}/assets/index-B7xQ_92a.js`, 'export {};\n'.repeat(200));
  writeFileSync(`${root}/assets/index-B7xQ_92a.js.br`, 'not really brotli');
  writeFileSync(`${root}/assets/core-0123abcd.wasm`, Buffer.from([0, 0x61, 0x73, 0x6d]));
  writeFileSync(`${root}/with space.txt`, 'spasi');
  writeFileSync(`${root}/.env`, 'RAHASIA');
  writeFileSync(`${root}/.git/config`, 'RAHASIA');
  writeFileSync(world.path('secret.txt'), 'RAHASIA');
  symlinkSync(world.path('secret.txt'), `${root}/link.txt`);
  symlinkSync(world.root, `${root}/up`);
  world.serveFlags = ['--web', root];
}

test('files are served with their type, their tag and their age, and a browser is told to trust nothing else', async () => {
  const world = new World();
  try {
    site(world);
    const { endpoint } = await world.server();
    const page = await get(endpoint, '/');
    assert.equal(statusOf(page), 200);
    assert.match(page, /Content-Type: text\/html; charset=utf-8\r\n/);
    assert.match(page, /Cache-Control: no-cache\r\n/);
    assert.match(page, /script-src 'self' 'wasm-unsafe-eval'/);
    for (const header of ['X-Content-Type-Options: nosniff', 'Referrer-Policy: no-referrer', "frame-ancestors 'none'",
      'Cross-Origin-Opener-Policy: same-origin', 'Cross-Origin-Embedder-Policy: require-corp']) {
      assert.ok(page.includes(header), header);
    }
    const etag = page.match(/ETag: ("[^"]+")/)[1];
    const unchanged = await get(endpoint, '/', `If-None-Match: ${etag}\r\n`);
    assert.equal(statusOf(unchanged), 304);
    assert.ok(unchanged.endsWith('\r\n\r\n'));
    const script = await get(endpoint, '/assets/index-B7xQ_92a.js');
    assert.match(script, /Content-Type: text\/javascript/);
    assert.match(script, /Cache-Control: public, max-age=31536000, immutable/);
    const packed = await get(endpoint, '/assets/index-B7xQ_92a.js', 'Accept-Encoding: gzip, br\r\n');
    assert.match(packed, /Content-Encoding: br\r\n/);
    assert.match(packed, /Content-Type: text\/javascript/);
    assert.ok(packed.endsWith('not really brotli'));
    assert.match(await get(endpoint, '/assets/core-0123abcd.wasm'), /Content-Type: application\/wasm/);
    assert.ok((await get(endpoint, '/sub/')).endsWith('bawah'));
    assert.ok((await get(endpoint, '/with%20space.txt?v=1')).endsWith('spasi'));
    // Whoever has the beginning goes on where the line was cut, as long as it is the same file.
    assert.match(script, /Accept-Ranges: bytes/);
    const tag = script.match(/ETag: ("[^"]+")/)[1];
    const rest = await get(endpoint, '/assets/index-B7xQ_92a.js', `Range: bytes=2195-\r\nIf-Range: ${tag}\r\n`);
    assert.equal(statusOf(rest), 206);
    assert.match(rest, /Content-Range: bytes 2195-2199\/2200\r\n/);
    assert.match(rest, /Content-Length: 5\r\n/);
    assert.ok(rest.endsWith('\r\n\r\n {};\n'));
    const other = await get(endpoint, '/assets/index-B7xQ_92a.js', 'Range: bytes=2195-\r\nIf-Range: "other"\r\n');
    assert.equal(statusOf(other), 200);
    assert.match(other, /Content-Length: 2200\r\n/);
    const beyond = await get(endpoint, '/assets/index-B7xQ_92a.js', 'Range: bytes=2200-\r\n');
    assert.equal(statusOf(beyond), 416);
    assert.match(beyond, /Content-Range: bytes \*\/2200\r\n/);
    const head = await raw(endpoint, `HEAD / HTTP/1.1\r\nHost: ${endpoint}\r\nConnection: close\r\n\r\n`);
    assert.match(head, /Content-Length: 37\r\n/);
    assert.ok(head.endsWith('\r\n\r\n'));
    const probe = await raw(endpoint, `HEAD /healthz HTTP/1.1\r\nHost: ${endpoint}\r\nConnection: close\r\n\r\n`);
    assert.ok(probe.startsWith('HTTP/1.1 200') && probe.endsWith('\r\n\r\n'));
    writeFileSync(world.path('web/index.html'), 'baru');
    assert.ok((await get(endpoint, '/', `If-None-Match: ${etag}\r\n`)).endsWith('baru'), 'a file that changed is read again');
  } finally {
    await world.close();
  }
});

test('no name leads out of the folder, to a hidden file, or through a link', async () => {
  const world = new World();
  try {
    site(world);
    const { endpoint } = await world.server();
    const names = ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/%2e%2e%2fsecret.txt', '/assets/../../secret.txt',
      '/..%5csecret.txt', '/..\\secret.txt', '//etc/passwd', '/%2fetc/passwd', '/link.txt', '/up/secret.txt', '/up/', '/.env',
      '/%2eenv', '/.git/config', '/assets/.%2e/../secret.txt', '/index.html%00.txt', '/assets', '/assets/', '/sub', '/%', '/%zz',
      '/' + 'a/'.repeat(20), '/./index.html', '/' + 'a'.repeat(2000), '/assets/..;/index.html', `http://${endpoint}/../secret.txt`];
    for (const name of names) {
      const answer = await get(endpoint, name);
      assert.ok([400, 404].includes(statusOf(answer)), `${name}: ${answer.split('\r\n')[0]}`);
      assert.ok(!answer.includes('RAHASIA') && !answer.includes('root:'), name);
    }
    for (const method of ['PUT', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND']) {
      const answer = await raw(endpoint, `${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.ok([400, 405].includes(statusOf(answer)), method);
    }
  } finally {
    await world.close();
  }
});

test('without a folder there is a page that says what this is', async () => {
  const world = new World();
  try {
    const { endpoint } = await world.server();
    const page = await get(endpoint, '/');
    assert.equal(statusOf(page), 200);
    assert.match(page, /Sejawat/);
    assert.equal(statusOf(await get(endpoint, '/index.html')), 404);
    assert.equal(statusOf(await get(endpoint, '/healthz')), 200);
    assert.equal(statusOf(await get(endpoint, '/readyz')), 200);
  } finally {
    await world.close();
  }
});

test('a head or a body that is too large, cut short or no HTTP is refused without being read', async () => {
  const world = new World();
  try {
    const server = await world.server();
    const { endpoint } = server;
    const post = (headers, body = '') => raw(endpoint, `POST /sync HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`);
    assert.equal(statusOf(await get(endpoint, '/', `X-Long: ${'a'.repeat(5000)}\r\n`)), 431);
    assert.equal(statusOf(await get(endpoint, '/', 'X-Many: b\r\n'.repeat(800))), 431);
    assert.equal(statusOf(await post('Content-Length: 65536\r\n')), 413);
    assert.equal(statusOf(await post('Content-Length: 99999999999999999999\r\n')), 400);
    assert.equal(statusOf(await post('Transfer-Encoding: chunked\r\n', `11000\r\n${'a'.repeat(0x11000)}\r\n0\r\n\r\n`)), 413);
    assert.equal(statusOf(await post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')), 400, 'two lengths');
    assert.equal(statusOf(await post('Content-Length: 5\r\nContent-Length: 6\r\n', 'aaaaa')), 400);
    assert.equal(statusOf(await post('Content-Length: 10\r\nConnection: close\r\n', 'a'.repeat(10))), 403, 'no Noise message');
    assert.equal(statusOf(await post('Content-Length: 0\r\nConnection: close\r\n')), 403);
    assert.equal(statusOf(await raw(endpoint, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')), 400);
    assert.equal(statusOf(await raw(endpoint, 'GET /sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')), 426);
    const counted = await metrics(endpoint);
    assert.ok(counted['refused_total{reason="malformed"}'] >= 5);
    const valid = await fetch(`http://${endpoint}/sync`, { method: 'POST', body: new Peer(server.address).first() });
    assert.equal(valid.status, 200, 'and whoever is in order is served');
  } finally {
    await world.close();
  }
});

// Behind a proxy the second one would be somebody else's.
test('what a refused request carries is never read as a request of its own', async () => {
  const world = new World();
  try {
    const { endpoint } = await world.server();
    const inner = `GET /healthz HTTP/1.1\r\nHost: ${endpoint}\r\n\r\n`;
    const sized = `Host: ${endpoint}\r\nContent-Length: ${inner.length}\r\n`;
    const chunked = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
    for (const [start, headers, body] of [['PUT /', sized, inner], ['DELETE /healthz', sized, inner], ['OPTIONS /sync', sized, inner],
      ['GET /sync', sized, inner], ['POST /', sized, inner], ['PUT /', `Host: ${endpoint}\r\nTransfer-Encoding: chunked\r\n`, chunked]]) {
      const answer = await raw(endpoint, `${start} HTTP/1.1\r\n${headers}\r\n${body}`, 5000);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, `${start}: ${answer}`);
      assert.match(answer, /Connection: close/, start);
    }
    const upgrade = `GET /sync HTTP/1.1\r\n${sized}Upgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';
    assert.equal(await raw(endpoint, upgrade, 5000), '', 'not upgraded with a body to come');
    // Without one the connection is kept.
    const two = `PUT / HTTP/1.1\r\nHost: ${endpoint}\r\n\r\n${inner}`;
    assert.equal((await raw(endpoint, two, 500)).match(/HTTP\/1\.1 /g)?.length, 2);
  } finally {
    await world.close();
  }
});

test('whoever sends a byte now and then is let go: in the head, in the body, in a frame', async () => {
  const world = new World();
  try {
    const { endpoint } = await world.server();
    const { host, port } = hostOf(endpoint);
    const drip = (start, every) => new Promise((resolve) => {
      const began = Date.now();
      const slow = net.connect(port, host);
      slow.on('error', () => {});
      slow.write(start);
      const timer = setInterval(() => slow.write('a'), every);
      slow.on('close', () => {
        clearInterval(timer);
        resolve(Date.now() - began);
      });
    });
    const head = drip('GET / HTTP/1.1\r\nX: ', 500);
    const body = drip('POST /sync HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n', 500);
    const silent = drip('', 1e9);
    const many = Promise.all(Array.from({ length: 200 }, () => drip('GET /', 1000)));
    await sleep(1000);
    const start = Date.now();
    assert.equal(statusOf(await get(endpoint, '/healthz')), 200);
    assert.ok(Date.now() - start < 500, 'nobody else waits for them');
    for (const took of [await head, await silent, ...(await many)]) assert.ok(took > 8000 && took < 13000, `${took}`);
    const took = await body;
    assert.ok(took > 25000 && took < 34000, `${took}`);
    assert.ok((await metrics(endpoint)).timeouts_total >= 203);
  } finally {
    await world.close();
  }
});

test('inside TLS, too: silence, rubbish and a hello byte by byte are let go, and others are served meanwhile', async () => {
  const world = new World();
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=sekolah', '-keyout', world.path('key.pem'), '-out', world.path('cert.pem')], { stdio: 'ignore' });
    world.serveFlags = ['--tls-cert', world.path('cert.pem'), '--tls-key', world.path('key.pem')];
    const { endpoint } = await world.server();
    const start = Date.now();
    const slow = [raw(endpoint, ''), raw(endpoint, '\x16\x03\x01\x02\x00\x01')].map((ended) => ended.then(() => Date.now() - start));
    assert.equal(await raw(endpoint, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n').then((answer) => answer.startsWith('HTTP')), false);
    const ask = (options) => new Promise((resolve, reject) => https.get(`https://${endpoint}/healthz`, { rejectUnauthorized: false, ...options },
      (response) => resolve(response.resume() && response.statusCode)).on('error', reject));
    assert.equal(await ask({ minVersion: 'TLSv1.3' }), 200);
    assert.equal(await ask({ maxVersion: 'TLSv1.2' }), 200);
    await assert.rejects(ask({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }), 'no forward secrecy, no connection');
    assert.ok(Date.now() - start < 5000);
    // Cut in the middle of everything, a hundred times.
    for (let i = 0; i < 100; ++i) {
      const { host, port } = hostOf(endpoint);
      const cut = tls.connect({ host, port, rejectUnauthorized: false });
      cut.on('error', () => {});
      await new Promise((resolve) => cut.once(i % 2 ? 'secureConnect' : 'connect', resolve));
      if (i % 4 === 1) cut.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
      cut.destroy();
    }
    assert.equal(await ask({}), 200);
    for (const took of await Promise.all(slow)) assert.ok(took > 8000 && took < 13000, `${took}`);
  } finally {
    await world.close();
  }
});

test('a page of another host is refused on both ways in, unless the operator named it', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--allow-origin', 'https://sekolah.example'];
    const server = await world.server();
    const { endpoint } = server;
    const post = (origin) => fetch(`http://${endpoint}/sync`, { method: 'POST', headers: origin ? { Origin: origin } : {}, body: new Peer(server.address).first() });
    for (const origin of ['https://jahat.example', 'null', 'http://127.0.0.1:1', `http://${endpoint}.jahat.example`, `http://jahat@${endpoint}`]) {
      assert.equal((await post(origin)).status, 403, origin);
      await assert.rejects(socket(endpoint, { headers: { Origin: origin } }), { status: 403 });
    }
    for (const origin of [`http://${endpoint}`, 'https://sekolah.example', undefined]) {
      assert.equal((await post(origin)).status, 200, origin);
      (await socket(endpoint, { headers: origin ? { Origin: origin } : {} })).terminate();
    }
    assert.equal((await post('https://sekolah.example')).headers.get('access-control-allow-origin'), 'https://sekolah.example');
    // What a browser asks before it posts what our page posts; and refusals, too, are for that page to read.
    const asked = await raw(endpoint, `OPTIONS /sync HTTP/1.1\r\nHost: ${endpoint}\r\nOrigin: https://sekolah.example\r\n` +
      'Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n');
    assert.equal(statusOf(asked), 204);
    assert.match(asked, /Access-Control-Allow-Origin: https:\/\/sekolah\.example\r\n/);
    assert.match(asked, /Access-Control-Allow-Methods: POST\r\n/);
    assert.match(asked, /Access-Control-Allow-Headers: content-type\r\n/);
    assert.match(await get(endpoint, '/sync', 'Origin: https://sekolah.example\r\n'), /^HTTP\/1\.1 426 [^]*Access-Control-Allow-Origin: https:\/\/sekolah\.example\r\n/);
    assert.doesNotMatch(await get(endpoint, '/sync', 'Origin: https://jahat.example\r\n'), /Access-Control/);
  } finally {
    await world.close();
  }
});

test('metrics are for this machine, or for whoever has the token; what a proxy forwards is neither', async () => {
  const world = new World();
  try {
    let server = await world.server();
    assert.equal(statusOf(await get(server.endpoint, '/metrics')), 200);
    assert.equal(statusOf(await get(server.endpoint, '/metrics', 'X-Forwarded-For: 192.0.2.1\r\n')), 404);
    await server.end();
    world.serveFlags = ['--metrics-token', 'kunci'];
    server = await world.server();
    assert.equal(statusOf(await get(server.endpoint, '/metrics')), 404);
    assert.equal(statusOf(await get(server.endpoint, '/metrics', 'Authorization: Bearer salah\r\n')), 404);
    assert.equal(statusOf(await get(server.endpoint, '/metrics', 'Authorization: Bearer kunci\r\n')), 200);
  } finally {
    await world.close();
  }
});

test('there are never more connections than there may be: the oldest stranger goes, and the others go on', async () => {
  const world = new World();
  try {
    world.serveFlags = ['--max-connections', '20', '--max-strangers', '20'];
    const server = await world.server();
    const kept = [];
    for (let i = 0; i < 25; ++i) kept.push(await socket(server.endpoint));
    // Nine tenths of them, as nobody is known.
    for (let i = 0; i < 7; ++i) await kept[i].closed;
    assert.deepEqual(kept.map((one) => one.readyState === 1), kept.map((_, i) => i >= 7));
    const peer = new Peer(server.address);
    kept[9].send(peer.first());
    assert.ok(peer.second(await kept[9].next()).length > 0);
    assert.ok((await metrics(server.endpoint)).connections <= 20);
    (await socket(server.endpoint)).terminate();
  } finally {
    await world.close();
  }
});
