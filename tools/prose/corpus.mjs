// Journal entries as JSON Lines, the same for the same seed:
//   node corpus.mjs --entries N --seed S --style own|unseen
// "own" speaks in the phrases that the dictionary was made from, "unseen" in those of unseen.txt, which it never saw.
import { fileURLToPath } from 'node:url';
import { composeEntry } from '../../client-core/log/dictionary/generate.mjs';
import { sectionsOf } from '../../client-core/log/dictionary/phrases.mjs';
import { Random } from '../../client-core/log/dictionary/random.mjs';

const unseen = sectionsOf(new URL('unseen.txt', import.meta.url));
const WORLDS = { own: undefined, unseen: { frames: unseen, slots: unseen, prose: [] } };

export function corpus(entries, seed, style) {
  if (!(style in WORLDS)) throw new Error(`no style "${style}": own or unseen`);
  const random = new Random(seed);
  return Array.from({ length: entries }, () => composeEntry(random, WORLDS[style]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : process.argv[at + 1];
  };
  const entries = corpus(Number(option('entries', 100)), Number(option('seed', 1)), option('style', 'own'));
  process.stdout.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
