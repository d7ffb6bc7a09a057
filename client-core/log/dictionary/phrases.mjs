// Reads the phrase files lying beside this script. "#" starts a comment line.
import { readFileSync } from 'node:fs';
import { forms } from './morphology.mjs';

function linesOf(file) {
  return readFileSync(file, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
}

/** "[title]" opens a section of the lines below it. */
export function sectionsOf(file) {
  const result = new Map();
  let open;
  for (const line of linesOf(file)) {
    const title = /^\[(.+)\]$/.exec(line);
    if (title) result.set(title[1], open = []);
    else open.push(line);
  }
  return result;
}

const fileOf = (name) => new URL(`phrases.${name}.txt`, import.meta.url);
const lines = (name) => linesOf(fileOf(name));
const sections = (name) => sectionsOf(fileOf(name));

export const slots = sections('slots');
export const frames = sections('frames');
/** Plain sentences by topic, what is likeliest in a journal last. */
export const prose = ['casual', 'prose', 'methods', 'pupils', 'gap', 'teacher'].flatMap(lines);
export const common = lines('common');
export const words = lines('words').flatMap((line) => line.split(' '));
export const rootForms = lines('roots').map(forms);
