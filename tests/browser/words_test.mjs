// Every string of the web client comes from src/words, in both languages, and no screen holds one of its own.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const source = new URL('../../client-web/src/', import.meta.url).pathname;
const svelte = ['App.svelte', ...['screens', 'parts'].flatMap((folder) => readdirSync(source + folder, { recursive: true }).map((name) => `${folder}/${name}`))].filter((name) => /\.(svelte|ts)$/.test(name));
// One file of strings for each area.
const areas = readdirSync(`${source}words`).filter((name) => !['errors.ts', 'language.svelte.ts', 'words.ts'].includes(name));
const words = areas.map((name) => readFileSync(`${source}words/${name}`, 'utf8')).join('\n');
const keys = [...words.matchAll(/^ {2}(\w+): \[/gm)].map(([, key]) => key);

test('every string has two languages, and none uses a word that the glossary forbids', () => {
  assert.ok(keys.length > 80, `${keys.length} strings`);
  assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), [], 'one area overwrites another');
  for (const forbidden of [/\bsubmit\b/i, /\bconflict\b/i, /\bqueue\b/i, /\btoken\b/i, /\b409\b/, /finalisasi/i, /\bgagal\b/i]) {
    assert.doesNotMatch(words.replace(/^ {2}\w+:/gm, ''), forbidden);
  }
});

test('every string is used', () => {
  // The three domains are named by core/entry.ts; what a field says when it is full by core/limit.ts.
  const all = [...svelte, 'core/entry.ts', 'core/limit.ts', 'core/cycle.svelte.ts'].map((name) => readFileSync(source + name, 'utf8')).join('\n');
  assert.deepEqual(keys.filter((key) => !all.includes(`'${key}'`)), []);
});

test('no screen holds words of its own, and none makes HTML of text', () => {
  for (const name of svelte.filter((file) => file.endsWith('.svelte'))) {
    const text = readFileSync(source + name, 'utf8');
    assert.doesNotMatch(text, /\{@html|innerHTML/, name);
    const markup = text.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, '');
    const bare = markup.replace(/\{[^{}]*(\{[^{}]*(\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}/g, '').replace(/<[^<>]*>/g, ' ');
    const found = (bare.match(/[A-Za-z]{3,}/g) ?? []).filter((word) => !['Indonesia', 'English'].includes(word));
    assert.deepEqual(found, [], name);
  }
});

test('nothing is called safe that was not written, or that is asked to be corrected', async () => {
  // Plain TypeScript of one table: without its types it is JavaScript.
  const plain = readFileSync(`${source}words/errors.ts`, 'utf8').replace(/ as const|: Record<[^=]*>(?= =)|: number|: 0 \| 1|: string/g, '');
  const { sentence } = await import(`data:text/javascript,${encodeURIComponent(plain)}`);
  for (const code of [1, 9, 14]) for (const language of [0, 1]) assert.doesNotMatch(sentence(code, language), /aman|safe/, `${code}`);
  assert.match(sentence(5, 0), /Data Anda aman/);
});
