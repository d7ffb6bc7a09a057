// What goes wrong on real phones.
import assert from 'node:assert/strict';
import test from 'node:test';
import { alone, checkCard, join, removeForGood, skip, withoutCache, World, write } from './support.mjs';

// What a browser lacks is taken away where the app's Worker begins.
async function lacking(page, what) {
  await page.context().route('**/assets/worker*.js', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `${what};\n${await answer.text()}` });
  });
  await withoutCache(page);
}
// No synchronous handles, and no AbortSignal.timeout, as such a browser has neither.
const withoutHandles = (page) => lacking(page, 'delete FileSystemFileHandle.prototype.createSyncAccessHandle; delete AbortSignal.timeout');

test('where OPFS has no handles, blocks in IndexedDB hold the store; killed while it sends, every entry arrives, once', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  await withoutHandles(page);
  const card = await join(page, world.url, link, 'Pak Budi');
  const ROUNDS = 4;
  for (let round = 0; round < ROUNDS; ++round) {
    await write(page, world.url, `catatan ke ${round} yang tidak boleh hilang`);
    await page.waitForTimeout((round * 311) % 900);
    await world.killPhone('budi');
    page = await world.phone('budi');
    await withoutHandles(page);
    await page.goto(world.url);
    await page.waitForSelector('text=Tulis catatan');
  }
  await page.waitForSelector('[role=status] >> text=Sudah di server sekolah');
  await page.waitForTimeout(2500);
  const stores = await page.evaluate(async () => {
    const names = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return [names, (await indexedDB.databases()).map(({ name }) => name).sort()];
  });
  assert.deepEqual(stores, [[], ['sejawat', 'sejawat-blocks', 'sejawat-people']]);
  const texts = world.readNatively(card).map((line) => JSON.stringify(line).match(/catatan ke (\d+)/)[1]).sort();
  assert.deepEqual(texts, ['0', '1', '2', '3']);
  await checkCard(page, world.url, card);
  await page.goto(`${world.url}#/akun`);
  await page.click('text=Periksa, lalu hapus');
  await removeForGood(page);
  assert.deepEqual(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), ['sejawat-people']);
});

test('handles whose answers are promises, as those of Chrome 102 to 107, hold nothing: blocks do', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('budi');
  await lacking(page, `for (const name of ['getSize', 'truncate', 'flush', 'close']) {
    const act = FileSystemSyncAccessHandle.prototype[name];
    FileSystemSyncAccessHandle.prototype[name] = async function (...args) { return act.apply(this, args); };
  }`);
  await alone(page, world.url, 'Pak Budi');
  await write(page, world.url, 'Di blok');
  await page.waitForSelector('li a[href^="#/catatan/"]:has-text("Di blok")');
  assert.ok((await page.evaluate(() => indexedDB.databases())).some(({ name }) => name === 'sejawat-blocks'));
  await page.reload();
  await page.waitForSelector('li a[href^="#/catatan/"]:has-text("Di blok")');
  assert.deepEqual(page.faults, []);
});

test('airplane mode: ten entries, the browser killed, opened again, online: all ten arrive, once', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.context().setOffline(true);
  for (let n = 0; n < 10; ++n) await write(page, world.url, `luring ke ${n} di kelas`);
  await world.killPhone('budi');
  page = await world.phone('budi');
  await page.context().setOffline(true);
  await page.goto(world.url);
  await page.waitForSelector('text=Menunggu dikirim');
  await page.context().setOffline(false);
  await page.click('[aria-label="Sinkronkan sekarang"]');
  await page.waitForSelector('[role=status] >> text=Sudah di server sekolah');
  const texts = world.readNatively(card).map((line) => JSON.stringify(line).match(/luring ke (\d)/)[1]).sort();
  assert.deepEqual(texts, [...'0123456789']);
});
