// Another client of the server: raw HTTP, WebSockets by `ws`, the channel by `noise-handshake`. A stranger by default.
import net from 'node:net';
import Noise from 'noise-handshake';
import Cipher from 'noise-handshake/cipher.js';
import WebSocket from 'ws';

export const hostOf = (endpoint) => ({ host: endpoint.slice(0, endpoint.lastIndexOf(':')), port: Number(endpoint.slice(endpoint.lastIndexOf(':') + 1)) });

// Sends bytes as they are; resolves with all that came back when the server closes, or after `wait` ms.
export function raw(endpoint, text, wait = 15000, from = {}) {
  return new Promise((resolve) => {
    const { host, port } = hostOf(endpoint);
    const socket = net.connect({ ...from, port, host });
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, wait);
    socket.on('data', (part) => (answer += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      done();
    });
    socket.write(text);
  });
}
export const get = (endpoint, target, headers = '', from = {}) =>
  raw(endpoint, `GET ${target} HTTP/1.1\r\nHost: ${endpoint}\r\n${headers}Connection: close\r\n\r\n`, 15000, from);
export const statusOf = (answer) => Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1]);

// One device on one channel.
export class Peer {
  constructor(address) {
    const key = Buffer.from(address.match(/#(.*)$/)[1], 'base64url');
    this.noise = new Noise('IK', true);
    this.noise.initialise(Buffer.from('sejawat/1'), key);
  }
  // Handshake message 1 with a hello of version 1 that knows nothing yet.
  first(payload = Buffer.from([0x0a, 0x02, 0x08, 0x01])) {
    return Buffer.from(this.noise.send(payload));
  }
  second(message) {
    const payload = this.noise.recv(message);
    this.send = new Cipher(this.noise.tx);
    this.receive = new Cipher(this.noise.rx);
    return Buffer.from(payload);
  }
  seal(payload) {
    return Buffer.from(this.send.encrypt(payload));
  }
  open(message) {
    return Buffer.from(this.receive.decrypt(message));
  }
}

// An open WebSocket with a queue of what came, or the HTTP status that refused it.
export async function socket(endpoint, options = {}) {
  const ws = new WebSocket(`${options.tls ? 'wss' : 'ws'}://${endpoint}/sync`, { rejectUnauthorized: false, ...options });
  const queue = [];
  const waiting = [];
  ws.closed = new Promise((resolve) => ws.once('close', (code) => resolve(code)));
  ws.on('error', () => {});
  ws.on('message', (data) => (waiting.length ? waiting.shift()(data) : queue.push(data)));
  ws.next = () => (queue.length ? Promise.resolve(queue.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(ws));
    ws.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(Object.assign(new Error('refused'), { status: response.statusCode }));
    });
    ws.once('close', () => reject(new Error('closed')));
  });
}

// A frame made by hand: what no library would send. Masked with zeros.
export function frame(opcode, payload, { fin = true, masked = true, length } = {}) {
  const size = length ?? payload.length;
  const head = [(fin ? 0x80 : 0) | opcode];
  const mask = masked ? 0x80 : 0;
  if (size < 126) head.push(mask | size);
  else if (size < 65536) head.push(mask | 126, size >> 8, size & 255);
  else head.push(mask | 127, ...Buffer.from(BigInt.asUintN(64, BigInt(size)).toString(16).padStart(16, '0'), 'hex'));
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload]);
}

// A TCP connection that speaks WebSocket from here on: {socket, closed}, and what came in `answer`.
export async function upgraded(endpoint) {
  const { host, port } = hostOf(endpoint);
  const connection = { answer: Buffer.alloc(0) };
  connection.socket = net.connect(port, host);
  connection.socket.on('data', (part) => (connection.answer = Buffer.concat([connection.answer, part])));
  connection.socket.on('error', () => {});
  connection.closed = new Promise((resolve) => connection.socket.once('close', () => resolve(Date.now())));
  connection.socket.write(`GET /sync HTTP/1.1\r\nHost: ${endpoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  while (!connection.answer.includes('\r\n\r\n')) await new Promise((resolve) => connection.socket.once('data', resolve));
  connection.answer = connection.answer.subarray(connection.answer.indexOf('\r\n\r\n') + 4);
  // The close code in what the server sent, if it said one.
  connection.frames = () => {
    const frames = [];
    for (let at = 0; at + 2 <= connection.answer.length;) {
      const short = connection.answer[at + 1];
      const start = at + (short === 126 ? 4 : 2); // ours are below 64 KiB
      const size = short === 126 ? connection.answer.readUInt16BE(at + 2) : short;
      frames.push({ opcode: connection.answer[at] & 15, payload: connection.answer.subarray(start, start + size) });
      at = start + size;
    }
    return frames;
  };
  connection.code = () => connection.frames().find((one) => one.opcode === 8)?.payload.readUInt16BE(0);
  return connection;
}

export async function metrics(endpoint) {
  const values = {};
  for (const line of (await get(endpoint, '/metrics')).split('\n')) {
    const match = line.match(/^sejawat_(\S+) ([\d.]+)\r?$/);
    if (match) values[match[1]] = Number(match[2]);
  }
  return values;
}
