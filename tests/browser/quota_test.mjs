// A phone without room: photos are refused first, text last, and nothing that was typed is lost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { checkCard, looks, looksSmall, join, skip, withoutCache, World, write } from './support.mjs';
import { add, attachments, begin, gallery, open, photo, save } from './media.mjs';

// Sets what the browser gives this origin. `undefined`: as much as there is.
async function quota(page, world, quotaSize) {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: world.url.slice(0, -1), ...(quotaSize !== undefined && { quotaSize }) });
  page.session = session; // the override lives as long as its session
}
const used = (page) => page.evaluate(async () => (await navigator.storage.estimate()).usage);
const hasBallast = (page) => page.evaluate(async () => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('sejawat');
  for await (const [name, file] of folder.entries()) {
    if (name === 'ballast') return (await file.getFile()).size >= 12 * 2 ** 20; // all of it
  }
  return false;
});
// Words that no packing makes small.
const noise = (size) => Array.from({ length: size }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join('');

test('little room: photos and voice are refused with a reason, text is saved and sent, and later the photo fits', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi');
  await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'papan.jpg'));
  await quota(page, world, (await used(page)) + 30e6);
  await begin(page, world.url, 'Tetap tersimpan');
  await page.setInputFiles(gallery, file);
  await page.waitForSelector('[role=alert]:has-text("Foto dan suara belum dapat ditambahkan")');
  await page.waitForSelector('[role=status]:has-text("Ruang HP hampir penuh")');
  await looks(page, '83-no-room');
  await looksSmall(page, '83-no-room');
  assert.equal(await page.locator(`${attachments} img`).count(), 0);
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=alert]:has-text("Foto dan suara belum dapat ditambahkan")');
  await save(page, 'Tetap tersimpan');
  await page.waitForSelector('li:has-text("Tetap tersimpan"):has-text("Sudah di server sekolah")');
  await quota(page, world, undefined);
  await open(page, 'Tetap tersimpan');
  await add(page, file);
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  assert.deepEqual(page.faults, []);
});

// The phone's profile on a disk of its own, which fills up. Undefined without the right to mount one.
function smallDisk(t, world, name, megabytes) {
  const folder = path.join(world.root, name);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  t.after(async () => {
    for (const browser of world.browsers) await browser.close().catch(() => undefined);
    execFileSync('umount', ['-l', folder]);
  });
  const filler = path.join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'a');
      const piece = Buffer.alloc(4096, 7);
      try {
        for (;;) writeSync(file, piece);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
      closeSync(file);
    },
    free: () => rmSync(filler),
  };
}

test('the disk is full while typing: room kept for text is given to it, then it is said, and saved once there is some', { skip }, async (t) => {
  const world = new World();
  const disk = smallDisk(t, world, 'budi', 400);
  t.after(() => world.close());
  // Chromium's own limit does not stop a little text at once: only a real disk does. The next test needs no right.
  if (disk === undefined) return t.skip('no right to mount a disk');
  const link = await world.school();
  let page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  await write(page, world.url, 'Sebelum penuh');
  await page.waitForSelector('li:has-text("Sebelum penuh"):has-text("Sudah di server sekolah")');
  for (let i = 0; i < 50 && !(await hasBallast(page)); ++i) await page.waitForTimeout(100);
  assert.ok(await hasBallast(page));
  await page.goto(`${world.url}#/tulis`);
  await page.waitForSelector('textarea');
  disk.fill();
  for (const i of [0, 1, 2]) await page.locator('textarea').nth(i).fill(`Diketik saat penuh ${noise(7900)}`);
  await page.waitForSelector('text=/Tersimpan di HP ini \\d/');
  assert.equal(await hasBallast(page), false, 'given to the text');
  await page.waitForSelector('[role=status]:has-text("Ruang HP hampir penuh")');
  // Now there is nothing left to give.
  disk.fill();
  for (const i of [0, 1, 2]) await page.locator('textarea').nth(i).fill(`Diketik saat penuh sekali ${noise(7900)}`);
  await page.waitForSelector('[role=alert]:has-text("Jangan tutup halaman ini")');
  await looks(page, '84-full-while-typing');
  disk.free();
  await page.waitForSelector('[role=alert]:has-text("Jangan tutup halaman ini")', { state: 'detached' });
  await page.waitForSelector('text=/Tersimpan di HP ini \\d/');
  await world.killPhone('budi');
  page = await world.phone('budi');
  await page.goto(world.url);
  await page.click('li a:has-text("Diketik saat penuh sekali")');
  await page.click('button:has-text("Simpan")');
  await page.waitForSelector('li:has-text("Diketik saat penuh sekali"):has-text("Sudah di server sekolah")');
  assert.equal(world.readNatively(card).length, 2);
});

// A phone that was killed with a finished entry in its drafts, is here again, and has opened nothing yet. The entry was
// finished before the core was there, so that only the store's own files have to grow. `before`: what was used by then.
async function withWaitingDraft(t) {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  await withoutCache(page);
  const card = await join(page, world.url, link, 'Pak Budi');
  await page.context().route('**/*.wasm', () => undefined);
  await page.goto('about:blank');
  await page.goto(`${world.url}#/tulis`);
  for (const i of [0, 1, 2]) await page.locator('textarea').nth(i).fill(`penuh ${noise(7900)}`);
  await page.waitForSelector('text=/Tersimpan di HP ini \\d/');
  await page.click('button:has-text("Simpan")');
  await page.waitForTimeout(600);
  const before = await used(page);
  await world.killPhone('budi');
  page = await world.phone('budi');
  await withoutCache(page);
  return { world, page, before, card };
}

// Says so, and once there is room the entry goes in by itself.
async function saysSo({ world, page, card }, said, look) {
  await page.goto(world.url);
  const alert = `[role=alert]:has-text("${said}")`;
  await page.waitForSelector(alert);
  await look();
  await quota(page, world, undefined);
  await page.waitForSelector(alert, { state: 'detached' });
  await page.waitForSelector('li:has-text("penuh"):has-text("Sudah di server sekolah")');
  assert.equal(world.readNatively(card).length, 1);
}

test('the store itself is full: the entry waits in the drafts, is said to, and goes in by itself once there is room', { skip }, async (t) => {
  const phone = await withWaitingDraft(t);
  const { world, page, before } = phone;
  // Enough for what keeps the drafts, and the store's own files find no more.
  await quota(page, world, before + 65_536);
  await saysSo(phone, 'Catatan belum masuk ke daftar', async () => {
    await page.waitForSelector('li:has-text("penuh")');
    await looks(page, '85-store-full');
  });
});

test('there is not even room to open the drafts: that is said, and what waits goes in by itself once there is', { skip }, async (t) => {
  const phone = await withWaitingDraft(t);
  const { world, page, before } = phone;
  // The Worker has opened its keys by then, and the page has not asked for the drafts.
  await page.context().route('**/*.wasm', async (route) => {
    await quota(page, world, before - 65_536);
    await route.continue();
  });
  await saysSo(phone, 'tulisan belum dapat dibuka', async () => {
    await looks(page, '85-drafts-unopened');
    assert.deepEqual(page.faults, []);
  });
});

test('a second store that the browser threw away: the keys are put back from their spare place, and a PIN still stands', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  const throwAway = async () => {
    await page.goto(`${world.url}healthz`);
    await page.evaluate(() => new Promise((resolve, reject) => {
      const gone = indexedDB.deleteDatabase('sejawat');
      gone.onsuccess = () => resolve();
      gone.onerror = () => reject(gone.error);
    }));
    await page.goto(world.url);
  };
  await page.route('**/sync', (route) => route.abort());
  await write(page, world.url, 'Belum terkirim');
  await page.waitForSelector('li:has-text("Belum terkirim")');
  await throwAway();
  await page.waitForSelector('li:has-text("Belum terkirim")');
  await page.unroute('**/sync');
  await checkCard(page, world.url, card);
  await page.goto(`${world.url}#/pin`);
  for (const n of [0, 1]) await page.locator('input[type=password]').nth(n).fill('482913');
  await page.click('text=Pasang PIN');
  await page.waitForSelector('text=PIN terpasang');
  await throwAway();
  await page.waitForSelector('input[type=password]');
  // What is spare: the layer that only the PIN opens, 32 bytes and a tag.
  const size = await page.evaluate(async () => {
    const settled = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const bucket = await navigator.storageBuckets.open('sejawat-keys');
    const base = await settled(bucket.indexedDB.open('keys'));
    const { wrapping, key } = await settled(base.transaction('keys').objectStore('keys').get('keys'));
    base.close();
    return (await crypto.subtle.decrypt({ name: 'AES-GCM', iv: key.iv }, wrapping, key.sealed)).byteLength;
  });
  assert.equal(size, 48);
  await page.fill('input[type=password]', '482913');
  await page.click('button:has-text("Buka")');
  await page.waitForSelector('li:has-text("Belum terkirim")');
});
