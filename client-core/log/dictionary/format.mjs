// Puts statistics and content together as a zstd dictionary (RFC 8878, section 5).
import { describe, normalize } from './fse.mjs';
import { describeHuffman } from './huffman.mjs';

const MAGIC = 0xec30a437;
const REPEATS = [1, 4, 8];
const LOGS = { offset: 8, match: 9, literals: 9 };
// What was never counted must stay possible, at a price.
const RARE_BYTE = 1.2;
const RARE_CODE = 0.3;

function u32(value) {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

/** The tables of sequence codes as [log, shares]. */
export function shares({ offsets, matchLengths, literalLengths }) {
  const table = (counts, log) => [log, normalize(counts.map((n) => n + RARE_CODE), log)];
  return {
    offset: table(offsets, LOGS.offset),
    match: table(matchLengths, LOGS.match),
    literals: table(literalLengths, LOGS.literals),
  };
}

function byteCounts(letters) {
  return Array.from({ length: 256 }, (_, byte) => (letters[String.fromCharCode(byte)] ?? 0) + RARE_BYTE);
}

export function dictionary(id, statistics, content) {
  const { offset, match, literals } = shares(statistics);
  const table = ([log, list]) => describe(list, log);
  return Buffer.concat([
    u32(MAGIC), u32(id),
    describeHuffman(byteCounts(statistics.letters)),
    table(offset), table(match), table(literals),
    ...REPEATS.map(u32),
    content,
  ]);
}
