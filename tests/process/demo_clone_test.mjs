// tools/demo-clone is a program for people; here it has to come out right, in both languages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';

const demo = path.join(process.env.SEJAWAT_TESTS_DIR, '..', 'tools', 'demo-clone');
const run = (...args) => spawnSync(process.execPath, [demo, ...args], { encoding: 'utf8', timeout: 240000 });

for (const lang of ['en', 'id']) {
  test(`a copied store loses nothing and says so (${lang})`, () => {
    const done = run('--bin', process.env.SEJAWAT_BIN, '--lang', lang);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.match(done.stdout, lang === 'en' ? /Both are kept; nothing is lost/ : /Keduanya disimpan; tidak ada yang hilang/);
    assert.match(done.stdout, /Nothing was lost/);
  });
}

test('what does not come out right ends with an error', () => {
  const done = run('--bin', '/nonexistent');
  assert.equal(done.status, 1);
  assert.match(done.stderr, /FAILED/);
  assert.equal(run('--what').status, 2);
});
