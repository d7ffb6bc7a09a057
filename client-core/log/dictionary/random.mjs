// A small seeded generator (mulberry32): the same seed gives the same text on every machine.
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  #next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** 0 .. limit - 1 */
  below(limit) {
    return Math.floor((this.#next() / 4294967296) * limit);
  }

  between(low, high) {
    return low + this.below(high - low + 1);
  }

  chance(p) {
    return this.#next() / 4294967296 < p;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
