// kill -9 of the client and of the server, spread over the measured duration of an upload of 1,000 entries: nothing
// that was reported as sent is missing, and the next sync completes both sides.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thousand } from './prose.mjs';
import { seeded } from './proxy.mjs';
import { World, jsonLines } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const kills = Number(process.env.SEJAWAT_KILLS ?? 50);
const perTeacher = 10; // rounds in one home, so that no home grows without end
const count = 1000;

const random = seeded(seed);

test(`${kills} kills during uploads of ${count} fresh entries, half of each side (SEJAWAT_SEED=${seed})`, async (t) => {
  const world = new World();
  try {
    let server = await world.school();
    const { endpoint, address } = server;
    const teachers = Math.ceil(kills / perTeacher) + 1;
    const { link } = world.client('A', '--json', 'invite', '--role', 'teacher', '--uses', String(teachers)).json;
    const teacher = (name) => {
      const card = world.path(`${name}.card`);
      assert.equal(world.client(name, 'join', link, '--name', name, '--card-file', card).status, 0);
      const recovered = world.client(`${name}-second`, 'recover', '--card-file', card, '--server', address);
      assert.equal(recovered.status, 0, recovered.err);
      return { name, second: `${name}-second`, ids: [] };
    };
    const write = (who, text) => {
      world.input = jsonLines(thousand(text));
      const added = world.client(who.name, '--json', 'journal', 'add', '--from', '-');
      world.input = '';
      assert.equal(added.status, 0, added.err);
      who.ids.push(...added.lines.map((line) => line.id));
    };
    const idsOf = (home) => new Set(world.client(home, '--json', 'journal', 'list').lines.map((line) => line.id));

    // How long an upload takes here and now, from the start of the program to its end.
    const measured = teacher('ukur');
    const measure = (text) => {
      write(measured, text);
      const start = process.hrtime.bigint();
      assert.equal(world.client(measured.name, 'sync').status, 0);
      return Number(process.hrtime.bigint() - start) / 1e6;
    };
    let duration = [0, 1, 2].map((i) => measure(seed + i)).sort((a, b) => a - b)[1];

    const landed = { server: 0, client: 0 };
    const promised = new Map(); // what a program or `status` said is on the server
    const everybody = [];
    for (let round = 0; round < kills; ++round) {
      if (round % perTeacher === 0) {
        everybody.push(teacher(`guru${round}`));
        // A machine that was busy may be idle now: what is spread over a minute is spread over its own speed.
        if (round > 0) duration = measure(seed + 1000 + round);
      }
      const who = everybody.at(-1);
      const before = who.ids.length;
      write(who, seed + 100 + round);
      const victim = round % 2 === 0 ? 'server' : 'client';
      const upload = world.spawnClient(who.name, 'sync');
      const ended = new Promise((resolve) => upload.once('exit', (code) => resolve(code)));
      await sleep(((round + random()) / kills) * duration);
      if (victim === 'server') {
        await server.end('SIGKILL');
      } else {
        upload.kill('SIGKILL');
      }
      if ((await ended) === 0) promised.set(who, who.ids.length);
      else ++landed[victim];
      if (victim === 'server') server = await world.server(endpoint);

      // What this device takes for sent before it has talked to the server again...
      const { pending } = world.client(who.name, '--json', 'status').json;
      if (pending === 0) promised.set(who, who.ids.length);
      assert.ok(pending === 0 || promised.get(who) !== who.ids.length, 'reported as sent, and then not');
      promised.set(who, Math.max(promised.get(who) ?? 0, before));
      // ...is there, for somebody else to fetch.
      assert.equal(world.client(who.second, 'sync').status, 0);
      const there = idsOf(who.second);
      for (const id of who.ids.slice(0, promised.get(who))) assert.ok(there.has(id), `round ${round} lost ${id}`);

      const next = world.client(who.name, '--json', 'sync');
      assert.equal(next.status, 0, next.err);
      assert.equal(next.json.pending, 0);
    }
    t.diagnostic(`upload ${Math.round(duration)} ms; kills before its end: server ${landed.server}, client ${landed.client}`);
    assert.ok(landed.server + landed.client >= kills / 2, 'the kills came after the work was done');

    for (const who of everybody) {
      assert.equal(world.client(who.second, 'sync').status, 0);
      const all = new Set(who.ids);
      assert.equal(all.size, who.ids.length);
      assert.deepEqual(idsOf(who.name), all);
      assert.deepEqual(idsOf(who.second), all);
    }
  } finally {
    await world.close();
  }
});
