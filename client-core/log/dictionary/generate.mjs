// Composes journal entries from the phrase files; run as a program it writes samples:
//   node generate.mjs --entries N --seed S > samples.jsonl
import { fileURLToPath } from 'node:url';
import { frames, prose, slots } from './phrases.mjs';
import { Random } from './random.mjs';

const SUBJECTS = ['Matematika', 'Bahasa Indonesia', 'IPAS', 'PJOK', 'SBdP', 'Agama', 'Pendidikan Pancasila'];
const CLASSES = [1, 2, 3, 4, 5, 6].flatMap((grade) => ['A', 'B'].map((letter) => `${grade}${letter}`));
const DOMAINS = ['pupils', 'pupils', 'methods', 'teacher'];

function sentence(random, title) {
  const text = random.pick(frames.get(title)).replace(/\{(\w+)\}/g, (_, name) => random.pick(slots.get(name)));
  return text[0].toUpperCase() + text.slice(1);
}

/** Sentences of a journal: mostly frames, now and then a line of the plain prose. */
function paragraph(random, title, length) {
  let text = sentence(random, title);
  while (text.length < length) text += ` ${random.chance(0.2) ? random.pick(prose) : sentence(random, title)}`;
  return text;
}

const size = ({ happened, expected = '', gap = '' }) => happened.length + expected.length + gap.length;

function event(random) {
  const domain = random.pick(DOMAINS);
  return {
    domain,
    happened: paragraph(random, `${domain}.happened`, random.between(50, 130)),
    expected: sentence(random, 'expected'),
    gap: paragraph(random, 'gap', random.between(30, 90)),
  };
}

/** One entry of about 400 characters of text. */
export function composeEntry(random) {
  const events = [event(random)];
  let left = random.between(340, 440) - size(events[0]);
  if (left > 160) {
    events.push(event(random));
    left -= size(events[1]);
  }
  if (left > 60) events.push({ domain: 'teacher', happened: paragraph(random, 'teacher.happened', left - 40) });
  const entry = {
    date: new Date(Date.UTC(2026, 6, 13 + random.below(150))).toISOString().slice(0, 10),
    class: random.pick(CLASSES),
    subject: random.pick(SUBJECTS),
    kind: 'daily',
    events,
  };
  if (random.chance(0.4)) entry.mood = random.pick(frames.get('mood'));
  entry.tags = random.chance(0.7) ? [random.pick(frames.get('tags'))] : [];
  return entry;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : Number(process.argv[at + 1]);
  };
  const random = new Random(option('seed', 1));
  for (let i = option('entries', 1000); i > 0; --i) console.log(JSON.stringify(composeEntry(random)));
}
