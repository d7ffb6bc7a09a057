// The real programs as child processes, each test in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const bin = process.env.SEJAWAT_BIN;
export const program = (name) => path.join(bin, name);

export class World {
  constructor() {
    this.root = mkdtempSync(path.join(tmpdir(), 'sejawat-'));
    this.servers = [];
  }
  path(...parts) {
    return path.join(this.root, ...parts);
  }
  // What stands before a program's name: another namespace, a tracer. Overwritten by tests that need it.
  prefix = [];
  serveFlags = [];
  // Runs the client to its end: {status, out, err, json, lines}.
  client(home, ...args) {
    return this.run('sejawat', '--home', this.path(home), '--lang', 'en', ...args);
  }
  run(name, ...args) {
    const [command, ...rest] = [...this.prefix, program(name), ...args];
    const done = spawnSync(command, rest, {
      cwd: this.root,
      encoding: 'utf8',
      input: this.input ?? '',
      env: { ...process.env, ...this.env },
      maxBuffer: 1 << 28,
      timeout: 120000,
    });
    return {
      status: done.status,
      out: done.stdout,
      err: done.stderr,
      get lines() {
        return done.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
      },
      get json() {
        return JSON.parse(done.stdout);
      },
    };
  }
  spawnClient(home, ...args) {
    return spawn(program('sejawat'), ['--home', this.path(home), ...args], { cwd: this.root, stdio: 'ignore' });
  }
  // Like `client`, but without holding up this process: for servers and proxies that live in it.
  async clientAside(home, ...args) {
    const child = spawn(program('sejawat'), ['--home', this.path(home), '--lang', 'en', ...args], {
      cwd: this.root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const done = { status: null, out: '', err: '' };
    child.stdout.on('data', (part) => (done.out += part));
    child.stderr.on('data', (part) => (done.err += part));
    done.status = await new Promise((resolve) => child.once('close', (code) => resolve(code)));
    done.error = done.err.includes('{') ? JSON.parse(done.err.trim().split('\n').at(-1)) : undefined;
    return done;
  }
  async server(listen = '127.0.0.1:0', data = 'S') {
    const log = openSync(this.path('server.log'), 'a');
    const [command, ...rest] = [...this.prefix, program('sejawat-server'), 'serve', '--data', this.path(data), '--listen', listen,
      '--json', ...this.serveFlags];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', log], env: { ...process.env, ...this.env } });
    const server = { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
    this.servers.push(server);
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    for (let i = 0; i < 200 && !text.includes('\n'); ++i) await sleep(25);
    if (!text.includes('\n')) throw new Error(`the server does not start: ${readFileSync(this.path('server.log'), 'utf8')}`);
    Object.assign(server, JSON.parse(text.split('\n')[0]));
    server.endpoint = server.address.match(/^sejawats?:\/\/([^/]+)\//)[1];
    server.end = async (signal = 'SIGTERM') => {
      child.kill(signal);
      await server.ended;
    };
    return server;
  }
  async close() {
    for (const server of this.servers) {
      server.child.kill('SIGKILL');
      // Behind a tracer the server is not the child, and would outlive it.
      if (server.pid && server.pid !== server.child.pid && existsSync(`/proc/${server.pid}`)) process.kill(server.pid, 'SIGKILL');
    }
    await Promise.all(this.servers.map((server) => server.ended));
    rmSync(this.root, { recursive: true, force: true });
  }
  // The worked example up to the point where A (admin) and B (teacher) are members.
  async school() {
    const server = await this.server();
    this.client('A', 'init', '--name', 'Bu Ani Suryani');
    this.created = this.client('A', '--json', 'community', 'create', '--name', 'SDN 30 Mataram', '--kind', 'school',
      '--server', server.address, '--operator-invite', server.operator_invite);
    this.invited = this.client('A', '--json', 'invite', '--role', 'teacher');
    this.joined = this.client('B', 'join', this.invited.json.link, '--name', 'Pak Budi Hartono', '--card-file', this.path('card.txt'));
    return server;
  }
}

export function entries(count, mark = 'kalimat penanda rahasia') {
  return Array.from({ length: count }, (_, i) => ({
    date: `2026-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`,
    class: `${1 + (i % 6)}A`,
    subject: ['Matematika', 'Bahasa Indonesia', 'IPAS'][i % 3],
    events: [{ domain: 'pupils', happened: `${mark} nomor ${i}: anak di baris ${i % 7} menunggu giliran membaca ${i * 37 % 101}`,
      expected: 'semua mencoba lebih dulu', gap: `waktu ${i % 9} menit habis` }],
    tags: i % 5 ? [] : ['membaca'],
  }));
}
export const jsonLines = (list) => list.map((entry) => JSON.stringify(entry)).join('\n') + '\n';
