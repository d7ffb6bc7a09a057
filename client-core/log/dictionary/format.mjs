// Puts statistics and content together as a zstd dictionary (RFC 8878, section 5).
import { describe, normalize } from './fse.mjs';
import { describeHuffman } from './huffman.mjs';

const MAGIC = 0xec30a437;
const LOGS = { offset: 8, match: 9, literals: 9 };

function u32(value) {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

function table(counts, log) {
  return describe(normalize(counts, log), log);
}

export function dictionary(id, statistics, content) {
  const { bytes, offsets, matchLengths, literalLengths, repeats } = statistics;
  return Buffer.concat([
    u32(MAGIC), u32(id),
    describeHuffman(bytes),
    table(offsets, LOGS.offset),
    table(matchLengths, LOGS.match),
    table(literalLengths, LOGS.literals),
    ...repeats.map(u32),
    content,
  ]);
}
