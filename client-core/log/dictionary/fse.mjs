// The parts of Finite State Entropy that a zstd dictionary needs (RFC 8878, sections 4.1 and 4.2).

/** Scales counts to a sum of 2^log; every symbol of the list keeps a share of one at least. */
export function normalize(counts, log) {
  const size = 1 << log;
  const total = counts.reduce((a, b) => a + b, 0);
  const share = counts.map((c) => Math.max(1, Math.floor((c * size) / total)));
  let excess = share.reduce((a, b) => a + b, 0) - size;
  const cost = (s, c) => c * Math.log2(s / (s - 1));
  const gain = (s, c) => c * Math.log2((s + 1) / s);
  for (; excess > 0; --excess) share[best(share, (s, i) => (s > 1 ? -cost(s, counts[i]) : -Infinity))]--;
  for (; excess < 0; ++excess) share[best(share, (s, i) => gain(s, counts[i]))]++;
  return share;
}

function best(list, score) {
  let winner = 0;
  list.forEach((value, i) => {
    if (score(value, i) > score(list[winner], winner)) winner = i;
  });
  return winner;
}

/** Collects bits, least significant first. */
class BitWriter {
  #bits = [];

  write(value, count) {
    for (let i = 0; i < count; ++i) this.#bits.push((value >> i) & 1);
  }

  bytes() {
    const out = Buffer.alloc(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => { out[i >> 3] |= bit << (i & 7); });
    return out;
  }
}

/** The table description: accuracy log and one variable-width number per symbol. */
export function describe(share, log) {
  const out = new BitWriter();
  out.write(log - 5, 4);
  let remaining = (1 << log) + 1;
  let threshold = 1 << log;
  let width = log + 1;
  for (let symbol = 0; symbol < share.length && remaining > 1;) {
    const low = 2 * threshold - 1 - remaining;
    const count = share[symbol++];
    remaining -= count;
    let value = count + 1;
    if (value >= threshold) value += low;
    out.write(value, value < low ? width - 1 : width);
    for (; remaining < threshold; threshold >>= 1) --width;
    if (count === 0) {
      let run = 0;
      for (; symbol < share.length && share[symbol] === 0; ++symbol) ++run;
      for (; run >= 24; run -= 24) out.write(0xffff, 16);
      for (; run >= 3; run -= 3) out.write(3, 2);
      out.write(run, 2);
    }
  }
  return out.bytes();
}

/** For each state of the decoder: symbol, bits to read, and the base they are added to. */
export function decodingTable(share, log) {
  const size = 1 << log;
  const step = (size >> 1) + (size >> 3) + 3;
  const symbols = new Array(size);
  let high = size;
  share.forEach((count, symbol) => {
    if (count < 0) symbols[--high] = symbol;
  });
  let position = 0;
  share.forEach((count, symbol) => {
    for (let i = 0; i < count; ++i) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1); while (position >= high);
    }
  });
  const next = share.map((count) => Math.abs(count));
  return symbols.map((symbol) => {
    const state = next[symbol]++;
    const bits = log - Math.floor(Math.log2(state));
    return { symbol, bits, base: (state << bits) - size };
  });
}

/** Encodes symbols for a decoder that alternates between two states of one table. */
export function encodePair(symbols, share, log) {
  const table = decodingTable(share, log);
  const states = new Array(symbols.length);
  const reads = new Array(symbols.length);
  for (let i = symbols.length - 1; i >= 0; --i) {
    const candidates = table.map((entry, state) => ({ ...entry, state })).filter((e) => e.symbol === symbols[i]);
    if (i >= symbols.length - 2) {
      // The stream ends here: the decoder stops when it would have to read past the end, so the state must want bits.
      states[i] = candidates.reduce((a, b) => (b.bits > a.bits ? b : a)).state;
      continue;
    }
    const target = states[i + 2];
    const entry = candidates.find((e) => e.base <= target && target < e.base + (1 << e.bits));
    states[i] = entry.state;
    reads[i] = [target - entry.base, entry.bits];
  }
  const order = [[states[0], log], [states[1], log], ...reads.slice(0, -2)];
  const out = new BitWriter();
  for (const [value, bits] of order.reverse()) out.write(value, bits);
  out.write(1, 1);
  return out.bytes();
}
