// The arrows of docs/ARCHITECTURE.md hold: a .cpp that includes a header of a room without an arrow does not compile.
// What a room can include is asked of the compiler with the very command that builds the room (compile_commands.json),
// so neither the law in arrows.txt nor the CMake files can drift away unnoticed.
import assert from 'node:assert/strict';
import { spawnSync, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';

const house = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const scratch = mkdtempSync(path.join(tmpdir(), 'arrows-'));
after(() => rmSync(scratch, { recursive: true }));

// One cheap header of each library: what every other header of it passes through.
const libraryHeaders = {
  sodium: 'sodium.h',
  sqlite: 'sqlite3.h',
  zstd: 'zstd.h',
  beast: 'boost/asio/detail/config.hpp',
  spdlog: 'spdlog/common.h',
  json: 'boost/json/detail/config.hpp',
  cli11: 'CLI/CLI.hpp',
  protobuf: 'google/protobuf/port_def.inc',
};

function readLaw(file) {
  const law = { rooms: {}, never: {} };
  for (const raw of readFileSync(file, 'utf8').split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    if (!line) continue;
    const never = line.match(/^(\S+) never: (.*)$/);
    if (never) {
      law.never[never[1]] = never[2].split(/\s+/);
      continue;
    }
    const [, name, rest] = line.match(/^([a-z_0-9]+):(.*)$/);
    const [rooms, libraries = ''] = rest.split('|').map((part) => part.trim());
    law.rooms[name] = { rooms: rooms.split(/\s+/).filter(Boolean), libraries: libraries.split(/\s+/).filter(Boolean) };
  }
  return law;
}

function headersUnder(folder, prefix = '') {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    if (entry.isDirectory()) return headersUnder(path.join(folder, entry.name), `${name}/`);
    return entry.name.endsWith('.h') ? [name] : [];
  });
}

// A shell command as words: CMake quotes paths with spaces and escapes quotes in definitions.
function words(command) {
  const pieces = command.match(/(?:"(?:\\.|[^"\\])*"|\\.|[^\s"\\])+/g) ?? [];
  return pieces.map((piece) => piece.replace(/\\(.)|"/g, (_, escaped) => escaped ?? ''));
}

// The arguments of a room's own compile command that decide what it can include.
function includeArguments(room, commands) {
  const command = commands.find((entry) => entry.command.includes(`/${room}.dir/`) && entry.file.endsWith('.cpp'));
  assert.ok(command, `no compile command for ${room}`);
  const all = words(command.command);
  const compiler = all.find((word) => /(g\+\+|clang\+\+)[-\d.]*$/.test(word));
  const kept = [];
  for (let i = 0; i < all.length; i += 1) {
    if (/^-(I|D|std|fsanitize)/.test(all[i])) kept.push(all[i]);
    if (all[i] === '-isystem') kept.push(all[i], all[(i += 1)]);
  }
  return { compiler, kept };
}

function compile(how, source, extra) {
  const file = path.join(scratch, 'probe.cpp');
  writeFileSync(file, source);
  return spawnSync(how.compiler, [...how.kept, ...extra, file], { encoding: 'utf8' });
}

const commands = JSON.parse(readFileSync(path.join(house.build, 'compile_commands.json'), 'utf8'));
const law = readLaw(new URL('./arrows.txt', import.meta.url));
const rooms = Object.keys(house.rooms);
const headers = Object.fromEntries(rooms.map((room) => [room, headersUnder(house.rooms[room])]));
const contracts = headersUnder(path.join(house.build, 'proto')).map((name) => name.replace(/^[^/]+\//, ''));

test('every room has its line in the law', () => {
  assert.deepEqual(rooms.filter((room) => !(room in law.rooms)), []);
});

test('a room keeps its headers under its own name', () => {
  for (const room of rooms) {
    for (const header of headers[room]) assert.ok(header.startsWith(`${room}/`), `${room} has ${header}`);
  }
});

for (const room of rooms.filter((name) => name in law.rooms)) {
  const allowed = new Set([room, ...law.rooms[room].rooms]);
  const libraries = new Set(law.rooms[room].libraries);
  const how = includeArguments(room, commands);

  test(`${room} sees the headers of its arrows and no others`, () => {
    const asked = rooms.flatMap((other) => headers[other].map((header) => ({ other, header })));
    const lines = asked.map(({ header }, i) => `#if __has_include("${header}")\nseen_${i}\n#endif`);
    const result = compile(how, lines.join('\n'), ['-E', '-P']);
    assert.equal(result.status, 0, result.stderr);
    const seen = new Set(result.stdout.match(/seen_\d+/g) ?? []);
    const wrong = asked.filter(({ other }, i) => seen.has(`seen_${i}`) !== allowed.has(other));
    assert.deepEqual(wrong, []);
  });

  test(`a file in ${room} that includes a forbidden header does not compile`, () => {
    for (const other of rooms.filter((name) => !allowed.has(name) && headers[name].length > 0)) {
      const result = compile(how, `#include "${headers[other][0]}"\n`, ['-fsyntax-only']);
      assert.notEqual(result.status, 0, `${room} compiles with ${headers[other][0]}`);
    }
    for (const [library, header] of Object.entries(libraryHeaders).filter(([name]) => !libraries.has(name))) {
      const result = compile(how, `#include <${header}>\n`, ['-fsyntax-only']);
      assert.match(result.stderr, /THIS_ROOM_HAS_NO_ARROW_TO_|No such file|file not found/, `${room} reaches ${library}`);
    }
    if (!libraries.has('records')) {
      for (const header of contracts.filter((name) => name.includes('/records/'))) {
        const result = compile(how, `#if __has_include("${header}")\n#error seen\n#endif`, ['-fsyntax-only']);
        assert.equal(result.status, 0, `${room} sees ${header}`);
      }
    }
  });

  test(`a file in ${room} may include the libraries that it has arrows to`, () => {
    for (const library of libraries) {
      if (!(library in libraryHeaders) || library === 'protobuf') continue;
      const result = compile(how, `#include <${libraryHeaders[library]}>\n`, ['-fsyntax-only']);
      assert.equal(result.status, 0, result.stderr);
    }
  });
}

test('no source climbs out of its room by a relative path', () => {
  const files = execFileSync('git', ['-C', house.source, 'ls-files', 'client-core', 'sync-server'], { encoding: 'utf8' });
  const climbing = files
    .split('\n')
    .filter((name) => /\.(h|cpp)$/.test(name) && existsSync(path.join(house.source, name)))
    .filter((name) => /#include\s+"\.\.\//.test(readFileSync(path.join(house.source, name), 'utf8')));
  assert.deepEqual(climbing, []);
});

for (const [program, forbidden] of Object.entries(law.never)) {
  const listed = spawnSync(house.ninja, ['-C', house.build, '-t', 'commands', program], { encoding: 'utf8' });
  const link = listed.status === 0 ? listed.stdout.trim().split('\n').at(-1) : '';
  test(`${program} contains none of ${forbidden.join(', ')}`, { skip: link === '' && 'not built yet' }, () => {
    assert.match(link, /libsejawat_sync\.a/, 'the link line is read rightly');
    for (const room of forbidden) assert.ok(!link.includes(`libsejawat_${room}.a`), `${program} links ${room}`);
  });
}
