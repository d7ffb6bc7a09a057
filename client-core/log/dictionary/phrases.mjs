// Reads the phrase files lying beside this script. "#" starts a comment line.
import { readFileSync } from 'node:fs';
import { forms } from './morphology.mjs';

function lines(name) {
  const text = readFileSync(new URL(`phrases.${name}.txt`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line && !line.startsWith('#'));
}

function sections(name) {
  const result = new Map();
  let open;
  for (const line of lines(name)) {
    const title = /^\[(.+)\]$/.exec(line);
    if (title) result.set(title[1], open = []);
    else open.push(line);
  }
  return result;
}

export const slots = sections('slots');
export const frames = sections('frames');
/** Plain sentences by topic, what is likeliest in a journal last. */
export const prose = ['casual', 'prose', 'methods', 'pupils', 'gap', 'teacher', 'everyday'].flatMap(lines);
export const common = lines('common');
const separate = (name) => lines(name).flatMap((line) => line.split(' '));
export const words = separate('words');
export const general = separate('general');
export const rootForms = lines('roots').map(forms);
