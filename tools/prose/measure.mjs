// What the dictionary gains: node measure.mjs --dictionary dictionary_v1.zdict
// Lone entries of heldout.jsonl: the even lines served for tuning, the odd ones (counted from 0) did not.
// Then those and 1,000 made-up entries of each style in blocks of a compressed size limit, against zstd -19 of all their JSON at once.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { corpus } from './corpus.mjs';
import { entryBytes } from './layout.mjs';
import { option } from './options.mjs';
import { sizes } from './zstd.mjs';

const BLOCK_OVERHEAD = 144; // header, nonce, tag, signature
const STRUCTURE = 14; // ids, dots and times of an entry, hardly compressible
const LIMITS = [8, 16, 56];
const file = option('dictionary');
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const parse = (text) => text.trim().split('\n').map((line) => JSON.parse(line));
const sum = (list) => list.reduce((a, b) => a + b, 0);
const mean = (list) => sum(list) / list.length;

function lone(title, entries) {
  const texts = entries.map(entryBytes);
  const found = sizes(texts, file);
  const characters = mean(texts.map((text) => text.length));
  const sorted = [...found].sort((a, b) => a - b);
  console.log(`${title}: ${characters.toFixed(0)} bytes of text; with dictionary ${mean(found).toFixed(1)}`
    + ` (median ${sorted[sorted.length >> 1]}, worst ${sorted.at(-1)}), per 400 ${(mean(found) / characters * 400).toFixed(1)};`
    + ` without ${mean(sizes(texts)).toFixed(1)}`);
}

/** Sizes of the text blocks when each, with the structure of its entries and the overhead, stays below the limit. */
function pack(texts, limit) {
  const blocks = [];
  for (let from = 0; from < texts.length;) {
    const fits = (count) => sizes([Buffer.concat(texts.slice(from, from + count))], file)[0]
      + count * STRUCTURE + BLOCK_OVERHEAD <= limit;
    let low = 1;
    let high = texts.length - from;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (fits(middle)) low = middle;
      else high = middle - 1;
    }
    blocks.push(sizes([Buffer.concat(texts.slice(from, from + low))], file)[0]);
    from += low;
  }
  return blocks;
}

function batch(title, entries) {
  const json = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const texts = entries.map(entryBytes);
  const reference = sizes([json])[0];
  console.log(`${title}: zstd -19 of all the JSON ${(reference / entries.length).toFixed(1)} an entry`);
  for (const limit of LIMITS) {
    const blocks = pack(texts, limit * 1024);
    const whole = sum(blocks) + entries.length * STRUCTURE + blocks.length * BLOCK_OVERHEAD;
    console.log(`${title}, blocks of ${limit} KiB: ${blocks.length} blocks, text ${(sum(blocks) / entries.length).toFixed(1)},`
      + ` all ${(whole / entries.length).toFixed(1)} an entry, ${(whole / reference).toFixed(2)} x the JSON`);
  }
}

if (!file) {
  console.error('measure: --dictionary FILE (the build makes dictionary_v1.zdict)');
  process.exit(2);
}
const dictionary = readFileSync(file);
console.log(`dictionary: ${dictionary.length} bytes, ${brotliCompressSync(dictionary).length} with brotli`);
const heldout = parse(readFileSync(here('heldout.jsonl'), 'utf8'));
lone('held out, tuned on', heldout.filter((_, i) => i % 2 === 0));
lone('held out, never tuned on', heldout.filter((_, i) => i % 2 === 1));
batch('held out, all', heldout);
for (const style of ['own', 'unseen']) {
  const entries = corpus(1000, Number(option('seed', '5')), style);
  lone(`${style}, lone entries`, entries.slice(0, 200));
  batch(style, entries);
}
