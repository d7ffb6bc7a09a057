#!/usr/bin/env node
// What the phone's app costs in real Chromium: first sync of a whole journal, saving one entry, opening on a slow line and
// from the cache, bytes. A person of the native client writes, the browser recovers from the card. Times are of this
// machine and its load, which is printed: read medians.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { alone, installed, program, sizes, skip, sleep, web, World } from '../../tests/browser/support.mjs';
import { corpus } from '../prose/corpus.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  entries: { type: 'string', default: '10000' },
  saves: { type: 'string', default: '100' },
  rounds: { type: 'string', default: '5' },
  help: { type: 'boolean', short: 'h' },
} });
const USAGE = `Usage: tools/bench/phone.mjs [sync|save|slow|bytes]... [--entries 10000] [--saves 100] [--rounds 5]
Needs tools/build release and tools/build web.`;
const entries = Number(values.entries);
const rounds = Number(values.rounds);
const row = (what, value) => console.log(`${what.padEnd(64)} ${value}  (load ${loadavg()[0].toFixed(1)})`);
const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, q) => sorted(list)[Math.min(list.length - 1, Math.floor(q * list.length))].toFixed(0);
const spread = (list) => `p50 ${quantile(list, 0.5)} ms, worst ${quantile(list, 1)} ms of ${list.length}`;

async function withWorld(act) {
  const world = new World();
  try {
    await act(world);
  } finally {
    await world.close();
  }
}

// Answers when `condition` holds in the page, by the page's own clock: [ms since the page's last mark, value].
const when = (page, condition, argument) =>
  page.evaluate(([source, argument]) => new Promise((resolve) => {
    const holds = new Function('argument', `return (${source})(argument)`);
    const look = () => {
      const value = holds(argument);
      if (!value) return void requestAnimationFrame(look);
      resolve([performance.now() - globalThis.began, value]);
    };
    look();
  }), [String(condition), argument]);

// --- First sync ---------------------------------------------------------------------------------------------------

const sync = () => withWorld(async (world) => {
  await world.school();
  const cardFile = path.join(world.root, 'card.txt');
  world.client('budi', 'join', world.invite(), '--name', 'Pak Budi', '--card-file', cardFile);
  const all = corpus(entries, 1, 'own');
  const input = all.map((entry) => JSON.stringify(entry)).join('\n');
  const added = spawnSync(program('sejawat'), ['--home', path.join(world.root, 'budi'), 'journal', 'add', '--from', '-'], { input, maxBuffer: 1 << 30 });
  if (added.status !== 0) throw new Error(String(added.stderr));
  world.client('budi', 'sync');
  const newest = world.lines('budi', 'journal', 'list', '--limit', '1')[0];
  const words = JSON.stringify(newest).match(/"happened":"([^"\\]{12,30})/)[1];
  const found = { first: [], newest: [], whole: [] };
  for (let round = 0; round < rounds; ++round) {
    const page = await world.phone(`phone${round}`);
    page.setDefaultTimeout(600_000);
    await page.goto(world.url);
    await page.waitForSelector('text=Selamat datang');
    await installed(page);
    await page.click('text=Pulihkan dengan kartu pemulihan');
    await page.fill('textarea', readFileSync(cardFile, 'utf8'));
    await page.click('text=Pakai teks ini');
    await page.evaluate(() => document.querySelector('button.primary').addEventListener('click', () => (globalThis.began = performance.now())));
    await page.click('button.primary');
    const something = when(page, () => document.querySelectorAll('main li a[href^="#/catatan/"]').length > 0);
    const top = when(page, (words) => [...document.querySelectorAll('main li a[href^="#/catatan/"]')].some((line) => line.textContent.includes(words)), words);
    const whole = when(page, () => document.querySelector('main [role=status]')?.textContent.includes('✓✓'));
    found.first.push((await something)[0]);
    found.newest.push((await top)[0]);
    found.whole.push((await whole)[0]);
    await page.goto(`${world.url}#/status`);
    await page.waitForSelector(`text=/^${entries.toLocaleString('id-ID')}$|${entries}/`);
    await page.context().close();
  }
  row(`first sync of ${entries}: something to read`, spread(found.first));
  row(`first sync of ${entries}: the newest on the screen`, spread(found.newest));
  row(`first sync of ${entries}: everything, and shown as such`, spread(found.whole));
});

// --- Saving -------------------------------------------------------------------------------------------------------

const save = () => withWorld(async (world) => {
  await world.serve();
  const page = await world.phone('phone');
  await alone(page, world.url, 'Pak Budi');
  const told = [];
  const inCore = [];
  for (let i = 0; i < Number(values.saves); ++i) {
    await page.goto(`${world.url}#/tulis`);
    await page.locator('textarea').first().fill(`Catatan cepat nomor ${i} selesai`);
    await page.evaluate(() => [...document.querySelectorAll('button')].find((one) => one.textContent === 'Simpan')
      .addEventListener('click', () => (globalThis.began = performance.now())));
    // The page is left when the words are durable; the list has the entry when the core's own store has.
    const left = when(page, () => location.hash === '#/');
    const listed = when(page, (words) => [...document.querySelectorAll('main li a[href^="#/catatan/"]')].some((line) => line.textContent.includes(words)), `nomor ${i} selesai`);
    await page.click('button:has-text("Simpan")');
    told.push((await left)[0]);
    inCore.push((await listed)[0]);
  }
  const both = (list) => `p50 ${quantile(list, 0.5)} ms, p95 ${quantile(list, 0.95)} ms of ${list.length}`;
  row('saving one entry: from the tap until it is durable and said so', both(told));
  row('the same until it is in the list, from the core', both(inCore));
});

// --- A slow line --------------------------------------------------------------------------------------------------

// A line in front of the server: so many bits a second each way for all connections together, that delay one way, and
// two round trips before a connection carries anything (TCP and TLS). Chromium's own throttling leaves Workers out.
function slowLine(port, bitsPerSecond, rttMs) {
  const carried = { down: 0, up: 0 };
  const server = createServer({ pauseOnConnect: true }, (phone) => {
    const home = connect(port, '127.0.0.1');
    const way = (from, to, name) => {
      from.on('data', (part) => {
        carried[name] += part.length;
        const begin = Math.max(Date.now(), busy[name]);
        busy[name] = begin + (part.length * 8000) / bitsPerSecond;
        from.pause();
        setTimeout(() => from.resume(), Math.max(0, busy[name] - Date.now() - 200));
        setTimeout(() => to.writable && to.write(part), busy[name] - Date.now() + rttMs / 2);
      });
      from.on('end', () => setTimeout(() => to.end(), Math.max(0, busy[name] - Date.now()) + rttMs / 2));
      from.on('error', () => to.destroy());
      from.on('close', () => setTimeout(() => to.destroy(), 2000));
    };
    setTimeout(() => (way(phone, home, 'up'), way(home, phone, 'down'), phone.resume()), 2 * rttMs);
  });
  const busy = { down: 0, up: 0 };
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, carried, close: () => server.close() })));
}

async function throttled(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

// From the address to a letter that stands in the editor.
async function typable(page, url) {
  const start = Date.now();
  await page.goto(`${url}#/tulis`, { waitUntil: 'commit', timeout: 60_000 });
  await page.locator('textarea').first().pressSequentially('a', { timeout: 60_000 });
  return Date.now() - start;
}

const slow = () => withWorld(async (world) => {
  await world.serve();
  const first = [];
  const cached = [];
  const bytes = [];
  const ready = [];
  for (let round = 0; round < rounds; ++round) {
    const line = await slowLine(new URL(world.url).port, 400_000, 400);
    const url = `http://127.0.0.1:${line.port}/`;
    let page = await world.phone(`slow${round}`);
    await throttled(page);
    const start = Date.now();
    first.push(await typable(page, url));
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    ready.push(Date.now() - start);
    bytes.push(line.carried.down);
    await world.killPhone(`slow${round}`);
    page = await world.phone(`slow${round}`);
    await throttled(page);
    await page.context().setOffline(true);
    cached.push(await typable(page, url));
    await page.context().close();
    line.close();
  }
  row('slow phone and line: first load until a letter stands there', spread(first));
  row('the same until all of it is kept for use without a line', spread(ready));
  row('bytes down until then, headers included', `${quantile(bytes, 0.5)} B, most ${quantile(bytes, 1)} B`);
  row('slow phone, no line, browser just started: until a letter stands', spread(cached));
});

// --- Bytes --------------------------------------------------------------------------------------------------------

async function bytes() {
  const { typable: until, whole, budget, files } = sizes();
  row('until one can type (brotli)', `${until} B of ${budget.typable}`);
  row('the whole offline set (brotli)', `${whole} B of ${budget.whole}`);
  const [core] = Object.entries(files).filter(([name]) => name.endsWith('.wasm'));
  row('of that the core', `${core[1]} B; ${statSync(path.join(web, core[0])).size} B unpacked`);
}

const workloads = { sync, save, slow, bytes };
const chosen = positionals.length > 0 ? positionals : Object.keys(workloads);
if (values.help || chosen.some((name) => !(name in workloads))) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
if (skip) throw new Error(skip);
await sleep(0);
for (const name of chosen) await workloads[name]();
