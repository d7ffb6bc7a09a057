// Lists with more than 500 rows on a phone: written through the door of the page's own core, from a second listener of the tab.
import assert from 'node:assert/strict';
import test from 'node:test';
import { alone, looks, skip, World } from './support.mjs';

const MANY = 520;

test('with 520 problems the lists stay short, are searched on the phone, and typing goes on', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  await page.goto(`${world.url}#/tulis`);
  const written = await page.evaluate(async (many) => {
    const core = new BroadcastChannel('sejawat-core');
    let answers = 0;
    const done = new Promise((resolve) => (core.onmessage = ({ data }) => data.to === 'test' && ++answers === many && resolve()));
    for (let i = 0; i < many; ++i) {
      const values = [{ field: 'title', text: `Masalah nomor ${String(i).padStart(3, '0')} di kelas` }, { field: 'found', text: '2026-11-20' }];
      core.postMessage({ from: 'test', ask: i, command: { case: 'cycle', value: { utcOffsetMinutes: 480, command: { case: 'problemKeep', value: { content: { values } } } } } });
    }
    await done;
    core.close();
    return answers;
  }, MANY);
  assert.equal(written, MANY);
  const started = Date.now();
  await page.goto(`${world.url}#/siklus`);
  await page.waitForSelector('li a:has-text("Masalah nomor")');
  const shown = Date.now() - started;
  assert.equal(await page.locator('main li').count(), 50);
  await looks(page, 'cycle-90-many');
  await page.click('button:has-text("Tampilkan lagi")');
  await page.waitForFunction(() => document.querySelectorAll('main li').length === 100);
  await page.fill('input[type=search]', 'nomor 519');
  await page.waitForFunction(() => document.querySelectorAll('main li').length === 1);
  await page.goto(`${world.url}#/tanggapi`);
  await page.waitForFunction((many) => document.querySelectorAll('main li').length >= Math.min(many, 500), MANY);
  const home = Date.now();
  await page.goto(`${world.url}#/`);
  await page.waitForSelector(`a:has-text("(${MANY})")`);
  t.diagnostic(`the list after ${shown} ms, what waits after ${Date.now() - home} ms`);
  assert.ok(shown < 5000, `${shown} ms until the list stood`);
  assert.deepEqual(page.faults, []);
});
