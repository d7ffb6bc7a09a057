#!/usr/bin/env node
// What the phone's app costs in real Chromium: first sync of a whole journal, saving one entry, opening from the cache.
// A person of the native client writes, the browser recovers from the card. Times are of this machine and its load.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { program, skip, sleep, World } from '../../tests/browser/support.mjs';
import { corpus } from '../prose/corpus.mjs';

const { values } = parseArgs({ options: {
  entries: { type: 'string', default: '10000' },
  saves: { type: 'string', default: '100' },
  help: { type: 'boolean', short: 'h' },
} });
if (values.help) {
  console.log('Usage: tools/bench/phone.mjs [--entries 10000] [--saves 100]\nNeeds tools/build release and tools/build web.');
  process.exit(0);
}
if (skip) throw new Error(skip);
const entries = Number(values.entries);
const saves = Number(values.saves);
const row = (what, value) => console.log(`${what.padEnd(58)} ${value}`);
const quantile = (list, q) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];

const world = new World();
try {
  await world.school();
  const cardFile = path.join(world.root, 'card.txt');
  world.client('budi', 'join', world.invite(), '--name', 'Pak Budi', '--card-file', cardFile);
  const input = corpus(entries, 1, 'own').map((entry) => JSON.stringify(entry)).join('\n');
  const added = spawnSync(program('sejawat'), ['--home', path.join(world.root, 'budi'), 'journal', 'add', '--from', '-'], { input, maxBuffer: 1 << 28 });
  if (added.status !== 0) throw new Error(String(added.stderr));
  world.client('budi', 'sync');
  const card = readFileSync(cardFile, 'utf8');

  const page = await world.phone('phone');
  await page.goto(world.url);
  await page.waitForSelector('text=Selamat datang');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.click('text=Pulihkan dengan kartu pemulihan');
  await page.fill('textarea', card);
  await page.click('text=Pakai teks ini');
  const began = Date.now();
  await page.click('button.primary');
  await page.waitForSelector('nav');
  await page.waitForFunction(() => document.querySelectorAll('main li').length > 0, undefined, { timeout: 120_000 });
  row(`first sync of ${entries}: something to read after`, `${Date.now() - began} ms`);
  await page.waitForSelector('text=✓✓', { timeout: 300_000 });
  row(`first sync of ${entries}: everything, and shown as such`, `${Date.now() - began} ms`);
  const before = Date.now();
  await page.click('nav >> text=Catatan');
  await page.waitForFunction(() => document.querySelectorAll('main li').length >= 20);
  row('the newest in the journal, on the screen', `${Date.now() - before} ms`);

  const times = [];
  for (let i = 0; i < saves; ++i) {
    await page.goto(`${world.url}#/tulis`);
    await page.locator('textarea').first().fill(`Catatan cepat nomor ${i}`);
    const start = await page.evaluate(() => performance.now());
    await page.click('button:has-text("Simpan")');
    await page.waitForURL(/#\/$/);
    times.push((await page.evaluate(() => performance.now())) - start);
  }
  row(`saving one entry, from the tap until the page is left (${saves})`, `p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`);

  await sleep(2000);
  const opened = [];
  for (let i = 0; i < 5; ++i) {
    const start = Date.now();
    await page.goto('about:blank');
    await page.goto(`${world.url}#/tulis`);
    await page.waitForSelector('textarea');
    opened.push(Date.now() - start);
  }
  row('opened again from the cache until one can type (5)', `p50 ${quantile(opened, 0.5)} ms`);
} finally {
  await world.close();
}
