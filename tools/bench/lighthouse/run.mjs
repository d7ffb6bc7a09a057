#!/usr/bin/env node
// What Lighthouse says of the phone's app, as a phone sees it first and as its person sees it: scores of its simulated
// slow phone (4x slower CPU, 1.6 Mbit/s, 150 ms). Installs Lighthouse beside itself the first time.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { loadavg } from 'node:os';
import { alone, installed, skip, World, write } from '../../../tests/browser/support.mjs';

const here = new URL('.', import.meta.url).pathname;
if (skip) throw new Error(skip);
if (!existsSync(`${here}node_modules/lighthouse`)) {
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit' });
}
const { default: lighthouse } = await import('lighthouse');

const free = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const world = new World();
let missed = 0;
try {
  await world.serve();
  const port = await free();
  const page = await world.phone('phone', `--remote-debugging-port=${port}`);
  const judge = async (name, address, fresh) => {
    const { lhr } = await lighthouse(address, { port, disableStorageReset: !fresh, onlyCategories: ['performance', 'accessibility', 'best-practices'], logLevel: 'error' });
    const score = (id) => Math.round((lhr.categories[id].score ?? 0) * 100);
    const metric = (id) => lhr.audits[id].displayValue?.replace(/\s/g, ' ');
    console.log(`${name.padEnd(14)} performance ${score('performance')}, accessibility ${score('accessibility')}, best practices ${score('best-practices')}; `
      + `first paint ${metric('first-contentful-paint')}, largest ${metric('largest-contentful-paint')}, blocked ${metric('total-blocking-time')}, shift ${metric('cumulative-layout-shift')}  (load ${loadavg()[0].toFixed(1)})`);
    if (score('accessibility') < 100 || score('performance') < 90) missed += 1;
    for (const [category, least] of [['accessibility', 1], ['best-practices', 1], ['performance', 0.5]]) {
      for (const { id, weight } of lhr.categories[category].auditRefs) {
        const { score: one, title, details } = lhr.audits[id];
        if (weight > 0 && one !== null && one < least) console.log(`  ${category}: ${id} ${one}: ${title} ${JSON.stringify(details?.items?.slice(0, 2) ?? '').slice(0, 300)}`);
      }
    }
  };
  await judge('first visit', world.url, true);
  await judge('editor', `${world.url}#/tulis`, true);
  await page.goto('about:blank');
  await alone(page, world.url, 'Pak Budi');
  await installed(page);
  for (let i = 0; i < 5; ++i) await write(page, world.url, `Catatan ke ${i} dari kelas lima`);
  await judge('home', world.url, false);
  await page.goto('about:blank');
  await judge('journal', `${world.url}#/catatan`, false);
} finally {
  await world.close();
}
process.exitCode = missed > 0 ? 1 : 0;
