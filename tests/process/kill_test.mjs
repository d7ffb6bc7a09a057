// kill -9 of the client and of the server, spread over the measured duration of an upload: nothing that was reported
// as sent is missing, and the next sync completes both sides.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { World, entries, jsonLines } from './support.mjs';

const seed = Number(process.env.SEJAWAT_SEED ?? randomInt(1 << 30));
const rounds = Number(process.env.SEJAWAT_KILLS ?? 50);
const count = 1000;

// mulberry32: repeatable with the printed seed
let state = seed >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

test(`${rounds} kills during the upload of ${count} entries, half of each side (SEJAWAT_SEED=${seed})`, async () => {
  const world = new World();
  try {
    let server = await world.school();
    const endpoint = server.endpoint;
    // How long an upload takes here and now, measured on one.
    world.input = jsonLines(entries(count));
    world.client('B', 'journal', 'add', '--from', '-');
    const start = process.hrtime.bigint();
    assert.equal(world.client('B', 'sync').status, 0);
    const duration = Number((process.hrtime.bigint() - start) / 1000000n);

    let total = count;
    let promised = total;
    const perRound = Math.ceil(count / 10);
    for (let round = 0; round < rounds; ++round) {
      world.input = jsonLines(entries(perRound, `putaran ${round}`));
      assert.equal(world.client('B', 'journal', 'add', '--from', '-').status, 0);
      total += perRound;
      const victimIsServer = round % 2 === 0;
      const upload = world.spawnClient('B', 'sync');
      const ended = new Promise((resolve) => upload.once('exit', (code) => resolve(code)));
      await sleep(random() * Math.max(duration, 20) * (perRound / count) * 3);
      if (victimIsServer) {
        await server.end('SIGKILL');
        if ((await ended) === 0) promised = total;
        server = await world.server(endpoint);
      } else {
        upload.kill('SIGKILL');
        if ((await ended) === 0) promised = total;
      }
    }
    assert.equal(world.client('B', '--json', 'sync').json.pending, 0);
    assert.equal(world.client('B', '--json', 'journal', 'list').lines.length, total);
    const recovered = world.client('B2', 'recover', '--card-file', world.path('card.txt'), '--server', server.address);
    assert.equal(recovered.status, 0, recovered.err);
    const there = world.client('B2', '--json', 'journal', 'list').lines.length;
    assert.ok(there >= promised);
    assert.equal(there, total);
  } finally {
    await world.close();
  }
});
