// README.md of this folder says which test shows which defence: each of them exists and runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const tests = path.dirname(here);

// Titles of the scripts that ctest runs, as they are written.
function scripted() {
  const titles = [];
  for (const folder of ['attack', 'process', 'vectors/js']) {
    for (const file of readdirSync(path.join(tests, folder)).filter((name) => name.endsWith('_test.mjs'))) {
      const text = readFileSync(path.join(tests, folder, file), 'utf8');
      for (const match of text.matchAll(/^test\((['"`])((?:\\.|(?!\1).)*)\1/gm)) titles.push(match[2].replaceAll(/\\(.)/g, '$1'));
    }
  }
  return titles;
}
// GoogleTest cases, as the programs that were built list them; of a program that was not built here, as its source does.
function compiled() {
  const names = new Set();
  const built = path.join(process.env.SEJAWAT_BUILD ?? '', 'tests');
  for (const entry of readdirSync(built).filter((name) => /^test_[a-z_0-9]+$/.test(name))) {
    let suite = '';
    for (const line of execFileSync(path.join(built, entry), ['--gtest_list_tests'], { encoding: 'utf8' }).split('\n')) {
      if (/^\S+\.(\s|$)/.test(line)) suite = line.split(/\s/)[0].split('/').at(-1);
      else if (line.startsWith('  ')) names.add(suite + line.trim().split(/[\s/]/)[0]);
    }
  }
  return names;
}

test('each attack of the table has tests, and each of these is one that runs', (t) => {
  const rows = readFileSync(path.join(here, 'README.md'), 'utf8').split('\n').filter((line) => /^\| A\d/.test(line));
  const numbers = rows.map((row) => Number(row.match(/^\| A(\d+)/)[1]));
  const elsewhere = [16, 23, 24, 33];
  for (let number = 1; number <= 34; ++number) {
    assert.notEqual(numbers.includes(number), elsewhere.includes(number), `A${number}`);
  }
  const titles = scripted();
  const cases = compiled();
  assert.ok(cases.size > 100, 'the test programs are built');
  let checked = 0;
  for (const row of rows) {
    const cell = row.split('|').at(-2);
    const named = [...cell.matchAll(/"((?:\\.|[^"\\])*)"|`([^`]+)`/g)];
    assert.ok(named.length > 0, row);
    for (const [, title, name] of named) {
      ++checked;
      if (title !== undefined) {
        const text = title.replaceAll('\\"', '"');
        const found = text.endsWith('…') ? titles.some((one) => one.startsWith(text.slice(0, -1))) : titles.includes(text);
        assert.ok(found, `no test is called "${text}"`);
      } else if (name.startsWith('fuzz_')) {
        assert.ok(readdirSync(path.join(tests, 'fuzz')).includes(`${name}.cpp`), name);
        assert.ok(readdirSync(path.join(tests, 'fuzz/corpus', name.slice(5))).length > 0, `${name} has a corpus`);
      } else {
        // The tests of wiping bring an allocator of their own, and so do the sanitizers.
        const leftOut = name.startsWith('Wiping.') && /asan|tsan/.test(process.env.SEJAWAT_BUILD ?? '');
        assert.ok(leftOut || cases.has(name), `no test is called ${name}`);
      }
    }
    assert.equal(cell.replaceAll(/"(?:\\.|[^"\\])*"|`[^`]+`|[\s,]/g, ''), '', `something else among the tests: ${row}`);
  }
  t.diagnostic(`${rows.length} attacks, ${checked} tests named`);
});
