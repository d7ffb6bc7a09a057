// Composes journal entries from the phrase files; run as a program it writes samples:
//   node generate.mjs --entries N --seed S > samples.jsonl
import { fileURLToPath } from 'node:url';
import { frames, prose, slots } from './phrases.mjs';
import { Random } from './random.mjs';

const OWN = { frames, prose, slots };
const SUBJECTS = ['Matematika', 'Bahasa Indonesia', 'IPAS', 'PJOK', 'SBdP', 'Agama', 'Pendidikan Pancasila'];
const CLASSES = [1, 2, 3, 4, 5, 6].flatMap((grade) => ['A', 'B'].map((letter) => `${grade}${letter}`));
const DOMAINS = ['pupils', 'pupils', 'methods', 'teacher'];

function sentence(random, title, world) {
  const text = random.pick(world.frames.get(title)).replace(/\{(\w+)\}/g, (_, name) => random.pick(world.slots.get(name)));
  return text[0].toUpperCase() + text.slice(1);
}

/** Sentences of a journal: mostly frames, now and then a line of the plain prose. */
function paragraph(random, title, length, world) {
  let text = sentence(random, title, world);
  while (text.length < length) {
    const plain = world.prose.length > 0 && random.chance(0.2);
    text += ` ${plain ? random.pick(world.prose) : sentence(random, title, world)}`;
  }
  return text;
}

const size = ({ happened, expected = '', gap = '' }) => happened.length + expected.length + gap.length;

function event(random, world) {
  const domain = random.pick(DOMAINS);
  return {
    domain,
    happened: paragraph(random, `${domain}.happened`, random.between(50, 130), world),
    expected: sentence(random, 'expected', world),
    gap: paragraph(random, 'gap', random.between(30, 90), world),
  };
}

/** One entry of about 400 characters of text, from the dictionary's phrases or another world of frames and slots. */
export function composeEntry(random, world = OWN) {
  const events = [event(random, world)];
  let left = random.between(340, 440) - size(events[0]);
  if (left > 160) {
    events.push(event(random, world));
    left -= size(events[1]);
  }
  if (left > 60) events.push({ domain: 'teacher', happened: paragraph(random, 'teacher.happened', left - 40, world) });
  const entry = {
    date: new Date(Date.UTC(2026, 6, 13 + random.below(150))).toISOString().slice(0, 10),
    class: random.pick(CLASSES),
    subject: random.pick(SUBJECTS),
    kind: 'daily',
    events,
  };
  if (random.chance(0.4)) entry.mood = random.pick(world.frames.get('mood'));
  entry.tags = random.chance(0.7) ? [random.pick(world.frames.get('tags'))] : [];
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
