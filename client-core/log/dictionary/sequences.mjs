// Reads the sequences out of one-block zstd frames (RFC 8878, section 3.1.1.3.2): what the statistics are counted from.
import { decodingTable } from './fse.mjs';

const PREDEFINED = {
  literals: [6, [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
    -1, -1, -1, -1]],
  offset: [5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]],
  match: [6, [1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1]],
};
const LITERALS_BITS = [...new Array(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS = [...new Array(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const bases = (bits, first) => bits.reduce((list, b) => [...list, list.at(-1) + (1 << b)], [first]);
const LITERALS_BASE = bases(LITERALS_BITS, 0);
const MATCH_BASE = bases(MATCH_BITS, 3);

/** Reads a table description; answers [log, shares, bytes used]. */
export function readShares(data, at) {
  let bit = at * 8;
  const peek = (count) => {
    let value = 0;
    for (let i = 0; i < count; ++i) value |= (((data[(bit + i) >> 3] ?? 0) >> ((bit + i) & 7)) & 1) << i;
    return value;
  };
  const log = peek(4) + 5;
  bit += 4;
  let remaining = (1 << log) + 1;
  let threshold = 1 << log;
  let width = log + 1;
  const shares = [];
  while (remaining > 1) {
    const low = 2 * threshold - 1 - remaining;
    let value = peek(width - 1);
    if (value < low) bit += width - 1;
    else {
      value = peek(width);
      bit += width;
      if (value >= threshold) value -= low;
    }
    const share = value - 1;
    shares.push(share);
    remaining -= Math.abs(share);
    for (; remaining < threshold && threshold > 1; threshold >>= 1) --width;
    if (share === 0) {
      for (let run = 3; run === 3;) {
        run = peek(2);
        bit += 2;
        for (let i = 0; i < run; ++i) shares.push(0);
      }
    }
  }
  return [log, shares, Math.ceil(bit / 8) - at];
}

class BackwardReader {
  constructor(data) {
    this.data = data;
    this.bit = data.length * 8 - 1;
    while (!((data[this.bit >> 3] >> (this.bit & 7)) & 1)) --this.bit;
  }

  read(count) {
    let value = 0;
    for (let i = 0; i < count; ++i) {
      --this.bit;
      value = value * 2 + (this.bit < 0 ? 0 : (this.data[this.bit >> 3] >> (this.bit & 7)) & 1);
    }
    return value;
  }
}

function literalsSectionSize(data, at) {
  const kind = data[at] & 3;
  const form = (data[at] >> 2) & 3;
  if (kind < 2) {
    const header = form === 1 ? 2 : form === 3 ? 3 : 1;
    const size = header === 1 ? data[at] >> 3 : data.readUIntLE(at, header) >> 4;
    return header + (kind === 1 ? 1 : size);
  }
  const header = form < 2 ? 3 : form + 2;
  const width = form < 2 ? 10 : form === 2 ? 14 : 18;
  const value = data.readUIntLE(at, header);
  return header + Math.floor(value / 2 ** (4 + width)) % 2 ** width;
}

/** The sequences of a frame as {literals, match, offset} codes and lengths; `dictionaryTables` serve repeat mode. */
export function sequences(frame, dictionaryTables) {
  const descriptor = frame[4];
  const single = (descriptor >> 5) & 1;
  const sizes = [single, 2, 4, 8][descriptor >> 6];
  let at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + sizes;
  const block = frame.readUIntLE(at, 3);
  if (!(block & 1)) throw new Error('more than one block');
  if (((block >> 1) & 3) !== 2) return [];
  const end = at + 3 + (block >> 3);
  at += 3;
  at += literalsSectionSize(frame, at);
  let count = frame[at++];
  if (count === 0) return [];
  if (count === 255) {
    count = frame.readUInt16LE(at) + 0x7f00;
    at += 2;
  } else if (count > 127) count = ((count - 128) << 8) + frame[at++];
  const modes = frame[at++];
  const tables = {};
  ['literals', 'offset', 'match'].forEach((name, i) => {
    const mode = (modes >> (6 - 2 * i)) & 3;
    if (mode === 0) tables[name] = PREDEFINED[name];
    else if (mode === 1) tables[name] = [0, Object.assign(new Array(64).fill(0), { [frame[at++]]: 1 })];
    else if (mode === 2) {
      const [log, shares, used] = readShares(frame, at);
      at += used;
      tables[name] = [log, shares];
    } else tables[name] = dictionaryTables[name];
  });
  const decoders = Object.fromEntries(Object.entries(tables).map(([name, [log, shares]]) =>
    [name, log === 0 ? [{ symbol: shares.indexOf(1), bits: 0, base: 0 }] : decodingTable(shares, log)]));
  const input = new BackwardReader(frame.subarray(at, end));
  const states = {};
  for (const name of ['literals', 'offset', 'match']) states[name] = input.read(tables[name][0]);
  const result = [];
  for (let i = 0; i < count; ++i) {
    const code = (name) => decoders[name][states[name]].symbol;
    const codes = { literals: code('literals'), offset: code('offset'), match: code('match') };
    input.read(codes.offset);
    const match = MATCH_BASE[codes.match] + input.read(MATCH_BITS[codes.match]);
    const literals = LITERALS_BASE[codes.literals] + input.read(LITERALS_BITS[codes.literals]);
    result.push({ codes, match, literals });
    if (i + 1 === count) break;
    for (const name of ['literals', 'match', 'offset']) {
      const entry = decoders[name][states[name]];
      states[name] = entry.base + input.read(entry.bits);
    }
  }
  return result;
}
