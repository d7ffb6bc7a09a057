// What a sync costs, counted by a line between the real programs: what `sync --json` reports is what passed, the budgets of
// the protocol hold, and nothing that a person wrote can be read in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { corpus } from '../../tools/prose/corpus.mjs';
import { sizes } from '../../tools/prose/zstd.mjs';
import { Proxy } from './proxy.mjs';
import { World, jsonLines } from './support.mjs';

const heldout = readFileSync(new URL('../../tools/prose/heldout.jsonl', import.meta.url), 'utf8').trim().split('\n')
  .map((line) => JSON.parse(line));
const both = (report) => report.bytes_up + report.bytes_down;
const frames = (report) => report.frame_bytes_up + report.frame_bytes_down;

// A school whose teacher B syncs through a line that keeps all that passes.
class Line {
  static async open() {
    const line = new Line();
    line.world = new World();
    line.server = await line.world.school();
    line.parts = [];
    const keep = (chunk) => (line.parts.push(chunk), chunk);
    line.proxy = await Proxy.open(line.server.endpoint, { up: keep, down: keep });
    assert.equal((await line.sync()).round_trips >= 1, true);
    return line;
  }
  write(entries) {
    this.world.input = jsonLines(entries);
    assert.equal(this.world.client('B', 'journal', 'add', '--from', '-').status, 0);
    this.world.input = '';
  }
  // The report of one sync, which must be what the line counted.
  async sync() {
    const before = { ...this.proxy.bytes };
    const first = this.parts.length;
    const done = await this.world.clientAside('B', '--json', 'sync', '--server', this.proxy.via(this.server.address));
    assert.equal(done.status, 0, done.err);
    const report = JSON.parse(done.out);
    assert.equal(report.pending, 0);
    assert.equal(report.bytes_up, this.proxy.bytes.up - before.up);
    assert.equal(report.bytes_down, this.proxy.bytes.down - before.down);
    const passed = Buffer.concat(this.parts.slice(first)).toString('latin1');
    const lengths = [...passed.matchAll(/^content-length: (\d+)\r$/gim)].map((match) => Number(match[1]));
    assert.equal(lengths.length, report.round_trips * 2, 'each round trip is one request and one answer');
    assert.equal(lengths.reduce((a, b) => a + b, 0), frames(report), 'frames are what the HTTP lines announce');
    return report;
  }
  async close() {
    await this.proxy.close();
    await this.world.close();
  }
}

async function onALine(run) {
  const line = await Line.open();
  try {
    await run(line);
  } finally {
    await line.close();
  }
}

test('a sync of nothing new is one round trip of at most 230 bytes, 380 with the HTTP lines', async (t) => {
  await onALine(async (line) => {
    const report = await line.sync();
    t.diagnostic(`${frames(report)} B of frames, ${both(report)} B in all`);
    assert.equal(report.round_trips, 1);
    assert.ok(frames(report) <= 230, JSON.stringify(report));
    assert.ok(both(report) <= 380, JSON.stringify(report));
  });
});

test('an entry of some 400 characters is one round trip of at most 600 bytes, 750 with the HTTP lines', async (t) => {
  await onALine(async (line) => {
    line.write([heldout[0]]);  // the first push of a log names it in full
    await line.sync();
    // The even lines served for tuning the dictionary, these did not.
    for (const entry of heldout.filter((_, i) => i % 2 === 1).slice(0, 12)) {
      line.write([entry]);
      const report = await line.sync();
      assert.equal(report.round_trips, 1);
      assert.ok(frames(report) <= 600, JSON.stringify(report));
      assert.ok(both(report) <= 750, JSON.stringify(report));
    }
    t.diagnostic(`${line.proxy.total} B on the whole line`);
  });
});

test('twenty entries at once cost at most 150 bytes each', async (t) => {
  await onALine(async (line) => {
    line.write(corpus(20, 11, 'own'));
    const own = await line.sync();
    line.write(heldout.filter((_, i) => i % 2 === 1).slice(0, 20));
    const written = await line.sync();
    t.diagnostic(`made-up ${both(own) / 20} B, written ${both(written) / 20} B an entry`);
    assert.ok(both(own) <= 20 * 150, JSON.stringify(own));
    assert.ok(both(written) <= 20 * 190, JSON.stringify(written));
  });
});

test('a first upload of 1,000 entries costs at most 145 bytes each', async (t) => {
  await onALine(async (line) => {
    line.write(corpus(1000, 12, 'own'));
    const report = await line.sync();
    t.diagnostic(`${both(report) / 1000} B an entry in ${report.round_trips} round trips`);
    assert.ok(both(report) <= 1000 * 145, JSON.stringify(report));
  });
});

test('1,000 entries in words the dictionary never saw cost at most 1.45 times what zstd -19 makes of them all', async (t) => {
  const entries = corpus(1000, 13, 'unseen');
  // Never saw: of the runs of four words in these entries not one stands in the dictionary.
  const words = (text) => text.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  const runs = (list) => list.slice(3).map((_, i) => list.slice(i, i + 4).join(' '));
  const dictionary = readFileSync(path.join(process.env.SEJAWAT_BUILD, 'client-core/log/dictionary/dictionary_v1.zdict'));
  const known = new Set(runs(words(dictionary.toString('latin1'))));
  assert.ok(known.size > 5000);
  const texts = entries.flatMap((entry) => entry.events.flatMap((event) => [event.happened, event.expected ?? '', event.gap ?? '']));
  assert.deepEqual(texts.flatMap((text) => runs(words(text)).filter((run) => known.has(run))), []);

  await onALine(async (line) => {
    line.write(entries);
    const report = await line.sync();
    const reference = sizes([jsonLines(entries)])[0];
    const ratio = both(report) / reference;
    t.diagnostic(`${both(report)} B against ${reference} B: ratio ${ratio.toFixed(3)}`);
    assert.ok(ratio <= 1.45, `ratio ${ratio}`);
  });
});

test('no sentence and no name can be read on the line, in any exchange', async () => {
  await onALine(async (line) => {
    line.write([...corpus(60, 14, 'own'), ...heldout]);
    await line.sync();
    const fresh = await line.world.clientAside('B2', 'recover', '--card-file', line.world.path('card.txt'),
      '--server', line.proxy.via(line.server.address));
    assert.equal(fresh.status, 0, fresh.err);
    const listed = line.world.client('B2', '--json', 'journal', 'list').lines;
    assert.equal(listed.length, 60 + heldout.length);
    const passed = Buffer.concat(line.parts);
    assert.ok(passed.length > 10000);
    const needles = listed.flatMap((entry) => [entry.subject, ...entry.tags, ...entry.events.flatMap(
      (event) => [event.happened, event.expected, event.gap])]).filter((text) => text && text.length >= 6);
    assert.ok(needles.length > 300);
    // A piece from the middle of each, as it is and in the encodings that leave it legible.
    for (const needle of [...needles.map((text) => text.slice(text.length >> 2, (text.length >> 2) + 24)), 'Suryani', 'Hartono', 'Mataram']) {
      for (const form of ['utf8', 'utf16le', 'base64', 'hex']) {
        const bytes = Buffer.from(needle, 'utf8');
        const hidden = form === 'utf8' || form === 'utf16le' ? Buffer.from(needle, form) : Buffer.from(bytes.toString(form).slice(0, 16));
        assert.equal(passed.includes(hidden), false, `${form}: ${needle}`);
      }
    }
  });
});
