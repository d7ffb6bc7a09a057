// The Huffman table of a zstd dictionary (RFC 8878, section 4.2.1): 256 literals, codes of 11 bits at most.
import { describe, encodePair, normalize } from './fse.mjs';

const LONGEST = 11;
const WEIGHT_LOG = 6;

/** Code lengths by package-merge: optimal under the limit, ties broken by symbol. */
function codeLengths(counts) {
  const leaves = counts.map((count, symbol) => ({ count, symbols: [symbol] }));
  const sorted = (list) => list.sort((a, b) => a.count - b.count || a.symbols[0] - b.symbols[0]);
  let packages = sorted([...leaves]);
  for (let level = 1; level < LONGEST; ++level) {
    const pairs = [];
    for (let i = 0; i + 1 < packages.length; i += 2) {
      const [a, b] = [packages[i], packages[i + 1]];
      pairs.push({ count: a.count + b.count, symbols: [...a.symbols, ...b.symbols] });
    }
    packages = sorted([...leaves, ...pairs]);
  }
  const lengths = counts.map(() => 0);
  for (const { symbols } of packages.slice(0, 2 * counts.length - 2)) for (const s of symbols) ++lengths[s];
  return lengths;
}

/** The description of the table; the weight of the last symbol is implied. */
export function describeHuffman(counts) {
  const lengths = codeLengths(counts);
  const longest = Math.max(...lengths);
  const weights = lengths.map((length) => longest + 1 - length).slice(0, -1);
  const occurrences = new Array(Math.max(...weights) + 1).fill(0);
  for (const weight of weights) ++occurrences[weight];
  const used = occurrences.map((n) => Math.max(n, 0.001));
  const share = normalize(used, WEIGHT_LOG);
  const stream = Buffer.concat([describe(share, WEIGHT_LOG), encodePair(weights, share, WEIGHT_LOG)]);
  if (stream.length > 127) throw new Error('Huffman weights do not fit their length byte');
  return Buffer.concat([Buffer.from([stream.length]), stream]);
}
