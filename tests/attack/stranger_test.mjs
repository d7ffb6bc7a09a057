// What somebody can find out who belongs to nothing: whether a space, a person, an invite exists, by what is said, by its
// size, by its time.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { Peer, metrics } from '../process/peer.mjs';
import { World, entries, jsonLines } from '../process/support.mjs';
import { fields } from '../vectors/js/identity.mjs';

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
// A ServerMessage without its clock (wall_seconds, field 12).
function withoutClock(message) {
  const told = fields(message);
  told.delete(12);
  return JSON.stringify([...told], (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}
// ClientMessage { hello { version 1, full }, spaces { id, vector {} } }
const asking = (space) => Buffer.concat([Buffer.from([0x0a, 0x02, 0x08, 0x01, 0x12, 20, 0x12, 16]), space, Buffer.from([0x2a, 0])]);

test('spaces that exist and spaces that do not are one answer to a stranger: the same bytes but for the clock, the same time', async (t) => {
  const world = new World();
  try {
    const server = await world.school();
    world.input = jsonLines(entries(200));
    world.client('B', 'journal', 'add', '--from', '-');
    world.input = '';
    assert.equal(world.client('B', 'sync').status, 0);
    await server.end();
    const spaces = spawnSync(`${process.env.SEJAWAT_BIN}/sejawat-server`, ['spaces', '--data', world.path('S'), '--json'], { encoding: 'utf8' })
      .stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(spaces.length >= 2, 'a school and diaries');
    const again = await world.server(server.endpoint);
    const ask = async (space) => {
      const peer = new Peer(again.address);
      const body = peer.first(asking(space));
      const start = process.hrtime.bigint();
      const response = await fetch(`http://${again.endpoint}/sync`, { method: 'POST', body });
      const bytes = Buffer.from(await response.arrayBuffer());
      const took = Number(process.hrtime.bigint() - start) / 1e3;
      const answer = peer.second(bytes);
      return { took, status: response.status, answer, bytes: bytes.length };
    };
    const real = spaces.map((space) => Buffer.from(space.space ?? space.id, 'hex'));
    assert.equal(real[0].length, 16);
    const seen = { real: [], unreal: [] };
    const answers = new Set();
    for (let i = 0; i < 150; ++i) {
      for (const kind of i % 2 ? ['real', 'unreal'] : ['unreal', 'real']) {
        const { took, status, answer, bytes } = await ask(kind === 'real' ? real[i % real.length] : randomBytes(16));
        assert.equal(status, 200);
        seen[kind].push(took);
        answers.add(`${bytes} ${withoutClock(answer)}`);
      }
    }
    const ratio = median(seen.real) / median(seen.unreal);
    t.diagnostic(`medians ${median(seen.real).toFixed(0)} and ${median(seen.unreal).toFixed(0)} us, ratio ${ratio.toFixed(3)}; ${answers.size} kind of answer`);
    assert.equal(answers.size, 1);
    assert.ok(ratio > 0.67 && ratio < 1.5, `${ratio}`);
  } finally {
    await world.close();
  }
});

test('guessed invites: a hundred wrong secrets admit nobody, say nothing, and the true one still works', async () => {
  const world = new World();
  try {
    const server = await world.school();
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher').json;
    const [, before, packed] = link.match(/^(.*#i1\.)([A-Za-z0-9_-]+)$/);
    const content = Buffer.from(packed, 'base64url'); // carrier's key, space, 16 bytes of secret from 48 on, the invite's tag, kind
    const said = new Set();
    const guesses = 100;
    assert.equal(world.client('M', 'init', '--name', 'Mallory', '--card-file', world.path('M.card')).status, 0);
    for (let i = 0; i < guesses; ++i) {
      const other = Buffer.from(content);
      if (i % 2) other[48 + (i % 16)] ^= 1 << (i % 8);
      else randomBytes(16).copy(other, 48);
      const guess = before + other.toString('base64url');
      const joined = world.client('M', '--json', 'join', guess);
      assert.notEqual(joined.status, 0);
      const error = JSON.parse(joined.err.trim().split('\n').at(-1));
      said.add(error.error);
    }
    assert.deepEqual([...said], ['invite_invalid'], 'one word for all of them');
    assert.ok((await metrics(server.endpoint)).posts_total >= guesses, 'the server was asked each time');
    assert.equal(world.client('A', '--json', 'member', 'list').lines.length, 2);
    const true_one = world.client('C', 'join', link, '--name', 'Bu Citra', '--card-file', world.path('C.card'));
    assert.equal(true_one.status, 0, true_one.err);
    world.client('A', 'sync');
    assert.equal(world.client('A', '--json', 'member', 'list').lines.length, 3);
  } finally {
    await world.close();
  }
});
