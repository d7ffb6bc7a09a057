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

test('older entries: taps that come quickly, and while others arrive, leave none out and show none twice', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  await page.evaluate(() => {
    const core = new BroadcastChannel('sejawat-core');
    const waiting = new Map();
    core.onmessage = ({ data }) => data.to === 'test' && waiting.get(data.answer)?.();
    let asked = 0;
    let number = 0;
    globalThis.writeMany = (count) => new Promise((resolve) => {
      const entries = Array.from({ length: count }, () => ({
        date: '2026-11-20', className: '', subject: '', period: '', kind: '', trialId: '', mood: '', tags: [],
        events: [{ element: 0, domain: 1, happened: `Catatan ${String(++number).padStart(3, '0')}`, expected: '', gap: '' }],
      }));
      waiting.set(++asked, resolve);
      core.postMessage({ from: 'test', ask: asked, command: { case: 'journalAdd', value: { entries } } });
    });
  });
  await page.evaluate(() => globalThis.writeMany(170));
  const numbers = () => page.locator('ul.list > li').allTextContents().then((all) => all.map((text) => Number(text.match(/Catatan (\d+)/)[1])));
  const whole = async (newest) => {
    const shown = await numbers();
    assert.deepEqual(shown, shown.map((_, i) => newest - i));
    return shown.length;
  };
  await page.goto(`${world.url}#/catatan`);
  await page.waitForFunction(() => document.querySelectorAll('ul.list > li').length === 50);
  await page.click('button:has-text("Catatan sebelumnya")', { clickCount: 2 });
  await page.waitForFunction(() => document.querySelectorAll('ul.list > li').length >= 100);
  await page.waitForTimeout(500);
  assert.ok((await whole(170)) >= 100);
  // Twenty come while somebody taps: the list is read anew, and the answer to a tap from before belongs to another list.
  for (let round = 1; round <= 5; ++round) {
    await page.evaluate(async () => {
      const tap = () => [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Catatan sebelumnya')?.click();
      const tapping = setInterval(tap, 1);
      await globalThis.writeMany(20);
      await new Promise((resolve) => setTimeout(resolve, 20));
      clearInterval(tapping);
    });
    await page.waitForTimeout(500);
    await whole(170 + 20 * round);
  }
  // One that comes in while somebody reads further down leaves the list as long as it is.
  const before = (await numbers()).length;
  assert.ok(before > 50);
  await page.evaluate(() => globalThis.writeMany(1));
  await page.waitForSelector('li:has-text("Catatan 271")');
  assert.ok((await whole(271)) >= before);
  assert.deepEqual(page.faults, []);
});
