// What the dictionary gains, measured with the zstd program at level 19: node measure.mjs [--entries N] [--seed S]
// An entry is counted as the bytes of layout.mjs in a frame as segments have it: no magic, size, checksum or dictionary id.
// Not counted: the numbers of an op (ids, dots, times), padding, encryption and signature.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { content } from '../../client-core/log/dictionary/content.mjs';
import { dictionary } from '../../client-core/log/dictionary/format.mjs';
import { statistics } from '../../client-core/log/dictionary/statistics.mjs';
import { corpus } from './corpus.mjs';
import { entryBytes } from './layout.mjs';

const BLOCK = 8 * 1024;
const MAGIC = 4;
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};

const scratch = mkdtempSync(path.join(tmpdir(), 'measure-'));
process.on('exit', () => rmSync(scratch, { recursive: true }));
const shipped = path.join(scratch, 'dictionary');
writeFileSync(shipped, dictionary(1, statistics, content()));
const bare = ['--no-check', '--no-content-size', '--no-dictID'];

/** Sizes of many texts, each compressed alone. */
function sizes(texts, options) {
  const names = texts.map((text, i) => {
    writeFileSync(path.join(scratch, `${i}`), text);
    return `${i}`;
  });
  execFileSync('zstd', ['-q', '-f', '-19', ...options, ...names], { cwd: scratch });
  return names.map((name) => readFileSync(path.join(scratch, `${name}.zst`)).length);
}

const sealed = (texts) => sizes(texts, ['-D', shipped, ...bare]).map((size) => size - MAGIC);
const json = (entries) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

/** The sizes of the blocks of all entries, each as full as 8 KiB allow. */
function blocks(entries) {
  const texts = entries.map(entryBytes);
  const size = (from, to) => sealed([Buffer.concat(texts.slice(from, to))])[0];
  const result = [];
  for (let from = 0; from < texts.length;) {
    let fits = from + 1;
    let over = texts.length + 1;
    for (let to = Math.min(fits + 60, texts.length); fits + 1 < over; to = Math.min((fits + over) >> 1, fits + 60)) {
      if (size(from, to) <= BLOCK) fits = to;
      else over = to;
    }
    result.push(size(from, fits));
    from = fits;
  }
  return result;
}

const sum = (list) => list.reduce((total, n) => total + n, 0);

function lone(name, entries) {
  const all = sealed(entries.map(entryBytes)).sort((a, b) => a - b);
  const without = sizes(entries.map(entryBytes), bare).map((size) => size - MAGIC);
  const characters = sum(entries.flatMap(({ events }) => events)
    .map(({ happened, expected = '', gap = '' }) => happened.length + expected.length + gap.length));
  console.log(`${name}: ${Math.round(characters / entries.length)} characters; alone mean ${(sum(all) / all.length).toFixed(1)}, `
    + `p90 ${all[Math.ceil(all.length * 0.9) - 1]}, most ${all.at(-1)} bytes; `
    + `without dictionary ${(sum(without) / without.length).toFixed(1)}`);
}

const heldout = readFileSync(new URL('heldout.jsonl', import.meta.url), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
lone('held-out, first half (tuned on)', heldout.slice(0, 30));
lone('held-out, second half', heldout.slice(30));
for (const style of ['own', 'unseen']) {
  const entries = corpus(option('entries', 600), option('seed', 1), style);
  lone(style, entries);
  const packed = blocks(entries);
  const [whole] = sizes([json(entries)], []);
  console.log(`${style}: ${entries.length} entries in ${packed.length} blocks, ${(sum(packed) / entries.length).toFixed(1)} bytes an entry; `
    + `zstd -19 of all JSON ${(whole / entries.length).toFixed(1)}; ${((100 * sum(packed)) / whole).toFixed(0)} %`);
}
