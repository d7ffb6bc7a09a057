// A bad line between a client and a server: counts, cuts, alters, delays or keeps what passes.
import net from 'node:net';

export class Proxy {
  // `to`: HOST:PORT. Hooks: `up(chunk, connection)` and `down(...)` give the bytes to pass on; connection.cut() ends it.
  static async open(to, hooks = {}) {
    const proxy = new Proxy();
    const [host, port] = [to.slice(0, to.lastIndexOf(':')), Number(to.slice(to.lastIndexOf(':') + 1))];
    proxy.hooks = hooks;
    proxy.bytes = { up: 0, down: 0 };
    proxy.connections = 0;
    proxy.sockets = new Set();
    proxy.server = net.createServer((client) => {
      ++proxy.connections;
      const server = net.connect(port, host);
      const cut = () => [client, server].forEach((socket) => (connection.reset ? socket.resetAndDestroy() : socket.destroy()));
      const connection = { up: 0, down: 0, client, cut };
      const pass = (from, into, way) => {
        proxy.sockets.add(from);
        from.on('data', async (chunk) => {
          from.pause();
          const passed = proxy.hooks[way] ? await proxy.hooks[way](chunk, connection) : chunk;
          connection[way] += passed.length;
          proxy.bytes[way] += passed.length;
          if (passed.length > 0 && !into.destroyed) await new Promise((done) => into.write(passed, done));
          if (connection.over) connection.cut();
          from.resume();
        });
        from.on('end', () => into.end());
        from.on('error', () => into.destroy());
        from.on('close', () => proxy.sockets.delete(from));
      };
      pass(client, server, 'up');
      pass(server, client, 'down');
    });
    await new Promise((done) => proxy.server.listen(0, '127.0.0.1', done));
    proxy.endpoint = `127.0.0.1:${proxy.server.address().port}`;
    return proxy;
  }
  // A line as the seed makes it, another one for each connection; `seen` counts what it did. Nobody behind a portal is
  // reached at all: it answers by itself.
  static async seeded(to, random, seen = {}) {
    const at = (most) => Math.floor(random() * most);
    const kinds = ['good', 'slow', 'stalls', 'half-open', 'cut', 'cut', 'cut', 'flipped', 'portal', 'reset'];
    const portals = [
      'HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 38\r\n\r\n<html><body>Silakan masuk</body></html>',
      'HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno',
      'HTTP/1.0 200 OK\r\n\r\n<html>',
    ];
    const hook = (way) => async (chunk, connection) => {
      connection.weather ??= { kind: kinds[at(kinds.length)], way: random() < 0.5 ? 'up' : 'down', byte: random() < 0.5 ? at(600) : at(8000), bit: 1 << at(8),
        portal: portals[at(portals.length)] };
      const { kind, byte, bit } = connection.weather;
      if (!connection.counted) seen[kind] = (seen[kind] ?? 0) + 1;
      connection.counted = true;
      if (kind === 'portal') {
        if (way === 'up' && !connection.answered) {
          connection.answered = true;
          connection.client.end(connection.weather.portal);
        }
        return Buffer.alloc(0);
      }
      const place = byte - connection[way];
      if (kind === 'good' || connection.weather.way !== way) return chunk;
      if (kind === 'slow') await new Promise((done) => setTimeout(done, at(60)));
      if (place < 0 || place >= chunk.length) return connection.dead ? Buffer.alloc(0) : chunk;
      if (kind === 'flipped') {
        const altered = Buffer.from(chunk);
        altered[place] ^= bit;
        return altered;
      }
      if (kind === 'stalls') await new Promise((done) => setTimeout(done, 200 + at(700)));
      if (kind === 'half-open') {
        // Nothing more either way, and no word about it; the operator's box forgets it after a while.
        connection.dead = true;
        setTimeout(() => connection.cut(), 500 + at(1000));
        return chunk.subarray(0, place);
      }
      if (kind === 'cut' || kind === 'reset') {
        connection.over = true;
        if (kind === 'reset') connection.reset = true;
        return chunk.subarray(0, place);
      }
      return chunk;
    };
    return Proxy.open(to, { up: hook('up'), down: hook('down') });
  }
  // The server's address, but through this line.
  via(address) {
    return address.replace(/\/\/[^/]+\//, `//${this.endpoint}/`);
  }
  // Ends each connection after so many bytes, of one way or of both together.
  static cutAfter(bytes, way) {
    const passed = (connection) => (way ? connection[way] : connection.up + connection.down);
    const hook = (mine) => (chunk, connection) => {
      if (way && way !== mine) return chunk;
      const room = bytes - passed(connection);
      if (chunk.length < room) return chunk;
      connection.over = true;
      return chunk.subarray(0, Math.max(0, room));
    };
    return { up: hook('up'), down: hook('down') };
  }
  get total() {
    return this.bytes.up + this.bytes.down;
  }
  async close() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

// mulberry32
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
