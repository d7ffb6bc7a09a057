// tools/run ends in tools/demo/school.sh: what it prints must let a stranger in, and it must be there again tomorrow.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

const script = path.join(process.env.SEJAWAT_TESTS_DIR, '..', 'tools', 'demo', 'school.sh');
const bin = process.env.SEJAWAT_BIN;
const able = spawnSync('qrencode', ['--version']).status === 0;

// Until the school is open; `stop` ends it as Ctrl-C does.
async function open(web, data, place = '127.0.0.1:0') {
  const child = spawn(script, [bin, web, data, place], { detached: true });
  let out = '';
  child.stderr.on('data', (chunk) => (out += chunk));
  await new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(out)), 120_000);
    child.on('exit', () => reject(new Error(out)));
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (!out.includes('The server goes on running')) return;
      clearTimeout(patience);
      resolve();
    });
  });
  child.removeAllListeners('exit');
  const stop = () =>
    new Promise((resolve) => {
      child.on('exit', resolve);
      process.kill(-child.pid, 'SIGINT');
    });
  return { out, stop };
}

test('the printed link lets a browser or a program join a school that has something to read', { skip: !able && 'no qrencode' }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sejawat-demo-'));
  const web = path.join(folder, 'web');
  mkdirSync(web);
  writeFileSync(path.join(web, 'index.html'), '<!doctype html><title>Sejawat</title>');
  const data = path.join(folder, 'school');
  let school;
  try {
    school = await open(web, data);
    for (const role of ['teacher', 'facilitator', 'principal']) assert.match(school.out, new RegExp(`^${role}$`, 'm'));
    const [, origin, code] = /^(http:\/\/127\.0\.0\.1:\d+)\/#\/gabung\/(i1\.\S+)$/m.exec(school.out);
    assert.match(await (await fetch(origin)).text(), /Sejawat/);
    const link = `${origin.replace('http', 'sejawat')}/#${code}`;
    const run = (...args) => spawnSync(path.join(bin, 'sejawat'), ['--home', path.join(folder, 'new'), '--json', ...args], { encoding: 'utf8' });
    const joined = run('join', link, '--name', 'Bu Tamu', '--card-file', path.join(folder, 'card.txt'));
    assert.equal(joined.status, 0, joined.stderr);
    assert.equal(run('sync').status, 0);
    assert.ok(run('problem', 'list').stdout.trim().split('\n').length >= 3, 'nothing to read');
    await school.stop();
    school = undefined;
    school = await open(web, data, new URL(origin).host);
    assert.match(school.out, /of last time is there again/);
  } finally {
    await school?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
