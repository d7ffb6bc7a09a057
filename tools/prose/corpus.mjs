// Journal entries as JSON Lines, about 400 characters of text each, the same for the same seed:
//   node corpus.mjs --entries N --seed S [--style own|unseen]
// own: the world of the shipped dictionary's phrases. unseen: words, frames and topics it was not made from.
import { fileURLToPath } from 'node:url';
import { composeEntry } from '../../client-core/log/dictionary/generate.mjs';
import { Random } from '../../client-core/log/dictionary/random.mjs';
import { option } from './options.mjs';
import { composeUnseen } from './unseen.mjs';

const STYLES = { own: composeEntry, unseen: composeUnseen };

export function corpus(entries, seed, style) {
  if (!(style in STYLES)) throw new Error(`no style "${style}": own or unseen`);
  const random = new Random(seed);
  return Array.from({ length: entries }, () => STYLES[style](random));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const entries = corpus(Number(option('entries', '1000')), Number(option('seed', '1')), option('style', 'own'));
  process.stdout.write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
