// Entries from the fragments of unseen.txt: prose that the dictionary was not made from.
import { readFileSync } from 'node:fs';

const lists = new Map();
let open;
for (const line of readFileSync(new URL('unseen.txt', import.meta.url), 'utf8').split('\n')) {
  if (!line || line.startsWith('#')) continue;
  const title = /^\[(.+)\]$/.exec(line);
  if (title) lists.set(title[1], open = []);
  else open.push(line);
}

const CLASSES = [1, 2, 3, 4, 5, 6].flatMap((grade) => ['A', 'B', 'C'].map((letter) => `${grade}${letter}`));
const DOMAINS = ['pupils', 'methods', 'teacher'];

/** "{name}" draws from a list, "(a|b|c)" is one of the three. */
function expand(random, text) {
  const drawn = text.replace(/\{(\w+)\}/g, (_, name) => expand(random, random.pick(lists.get(name))));
  return drawn.replace(/\(([^()]+)\)/g, (_, options) => random.pick(options.split('|')));
}

const sentences = (text) => text.replace(/(^|[.?!] )([a-z])/g, (_, before, letter) => before + letter.toUpperCase());

function write(random, title, length) {
  const parts = [];
  do parts.push(expand(random, random.pick(lists.get(title)))); while (parts.join(' ').length < length);
  return sentences(parts.join(' '));
}

/** One entry of about 400 characters of text. */
export function composeUnseen(random) {
  const events = [];
  for (let left = random.between(290, 390); left > 0;) {
    const domain = random.pick(DOMAINS);
    const event = { domain, happened: write(random, `happened.${domain}`, random.between(30, 130)) };
    left -= event.happened.length;
    if (left > 0) left -= (event.expected = write(random, 'expected', 20)).length;
    if (left > -40) left -= (event.gap = write(random, 'gap', random.between(20, 90))).length;
    events.push(event);
  }
  const entry = {
    date: new Date(Date.UTC(2026, 6, 13 + random.below(150))).toISOString().slice(0, 10),
    class: random.pick(CLASSES),
    subject: random.pick(lists.get('subjects')),
    kind: 'daily',
    events,
  };
  if (random.chance(0.3)) entry.mood = random.pick(lists.get('mood'));
  entry.tags = random.chance(0.6) ? [random.pick(lists.get('tags'))] : [];
  return entry;
}
