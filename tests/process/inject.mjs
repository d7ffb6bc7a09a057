// strace as a saboteur: kills a program, or fails one call, at its n-th system call of a kind. A scenario is run once
// untouched to count its calls; each (call, n) of that run is a point at which it can be run again.
//
// strace counts for each thread by itself, so a point is the n-th such call of whichever thread comes to it first.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from './proxy.mjs';
import { World, program } from './support.mjs';

export const noStrace = spawnSync('strace', ['-V']).status !== 0 && 'no strace here';
// Calls that change something outside of the process.
export const writing = ['pwrite64', 'write', 'writev', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink', 'openat', 'sendto', 'sendmsg', 'mkdir', 'fchmod', 'close'];
const untouched = ['execve', 'exit', 'exit_group', 'rt_sigreturn', 'restart_syscall'];

export const traced = (calls, file, injection) =>
  ['strace', '-f', '-qq', '-y', '-o', file, '-e', `trace=${calls === 'all' ? 'all' : calls.join()}`, ...(injection ? ['-e', `inject=${injection}`] : [])];

// How often each call was made, by the thread that made it most often.
export function callsIn(file) {
  const counts = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = line.match(/^(\d+) +([a-z_0-9]+)\(/);
    if (!match || untouched.includes(match[2])) continue;
    const key = `${match[1]} ${match[2]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = new Map();
  for (const [key, count] of counts) {
    const call = key.split(' ')[1];
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return most;
}
// Every point after those of `before`.
export function points(counts, before = new Map()) {
  const all = [];
  for (const [call, count] of counts) {
    for (let n = (before.get(call) ?? 0) + 1; n <= count; ++n) all.push({ call, n });
  }
  return all;
}
// Those at which something below `folder` is touched: what a disk can fail.
export function pointsOn(folder, file) {
  const counts = new Map();
  const found = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = line.match(/^(\d+) +([a-z_0-9]+)\(/);
    if (!match) continue;
    const key = `${match[1]} ${match[2]}`;
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    if (line.includes(folder)) found.set(`${match[2]} ${n}`, { call: match[2], n });
  }
  return [...found.values()];
}
// So many of them: evenly spread, from a place that the seed chooses, or all.
export function sample(all, count, seed) {
  if (count >= all.length) return all;
  const offset = seeded(seed)();
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + offset) / count) * all.length)]);
}

// A world whose folders are copies of another's.
export function copyOf(base, names) {
  const world = new World();
  for (const name of names) {
    if (existsSync(base.path(name))) cpSync(base.path(name), world.path(name), { recursive: true });
  }
  return world;
}

// The server under strace, or plain without `calls`. Resolves when it said its address or is over: then `address` is
// missing.
export async function start(world, listen, calls, injection) {
  const trace = world.path('trace');
  if (calls) rmSync(trace, { force: true });
  const prefix = calls ? traced(calls, trace, injection) : [];
  const log = openSync(world.path('server.log'), 'a');
  const [command, ...rest] = [...prefix, program('sejawat-server'), 'serve', '--data', world.path('S'), '--listen', listen, '--json'];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', log] });
  const server = { child, trace, over: false };
  world.servers.push(server);
  server.ended = new Promise((resolve) => child.once('exit', (code, signal) => {
    server.over = true;
    server.code = code ?? signal;
    resolve(server.code);
  }));
  let text = '';
  const line = new Promise((resolve) => child.stdout.on('data', (part) => (text += part).includes('\n') && resolve()));
  await Promise.race([line, server.ended, sleep(injection ? 4000 : 20000)]);
  // One whose first line got lost on the way serves all the same, behind the tracer.
  if (!server.over) server.pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]) || child.pid;
  if (text.includes('\n')) {
    Object.assign(server, JSON.parse(text.split('\n')[0]));
    server.endpoint = server.address.match(/^sejawats?:\/\/([^/]+)\//)[1];
  }
  server.signal = (name) => {
    server.told = true;
    try {
      process.kill(server.pid ?? child.pid, name);
    } catch (gone) {
      if (gone.code !== 'ESRCH') throw gone;
    }
  };
  server.end = async () => {
    if (!server.over && !server.told) server.signal('SIGTERM'); // a second one would end it at once
    const late = sleep(15000).then(() => 'late');
    if ((await Promise.race([server.ended, late])) === 'late') {
      server.signal('SIGKILL');
      child.kill('SIGKILL');
      throw new Error('the server did not end');
    }
    return server.code;
  };
  return server;
}

// The client under strace; `calls` and `injection` as above.
export async function client(world, calls, injection, home, ...args) {
  const trace = world.path('trace');
  rmSync(trace, { force: true });
  const [command, ...rest] = [...traced(calls, trace, injection), program('sejawat'), '--home', world.path(home), '--lang', 'en', '--json', ...args];
  const child = spawn(command, rest, { cwd: world.root, stdio: ['pipe', 'pipe', 'pipe'] });
  const done = { out: '', err: '', trace };
  child.stdout.on('data', (part) => (done.out += part));
  child.stderr.on('data', (part) => (done.err += part));
  child.stdin.on('error', () => {});
  child.stdin.end(world.input ?? '');
  done.status = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  return done;
}

// What SQLite itself says of a carrier's database that nobody has open.
export function integrity(file) {
  const script = 'import sqlite3,sys\nprint(sqlite3.connect(sys.argv[1]).execute("pragma integrity_check").fetchone()[0])';
  const done = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  return done.error ? 'ok' : (done.stdout.trim() || done.stderr);
}
