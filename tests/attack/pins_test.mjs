// What this is built from cannot be swapped unseen: every foreign source is pinned by a hash, nothing of it runs while
// it is installed, nothing of it lies in the repository.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = (name) => readFileSync(path.join(root, name), 'utf8');
let tracked;
try {
  tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
} catch {
  tracked = undefined; // an unpacked archive
}

test('each npm package is locked to one version by a SHA-512, from whatever registry this machine uses, and none has an install script', () => {
  for (const name of (tracked ?? ['tests/package-lock.json']).filter((file) => /(^|\/)package-lock\.json$/.test(file))) {
    const lock = JSON.parse(read(name));
    let count = 0;
    for (const [where, one] of Object.entries(lock.packages)) {
      if (where === '' || one.link) continue;
      ++count;
      assert.match(one.integrity ?? '', /^sha512-/, `${name}: ${where}`);
      // Where from is the machine's setting; what, is the hash's word.
      assert.equal(one.resolved, undefined, `${name}: ${where}`);
      if (name.startsWith('tests/')) assert.notEqual(one.hasInstallScript, true, `${name}: ${where}`);
    }
    assert.ok(count > 0, name);
  }
});

test('installing runs no script of a package, and follows the lock', () => {
  for (const name of tracked?.filter((file) => /^(tools|\.ci|deploy)\//.test(file)) ?? ['tools/test', 'tools/fetch-deps']) {
    const lines = read(name).split('\n').filter((line) => !line.trim().startsWith('#'));
    for (const line of lines) {
      if (/\bnpm (ci|install|pack|i)\b/.test(line)) {
        assert.match(line, /--ignore-scripts/, `${name}: ${line}`);
        assert.doesNotMatch(line, /\bnpm (install|i)\b/, `${name}: ${line}`);
      }
      assert.doesNotMatch(line, /(curl|wget)[^|]*\|\s*(ba)?sh/, `${name}: ${line}`);
    }
  }
});

test('sources that are fetched are pinned by SHA-512 or by the installed Debian version', () => {
  const script = read('tools/fetch-deps');
  const pins = [...script.matchAll(/^fetch_npm \S+ \S+@\d\S*[\s\\]+[A-Za-z0-9+/]{86}==/gm)];
  const calls = [...script.matchAll(/^\s*fetch_npm \S/gm)];
  assert.ok(pins.length >= 2, 'SQLite and zstd');
  assert.equal(pins.length, calls.length, 'each has its hash');
  assert.match(script, /sha512/i);
});

test('nothing that others wrote, and nothing generated, lies in the repository', (t) => {
  if (!tracked) return t.skip('no git here');
  const foreign = tracked.filter((file) => /(^|\/)(node_modules|third_party|vendor)\/|\.(pb\.(h|cc)|min\.js|a|so|o|wasm|zip|tgz)$/.test(file));
  assert.deepEqual(foreign, []);
});
