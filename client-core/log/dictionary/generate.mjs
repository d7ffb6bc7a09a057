// The two inputs of the dictionary, both from the phrases of this folder and the same at every run:
// its content (what entries are matched against, the likeliest last) and sample entries (for the statistics of matches).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { forms } from './morphology.mjs';

const lines = (name) => readFileSync(new URL(`./phrases.${name}.txt`, import.meta.url), 'utf8')
  .split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));

/** "[name]" opens a section; the lines below it belong to it. */
export function sections(all) {
  const found = {};
  let name = '';
  for (const line of all) {
    const open = line.match(/^\[([\w.]+)\]$/);
    if (open) found[(name = open[1])] = [];
    else found[name].push(line);
  }
  return found;
}

/** mulberry32: small, and the same on every machine. */
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, below: (n) => Math.floor(next() * n), pick: (list) => list[Math.floor(next() * list.length)] };
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export function world() {
  return { frames: sections(lines('frames')), slots: sections(lines('slots')), prose: lines('prose') };
}

/** A frame with its slots filled. */
export function fill(frame, slots, luck) {
  return capital(frame.replace(/\{(\w+)\}/g, (_, slot) => luck.pick(slots[slot])));
}

const SUBJECTS = ['Matematika', 'Bahasa Indonesia', 'IPAS', 'Pendidikan Pancasila', 'PJOK', 'Seni Budaya', 'Agama'];
const pad = (n) => String(n).padStart(2, '0');

/** One journal entry whose sentences come from `say(section)`, about 400 characters of text. */
export function entry(luck, say, tags) {
  const wanted = 330 + luck.below(110);
  const events = [];
  let length = 0;
  const text = (section, sentences) => {
    const parts = [];
    for (let i = 0; i < sentences; i += 1) parts.push(say(section));
    const whole = parts.join(' ');
    length += whole.length;
    return whole;
  };
  const domains = luck.pick([['pupils', 'teacher'], ['pupils', 'methods'], ['methods', 'teacher'], ['pupils']]);
  for (const domain of domains) {
    if (length > wanted) break;
    const first = events.length === 0;
    const event = { domain, happened: text(`${domain}.happened`, first && luck.next() < 0.6 ? 2 : 1) };
    if (first || length < wanted * 0.7) event.expected = text('expected', 1);
    if (length < wanted) event.gap = text('gap', length < wanted - 160 ? 2 : 1);
    events.push(event);
  }
  for (const key of ['gap', 'happened', 'expected', 'gap']) {
    const at = events.at(-1);
    if (length < wanted) at[key] = at[key] ? `${at[key]} ${text(key === 'happened' ? `${at.domain}.happened` : key, 1)}` : text(key, 1);
  }
  const day = `2026-${pad(luck.pick([1, 2, 3, 4, 5, 7, 8, 9, 10, 11]))}-${pad(1 + luck.below(28))}`;
  const made = { date: day, class: `${1 + luck.below(6)}${luck.pick('ABC')}`, subject: luck.pick(SUBJECTS), events };
  if (luck.next() < 0.7) made.tags = [luck.pick(tags)];
  return made;
}

/** Each frame once and each filling once at least: what the frames of a section can say, said briefly. */
function spread(frames, slots, luck) {
  const turn = {};
  const next = (slot) => {
    turn[slot] ??= luck.below(slots[slot].length);
    turn[slot] += 1;
    return slots[slot][turn[slot] % slots[slot].length];
  };
  return frames.map((frame) => capital(frame.replace(/\{(\w+)\}/g, (_, slot) => next(slot))));
}

const HEAD = (subject) => `{"date":"2026-09-01","class":"4A","subject":"${subject}","events":[{"domain":"`;

export function content() {
  const { frames, slots, prose } = world();
  const luck = chance(1);
  const roots = lines('roots').flatMap(forms);
  const words = lines('words').join(' ').split(' ');
  const once = [...new Set([...words, ...roots])];
  const texts = ['pupils.happened', 'methods.happened', 'teacher.happened', 'expected', 'gap'];
  const fillings = Object.values(slots).flat();
  const said = texts.map((name) => spread(frames[name], slots, luck).join(' '));
  const tail = `"],"tags":["${frames.tags.join('"]} {"tags":["')}"]}\n`
    + ['PJOK', 'Agama', 'SBdP', 'Pendidikan Pancasila', 'IPAS', 'Bahasa Indonesia', 'Matematika'].map(HEAD).join('\n')
    + 'methods","happened":"Saya belum ","expected":"Semua anak ","gap":"Saya perlu "},{"domain":"teacher","happened":"Saya "}],"tags":["'
    + `${HEAD('Matematika')}pupils","happened":"Anak-anak ","expected":"Anak ","gap":"Saya "},{"domain":"teacher","happened":"Saya `;
  return Buffer.from([once.join(' '), fillings.join(' '), prose.join(' '), said.join(' '), tail].join(' '), 'utf8');
}

/** Sample entries whose sentences are only half known: words are exchanged so that matches break as they do in new prose. */
export function samples(count, exchanged) {
  const { frames, slots, prose } = world();
  const luck = chance(2);
  const words = [...new Set([...lines('roots').flatMap(forms), ...lines('words').join(' ').split(' ')])];
  const say = (section) => {
    const sentence = luck.next() < 0.5 ? fill(luck.pick(frames[section]), slots, luck) : luck.pick(prose);
    return sentence.split(' ').map((word) => (luck.next() < exchanged ? luck.pick(words) : word)).join(' ');
  };
  return Array.from({ length: count }, () => JSON.stringify(entry(luck, say, frames.tags)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const out = process.argv[2];
  mkdirSync(path.join(out, 'samples'), { recursive: true });
  writeFileSync(path.join(out, 'content.bin'), content());
  samples(1500, 0.3).forEach((text, i) => writeFileSync(path.join(out, 'samples', `${String(i).padStart(5, '0')}.json`), text));
}
