// The browser killed while one types, saves, changes and sends: 50 times here, more with SEJAWAT_KILLS=500.
import assert from 'node:assert/strict';
import test from 'node:test';
import { join, skip, sleep, World, write } from './support.mjs';

const KILLS = Number(process.env.SEJAWAT_KILLS ?? 50);
const SEED = Number(process.env.SEJAWAT_SEED ?? 1);
const LOST_MS = 1000;

// Mulberry32: the moments are the same at every run with one seed.
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Says after every change of the page what it claims is at the server: "everything", or the words of one entry.
const watchClaims = () =>
  new MutationObserver(() => {
    const told = [...document.querySelectorAll('main li')].filter((line) => line.textContent.includes('✓✓')).map((line) => line.textContent);
    const everything = document.querySelector('main [role=status]')?.textContent.includes('✓✓') ?? false;
    if (everything || told.length > 0) globalThis.claimed({ everything, told });
  }).observe(document, { childList: true, subtree: true, characterData: true });

class Teacher {
  saved = []; // the first words of each entry that the app took as saved
  claims = new Set();
  constructor(world, random) {
    [this.world, this.random] = [world, random];
  }
  async open() {
    this.page = await this.world.phone('budi');
    await this.page.exposeFunction('claimed', ({ everything, told }) => {
      for (const words of this.saved) if (everything || told.some((line) => line.includes(`${words} `))) this.claims.add(words);
    });
    await this.page.addInitScript(watchClaims);
    await this.page.goto(this.world.url);
    await this.page.waitForSelector('a[href="#/tulis"]');
  }
  until = (longest) => sleep(Math.floor(this.random() * longest));

  // What it typed last, and when each word was in: the words older than a second are there afterwards, as a draft.
  async typing(name) {
    await this.page.goto(`${this.world.url}#/tulis`);
    await this.page.locator('textarea').first().click();
    const typed = [];
    const end = Date.now() + 300 + this.random() * 1800;
    for (let n = 0; Date.now() < end; ++n) {
      await this.page.keyboard.type(`${n ? `k${n}` : name} `);
      typed.push([Date.now(), n ? `k${n}` : name]);
    }
    return async (killed) => {
      const due = typed.filter(([at]) => at < killed - LOST_MS).map(([, word]) => word);
      const draft = this.page.locator(`li a[href^="#/tulis/"]:has-text("${name} ")`);
      if (due.length > 0) await draft.waitFor();
      if ((await draft.count()) === 0) return;
      await draft.click();
      const kept = (await this.page.locator('textarea').first().inputValue()).split(' ');
      assert.deepEqual(due.filter((word) => !kept.includes(word)), [], `words of ${name}`);
      await this.page.click('button:has-text("Simpan")');
      await this.page.waitForURL(/#\/$/);
      this.saved.push(name);
    };
  }
  async sending(name) {
    await write(this.page, this.world.url, `${name} yang tidak boleh hilang`);
    this.saved.push(name);
    await this.until(1500);
  }
  // Kept as a draft before the tap; afterwards a draft or an entry, never both, never neither.
  async saving(name) {
    await this.page.goto(`${this.world.url}#/tulis`);
    await this.page.locator('textarea').first().fill(`${name} yang baru ditekan`);
    await this.page.waitForSelector('text=/Tersimpan di HP ini \\d/');
    void this.page.click('button:has-text("Simpan")').catch(() => undefined);
    await this.until(250);
    return async () => {
      const line = this.page.locator(`li a:has-text("${name} ")`);
      await line.waitFor();
      if ((await line.getAttribute('href')).startsWith('#/tulis/')) {
        await line.click();
        await this.page.click('button:has-text("Simpan")');
        await this.page.waitForURL(/#\/$/);
      }
      this.saved.push(name);
    };
  }
  // An event more on an entry that is there: it arrives once, however often the edit is tried.
  async changing(name) {
    await this.page.locator('h2:has-text("Catatan sebelumnya") + ul li a').first().click();
    await this.page.click('button:has-text("Ubah")');
    await this.page.click('summary:has-text("Tindakan guru")');
    const text = this.page.locator('details:has-text("Tindakan guru") textarea').first();
    await text.fill(`${await text.inputValue()} tambahan ${name} `.trimStart());
    await this.page.click('button:has-text("Simpan")');
    await this.page.waitForSelector('button:has-text("Ubah")');
    this.changes.push(name);
    await this.until(500);
  }
  changes = [];
}

test(`a browser killed ${KILLS} times: a second of typing at most is lost, nothing that was saved, nothing comes twice, no ✓✓ is false`, { skip, timeout: 3_600_000 }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const teacher = new Teacher(world, dice(SEED));
  await teacher.open();
  const card = await join(teacher.page, world.url, link, 'Pak Budi');
  await write(teacher.page, world.url, 'awal yang tidak boleh hilang');
  teacher.saved.push('awal');
  // The server's copy, as a device sees it that has nothing but the card.
  world.readNatively(card);
  const atServer = () => {
    world.client('native', 'sync');
    return world.lines('native', 'journal', 'list', '--limit', '5000').map((line) => JSON.stringify(line));
  };
  const ways = ['typing', 'sending', 'saving', 'changing'];
  for (let kill = 0; kill < KILLS; ++kill) {
    const way = ways[kill % ways.length];
    const after = await teacher[way](`n${kill}`);
    const killed = Date.now();
    assert.ok((await world.killPhone('budi')) > 0);
    // Now and then the server dies, too: what it acknowledged was durable.
    if (kill % 10 === 9) {
      await world.stop();
      await world.serve(world.endpoint);
    }
    const there = atServer().join();
    const untrue = [...teacher.claims].filter((words) => !there.includes(`${words} `));
    assert.deepEqual(untrue, [], `✓✓ before it was true (kill ${kill}, ${way}, SEJAWAT_SEED=${SEED})`);
    await teacher.open();
    await after?.(killed);
  }
  await teacher.page.goto(`${world.url}#/`);
  await teacher.page.waitForSelector('[role=status] >> text=Sudah di server sekolah');
  const lines = atServer();
  const first = lines.map((line) => line.match(/"(n\d+|awal) /)?.[1]).sort();
  assert.deepEqual(first, [...teacher.saved].sort());
  const added = lines.join().match(/tambahan n\d+/g) ?? [];
  assert.deepEqual(added.map((words) => words.slice(9)).sort(), [...teacher.changes].sort());
});

test('what waits in the spool is never shown as being at the server', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  await join(page, world.url, link, 'Pak Budi');
  await page.goto(`${world.url}#/`);
  await page.waitForSelector('[role=status] >> text=Sudah di server sekolah');
  await world.stop();
  // A browser that ends between the editor's "saved" and the core: the core is kept from hearing of it.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.evaluate(() => {
    Worker.prototype.postMessage = () => undefined;
  });
  await write(page, world.url, 'masih di HP ini');
  await world.killPhone('budi');
  page = await world.phone('budi');
  const claims = [];
  await page.exposeFunction('claimed', (claim) => claims.push(claim));
  await page.addInitScript(watchClaims);
  await page.goto(world.url);
  await page.waitForSelector('li:has-text("masih di HP ini")');
  await page.waitForSelector('[role=status] >> text=Menunggu dikirim');
  await page.waitForTimeout(500);
  assert.deepEqual(claims, []);
});
