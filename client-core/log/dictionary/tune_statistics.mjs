// Measures the numbers of statistics.mjs anew; run by hand when the content changes, never by the build:
//   node tune_statistics.mjs texts.jsonl... > statistics.mjs
// Each round compresses the texts with the dictionary so far and counts what zstd chose.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { content } from './content.mjs';
import { dictionary, shares } from './format.mjs';
import { sequences } from './sequences.mjs';

const ROUNDS = 4;

function guess() {
  return {
    letters: Object.fromEntries([...'abcdefghijklmnopqrstuvwxyz'].map((letter) => [letter, 20])),
    offsets: Array.from({ length: 18 }, (_, i) => (i > 7 ? i * i : 1)),
    matchLengths: Array.from({ length: 53 }, (_, i) => (i < 20 ? 20 : 1)),
    literalLengths: Array.from({ length: 36 }, (_, i) => (i < 8 ? 40 - 5 * i : 1)),
  };
}

function count(texts, statistics, raw) {
  const folder = mkdtempSync(join(tmpdir(), 'dictionary-'));
  try {
    const names = texts.map((text, i) => {
      const name = join(folder, `${i}`);
      writeFileSync(name, text);
      return name;
    });
    const dictionaryFile = join(folder, 'dictionary');
    writeFileSync(dictionaryFile, dictionary(1, statistics, raw));
    execFileSync('zstd', ['-q', '-19', '--no-check', '-D', dictionaryFile, ...names]);
    const zeros = ({ length }) => new Array(length).fill(0);
    const { offsets, matchLengths, literalLengths } = statistics;
    const next = {
      letters: {},
      offsets: zeros(offsets),
      matchLengths: zeros(matchLengths),
      literalLengths: zeros(literalLengths),
    };
    const literal = (byte) => {
      const letter = String.fromCharCode(byte);
      if (byte >= 32 && byte < 127) next.letters[letter] = (next.letters[letter] ?? 0) + 1;
    };
    let size = 0;
    texts.forEach((text, i) => {
      const frame = readFileSync(`${names[i]}.zst`);
      size += frame.length;
      let at = 0;
      for (const { codes, match, literals } of sequences(frame, shares(statistics))) {
        ++next.offsets[codes.offset];
        ++next.matchLengths[codes.match];
        ++next.literalLengths[codes.literals];
        for (const end = at + literals; at < end; ++at) literal(text[at]);
        at += match;
      }
      for (; at < text.length; ++at) literal(text[at]);
    });
    process.stderr.write(`${(size / texts.length).toFixed(1)} bytes a text, frame headers included\n`);
    return next;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { entryBytes } = await import('../../../tools/prose/layout.mjs');
const texts = process.argv.slice(2).flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
  .map((line) => entryBytes(JSON.parse(line)));
const raw = content();
let statistics = guess();
for (let round = 0; round < ROUNDS; ++round) statistics = count(texts, statistics, raw);

function rows(items) {
  const result = [];
  for (let i = 0; i < items.length; i += 16) result.push(`    ${items.slice(i, i + 16).join(', ')},`);
  return result.join('\n');
}

const { letters, ...lists } = statistics;
console.log('// How often zstd -19 chose each symbol on ordinary journal text; measured by tune_statistics.mjs, then fixed:');
console.log('// the dictionary must stay the same, byte for byte, whatever zstd is at hand when it is built.');
console.log('export const statistics = {');
const counts = Object.entries(letters).sort(([a], [b]) => (a < b ? -1 : 1));
console.log(`  letters: {\n${rows(counts.map(([letter, n]) => `${JSON.stringify(letter)}: ${n}`))}\n  },`);
for (const [key, list] of Object.entries(lists)) console.log(`  ${key}: [\n${rows(list)}\n  ],`);
console.log('};');
