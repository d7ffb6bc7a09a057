// Journal entries as JSON Lines, about 400 characters of text each, the same for the same seed:
//   node corpus.mjs --entries N --seed S [--style own|unseen]
// own: the world of the shipped dictionary's phrases. unseen: words, frames and topics it was not made from.
import { composeEntry } from '../../client-core/log/dictionary/generate.mjs';
import { Random } from '../../client-core/log/dictionary/random.mjs';
import { option } from './options.mjs';
import { composeUnseen } from './unseen.mjs';

const STYLES = { own: composeEntry, unseen: composeUnseen };
const compose = STYLES[option('style', 'own')];
if (!compose) {
  console.error('corpus: --style is own or unseen');
  process.exit(2);
}
const random = new Random(Number(option('seed', '1')));
const lines = Array.from({ length: Number(option('entries', '1000')) }, () => JSON.stringify(compose(random)));
process.stdout.write(`${lines.join('\n')}\n`);
