// What a person at a terminal meets: help, languages, errors as JSON, progress, and Ctrl-C.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thousand } from './prose.mjs';
import { Proxy } from './proxy.mjs';
import { World, jsonLines, program } from './support.mjs';

// Each command of the contract with the flags it has.
const commands = {
  sejawat: {
    '': ['--home', '--json', '--lang', '--yes', '--version'],
    init: ['--name', '--card-file'],
    recover: ['--card-file', '--server'],
    'community create': ['--name', '--kind', '--server', '--operator-invite'],
    invite: ['--role', '--ttl', '--uses'],
    join: ['--name', '--card-file'],
    'journal add': ['--from', '--date', '--class', '--subject', '--period', '--mood', '--tag', '--event'],
    'journal list': ['--trash', '--limit'],
    'journal show': [],
    'journal edit': ['--from'],
    'journal delete': [],
    'journal restore': [],
    'journal revisions': [],
    'journal search': [],
    sync: ['--server'],
    status: [],
  },
  'sejawat-server': {
    '': ['--json', '--lang', '--version'],
    serve: ['--data', '--listen', '--quota-personal', '--quota-community'],
    address: ['--data', '--listen'],
    stats: ['--data'],
    spaces: ['--data'],
  },
};
const help = (name, words) => spawnSync(program(name), [...words, '--help'], { encoding: 'utf8' });
const subcommands = (text) =>
  (text.split(/^Subcommands:$/m)[1] ?? '').split('\n').map((line) => /^ {2}([a-z-]+) /.exec(line)?.[1]).filter(Boolean);

test('--help of every command of both programs says what each flag is', () => {
  for (const [name, list] of Object.entries(commands)) {
    for (const [command, flags] of Object.entries(list)) {
      const shown = help(name, command.split(' ').filter(Boolean));
      assert.equal(shown.status, 0, `${name} ${command}`);
      for (const flag of flags) assert.match(shown.stdout, new RegExp(`${flag}\\b`), `${name} ${command} --help`);
    }
    // And no command exists that this table, or its help, does not know.
    const walk = (words) => {
      const shown = help(name, words);
      assert.equal(shown.status, 0, `${name} ${words.join(' ')}`);
      assert.ok(shown.stdout.length > 40);
      for (const next of subcommands(shown.stdout)) walk([...words, next]);
    };
    walk([]);
  }
});

test('wrong use has an exit code of its own in both programs', () => {
  for (const [name, ...args] of [['sejawat', 'dance'], ['sejawat'], ['sejawat', 'sync', '--no-such-flag'], ['sejawat', '--lang', 'xx', 'status'],
    ['sejawat-server'], ['sejawat-server', 'dance'], ['sejawat-server', 'serve'], ['sejawat-server', 'stats'],
    ['sejawat-server', 'serve', '--data', '/nonexistent/x', '--listen', 'no-port'],
    ['sejawat-server', 'serve', '--data', '/nonexistent/x', '--quota-personal', 'much']]) {
    const done = spawnSync(program(name), args, { encoding: 'utf8' });
    assert.equal(done.status, 2, `${name} ${args.join(' ')}: ${done.stderr}`);
    assert.equal(done.stdout, '');
    assert.notEqual(done.stderr, '');
  }
});

test('--lang decides, else LANG, else Indonesian', () => {
  const world = new World();
  const said = (name, env, ...args) => {
    const done = spawnSync(program(name), args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
    assert.equal(done.status, 1);
    return done.stderr;
  };
  const home = ['--home', world.path('none'), 'status'];
  const data = ['stats', '--data', world.path('none')];
  const indonesian = { sejawat: /tidak ada di sini/, 'sejawat-server': /Tidak ada data server/ };
  const english = { sejawat: /no such thing here/, 'sejawat-server': /no server's data/ };
  for (const [name, args] of [['sejawat', home], ['sejawat-server', data]]) {
    assert.match(said(name, {}, ...args), indonesian[name]);
    assert.match(said(name, { LANG: 'id_ID.UTF-8' }, ...args), indonesian[name]);
    assert.match(said(name, { LANG: 'C' }, ...args), indonesian[name]);
    assert.match(said(name, { LANG: 'en_GB.UTF-8' }, ...args), english[name]);
    assert.match(said(name, { LANG: 'en_GB.UTF-8' }, '--lang', 'id', ...args), indonesian[name]);
    assert.match(said(name, { LANG: 'id_ID.UTF-8' }, ...args, '--lang', 'en'), english[name], 'after the command, too');
  }
  return world.close();
});

test('with --json errors are one JSON object on standard error, and standard output stays empty', async () => {
  const world = new World();
  try {
    world.client('A', 'init', '--name', 'Bu Ani');
    const failures = [
      [1, 'not_found', world.client('none', '--json', 'status')],
      [1, 'not_found', world.client('A', '--json', 'sync')],
      [1, 'not_found', world.client('A', '--json', 'journal', 'show', '0123456789abcdef')],
      [2, 'invalid_argument', world.client('A', '--json', 'journal', 'show', 'xyz')],
      [2, 'invalid_argument', world.client('A', '--json', 'journal', 'add', '--date', '2026-02-30', '--event', 'pupils', 'x')],
      [1, 'already_exists', world.client('A', '--json', 'init', '--name', 'Bu Ani')],
      [4, 'invite_invalid', world.client('A', '--json', 'join', 'sejawat://127.0.0.1:1/#i1.AAAA')],
      [3, 'offline', world.client('A', '--json', 'sync', '--server', `sejawat://127.0.0.1:1/#${'B'.repeat(42)}A`)],
      [1, 'not_found', world.run('sejawat-server', 'stats', '--data', world.path('none'), '--json')],
    ];
    for (const [status, error, done] of failures) {
      assert.equal(done.status, status, done.err);
      assert.equal(done.out, '');
      const said = JSON.parse(done.err);
      assert.equal(said.error, error);
      assert.ok(said.message.length > 10);
    }
  } finally {
    await world.close();
  }
});

// A line so slow that a sync takes a while, with the school behind it.
async function slow(world, milliseconds) {
  const server = await world.school();
  world.input = jsonLines(thousand(11));
  assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
  world.input = '';
  const hook = async (chunk) => (await sleep(milliseconds), chunk);
  const line = await Proxy.open(server.endpoint, { up: hook });
  return { server, line, address: line.via(server.address) };
}

test('progress is shown on a terminal, and never with --json', async () => {
  const world = new World();
  try {
    const { server, line, address } = await slow(world, 1);
    const onTerminal = async (...flags) => {
      const words = [program('sejawat'), '--home', world.path('B'), '--lang', 'en', ...flags, 'sync', '--server', address];
      const child = spawn('script', ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] });
      let shown = '';
      child.stdout.on('data', (part) => (shown += part));
      assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
      return shown;
    };
    const shown = await onTerminal();
    assert.match(shown, /\rsent \d+, received \d+, to come \d+/);
    assert.match(shown, /Sent \d+, received \d+, waiting 0/);
    world.input = jsonLines(thousand(12));
    world.client('B', 'journal', 'add', '--from', '-');
    const quiet = await onTerminal('--json');
    assert.doesNotMatch(quiet, /to come/);
    assert.equal(JSON.parse(quiet).pending, 0);
    // Nor into a file or a pipe.
    world.input = jsonLines(thousand(13));
    world.client('B', 'journal', 'add', '--from', '-');
    world.input = '';
    assert.equal(world.client('B', 'sync', '--server', server.address).err, '');
    await line.close();
  } finally {
    await world.close();
  }
});

test('Ctrl-C in the middle of a sync stops it at once with a word, and loses nothing', async () => {
  const world = new World();
  try {
    const { server, line, address } = await slow(world, 120);
    const stopped = [];
    for (let i = 0; i < 4; ++i) {
      const child = spawn(program('sejawat'), ['--home', world.path('B'), '--lang', 'en', '--json', 'sync', '--server', address]);
      let err = '';
      child.stderr.on('data', (part) => (err += part));
      const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
      const before = line.connections;
      for (let wait = 0; wait < 500 && line.connections === before; ++wait) await sleep(10);
      await sleep(100 * i);
      const asked = Date.now();
      child.kill('SIGINT');
      const { code, signal } = await ended;
      assert.equal(signal, null, 'it ends by itself');
      if (code === 0) continue;
      assert.equal(code, 1);
      assert.equal(JSON.parse(err).error, 'interrupted');
      assert.ok(Date.now() - asked < 2000);
      assert.ok(world.client('B', '--json', 'status').json.pending > 0);
      stopped.push(i);
    }
    assert.ok(stopped.length > 0, 'no sync was interrupted');
    await line.close();
    assert.equal(world.client('B', '--json', 'sync', '--server', server.address).json.pending, 0);
    const done = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    assert.equal(done.status, 0, done.err);
    assert.equal(world.client('B2', '--json', 'journal', 'list').lines.length, 1000);
  } finally {
    await world.close();
  }
});
