// What costs twice as much for twice as much, and no more: instructions, counted by callgrind, of the paths whose length
// others decide. Two judgements: all of it, n to 2n, and what is added from n to 2n and from 2n to 4n, where what a program
// costs at all falls out. The second is stricter and rougher (segments, pages and merges of the index come whole), so its
// bound leaves room for that; what is quadratic would come to 4.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thousand } from '../process/prose.mjs';
import { World, jsonLines, program } from '../process/support.mjs';

const skip = /asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '') ? 'under a sanitizer' : spawnSync('valgrind', ['--version']).status !== 0 && 'no valgrind here';
// From one full segment on: below, an upload is spared looking for the place to cut.
const sizes = [200, 400, 800];
const most = { whole: 2.2, added: 2.5 };
const callgrind = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null'];
const counted = (text) => Number(text.match(/Collected : (\d+)/)?.[1]);

function judge(t, name, costs, of = sizes) {
  const ratio = (costs[2] - costs[1]) / (costs[1] - costs[0]) / ((of[2] - of[1]) / (of[1] - of[0]));
  t.diagnostic(`${name}: ${costs.map((cost) => (cost / 1e6).toFixed(1)).join(', ')} million instructions for ${of.join(', ')}; twice as many cost ${(2 * ratio).toFixed(2)} times as much`);
  assert.ok(Number.isFinite(ratio), name);
  assert.ok(2 * ratio <= most.added, `${name}: ${2 * ratio}`);
  assert.ok(costs[2] / costs[1] <= most.whole, `${name}: ${costs[2] / costs[1]}`);
}

test('adding, uploading, downloading and listing entries grow as their number does', { skip }, async (t) => {
  const costs = { add: [], upload: [], download: [], list: [], search: [], 'no-op': [] };
  for (const size of sizes) {
    const world = new World();
    try {
      const server = await world.school();
      const measured = (name, home, ...args) => {
        world.prefix = callgrind;
        const done = world.client(home, ...args);
        world.prefix = [];
        assert.equal(done.status, 0, done.err);
        costs[name].push(counted(done.err));
      };
      world.input = jsonLines(thousand(5).slice(0, size));
      measured('add', 'B', 'journal', 'add', '--from', '-');
      world.input = '';
      measured('upload', 'B', 'sync');
      measured('no-op', 'B', 'sync');
      measured('list', 'B', '--json', 'journal', 'list');
      measured('search', 'B', '--json', 'journal', 'search', 'anak');
      measured('download', 'B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    } finally {
      await world.close();
    }
  }
  for (const [name, list] of Object.entries(costs)) {
    if (name === 'no-op') {
      t.diagnostic(`no-op: ${list.map((cost) => (cost / 1e6).toFixed(2)).join(', ')} million instructions after ${sizes.join(', ')}`);
      assert.ok(list[2] < list[0] * 1.5, 'a sync of nothing does not grow with what is there');
    } else {
      judge(t, name, list);
    }
  }
});

test("the server's part of uploads in many small messages grows as their number does", { skip }, async (t) => {
  const costs = [];
  const rounds = [6, 12, 24];
  for (const count of rounds) {
    const world = new World();
    try {
      const first = await world.school();
      await first.end();
      const child = spawn(callgrind[0], [...callgrind.slice(1), program('sejawat-server'), 'serve', '--data', world.path('S'), '--listen', first.endpoint, '--json'],
        { stdio: ['ignore', 'pipe', 'pipe'] });
      let err = '';
      let out = '';
      child.stderr.on('data', (part) => (err += part));
      child.stdout.on('data', (part) => (out += part));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      for (let i = 0; i < 400 && !out.includes('\n'); ++i) await sleep(50);
      assert.ok(out.includes('\n'), err);
      const all = thousand(9);
      for (let i = 0; i < count; ++i) {
        world.input = jsonLines(all.splice(0, 2));
        assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
        world.input = '';
        const synced = await world.clientAside('B', 'sync');
        assert.equal(synced.status, 0, synced.err);
      }
      child.kill('SIGTERM');
      await ended;
      costs.push(counted(err));
    } finally {
      await world.close();
    }
  }
  judge(t, 'small uploads', costs, rounds);
});
