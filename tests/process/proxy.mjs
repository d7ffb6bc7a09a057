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
      const connection = { up: 0, down: 0, cut: () => [client, server].forEach((socket) => socket.destroy()) };
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
