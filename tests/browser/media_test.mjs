// Photos and voice notes on a phone: small, without where they were taken, after the text, within what may be spent, and
// never lost.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { add, attachments, begin, gallery, LIMIT, MARK, open, photo, save } from './media.mjs';
import { alone, checkCard, join, looks, looksSmall, skip, withoutCache, World, write } from './support.mjs';
import { slowLine } from './slow_line.mjs';

const VOICE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

// What pictures the page shows, as bytes: its policy lets no script fetch them.
const watchBlobs = (page) => page.addInitScript(() => {
  globalThis.shown = [];
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => (globalThis.shown.push(blob), make(blob));
});
const shownBytes = (page) => page.evaluate(async () => [...new Uint8Array(await globalThis.shown.at(-1).arrayBuffer())]).then((bytes) => Buffer.from(bytes));
// The same person's native client fetches all that the server has.
function fetchNatively(world, card) {
  world.readNatively(card);
  world.client('native', 'sync');
  return world.lines('native', 'attachment', 'list').map(({ id, ...row }) => {
    const file = path.join(world.root, `${id}.out`);
    world.client('native', 'attachment', 'fetch', id);
    world.client('native', 'attachment', 'get', id, '--to', file);
    return { id, ...row, content: readFileSync(file) };
  });
}
const exists = (world, card) => {
  world.readNatively(card);
  world.client('native', 'sync');
  return world.lines('native', 'attachment', 'list');
};

test('a photo is made small, loses where it was taken, waits for an answer about faces, and arrives byte for byte after the text', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi');
  await watchBlobs(page);
  const card = await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'besar.jpg'));
  assert.ok(readFileSync(file).length > LIMIT);
  await begin(page, world.url, 'Papan tulis penuh');
  await looks(page, '70-write-attachments');
  await looksSmall(page, '70-write-attachments');
  await add(page, file, null);
  await looks(page, '71-photo-face');
  await looksSmall(page, '71-photo-face');
  await page.click('text=Tidak ada wajah');
  await page.waitForSelector(`${attachments} >> text=Tersimpan di HP ini`);
  await looks(page, '72-photo-kept');
  await save(page, 'Papan tulis penuh');
  await open(page, 'Papan tulis penuh');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  await page.waitForSelector(`${attachments} img`);
  await looks(page, '73-entry-photo');
  await looksSmall(page, '73-entry-photo');
  const mine = await shownBytes(page);
  const size = await page.evaluate(() => ((img) => [img.naturalWidth, img.naturalHeight])(document.querySelector('section[aria-label="Lampiran"] img')));
  assert.ok(size[0] < size[1], `turned the right way up: ${size}`);
  const [native, ...more] = fetchNatively(world, card);
  assert.deepEqual(more, []);
  assert.equal(native.type, 'image/webp');
  assert.ok(native.content.equals(mine), 'the same bytes on another device');
  assert.ok(mine.length <= LIMIT, `${mine.length} bytes`);
  t.diagnostic(`${readFileSync(file).length} B photo: ${mine.length} B, ${size.join(' × ')}`);
  assert.equal(mine.toString('latin1', 8, 12), 'WEBP');
  for (const trace of [MARK, 'Exif', 'EXIF', 'XMP ']) assert.ok(!mine.includes(trace), trace);
  // A second phone of this person: nothing comes by itself.
  const other = await world.phone('budi2');
  await watchBlobs(other);
  await other.goto(world.url);
  await other.click('text=Pulihkan dengan kartu pemulihan');
  await other.fill('textarea', card);
  await other.click('text=Pakai teks ini');
  await other.click('button.primary');
  await open(other, 'Papan tulis penuh');
  await other.waitForSelector(`${attachments} >> text=Unduh sekarang`);
  await looks(other, '74-photo-not-here');
  assert.equal(await other.locator(`${attachments} img`).count(), 0);
  await other.click('text=Unduh sekarang');
  await other.waitForSelector(`${attachments} img`);
  assert.ok((await shownBytes(other)).equals(mine));
  // Removed on one, gone on the other.
  await page.click(`${attachments} >> text=Hapus`);
  await looks(page, '75-photo-remove');
  await page.click('text=Ya, hapus');
  await page.waitForSelector(`${attachments} img`, { state: 'detached' });
  await other.waitForTimeout(2500);
  await other.click('[aria-label="Beranda"], nav a >> nth=0');
  await other.click('[aria-label="Sinkronkan sekarang"]');
  await open(other, 'Papan tulis penuh');
  await other.waitForSelector(`${attachments} img`, { state: 'detached' });
  assert.deepEqual([...page.faults, ...other.faults], []);
});

test('a photo whose question is open waits on the phone, through a killed browser; with consent it says so', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'kelas.jpg'));
  await begin(page, world.url, 'Kelompok belakang bekerja');
  await add(page, file, null);
  await save(page, 'Kelompok belakang bekerja');
  await page.waitForSelector('li:has-text("Kelompok belakang"):has-text("Sudah di server sekolah")');
  await world.killPhone('budi');
  assert.deepEqual(exists(world, card), [], 'nothing leaves before the answer');
  page = await world.phone('budi');
  await page.goto(world.url);
  await page.click('text=Satu foto menunggu jawaban Anda');
  await page.click('text=Ada, orang tua mengizinkan');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  assert.deepEqual(fetchNatively(world, card).map(({ caption }) => caption), ['Ada wajah anak, dengan izin orang tua']);
  // What is no photo is said to be none; the seventh attachment is not offered.
  const broken = path.join(world.root, 'rusak.jpg');
  writeFileSync(broken, 'ini bukan foto');
  await page.setInputFiles(gallery, broken);
  await page.waitForSelector('[role=alert]:has-text("bukan foto")');
  const delivered = (count) => page.waitForFunction((n) => document.querySelector('section[aria-label="Lampiran"]').textContent.split('Sudah di server sekolah').length === n + 1, count);
  for (let n = 1; n < 4; ++n) {
    await add(page, file);
    await delivered(n + 1);
  }
  // The sixth is being chosen while the fifth goes into the core: what was chosen is not lost with the button.
  await add(page, file, null);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('label:has-text("Dari galeri")')]);
  await page.click('button:has-text("Tidak ada wajah")');
  await delivered(5);
  await chooser.setFiles(file);
  await page.click('button:has-text("Tidak ada wajah")');
  await page.waitForSelector('text=Sudah enam lampiran');
  assert.equal(await page.locator(gallery).isVisible(), false);
  await delivered(6);
  assert.deepEqual(page.faults, []);
});

test('a photo of a problem whose question is open is found again from Home', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  const file = await photo(page, path.join(world.root, 'papan.jpg'));
  await page.goto(`${world.url}#/bagikan`);
  await page.fill('input[name=title]', 'Waktu habis sebelum kesimpulan');
  await page.click('button:has-text("Simpan")');
  await page.waitForSelector(gallery, { state: 'attached' });
  await add(page, file, null);
  await page.goto(`${world.url}#/`);
  await page.click('text=Satu foto menunggu jawaban Anda');
  await page.waitForSelector('h2:has-text("Waktu habis")');
  await page.click('button:has-text("Tidak ada wajah")');
  await page.waitForSelector(`${attachments} >> text=Tersimpan di HP ini`);
  await page.goto(`${world.url}#/`);
  await page.waitForSelector('text=Satu foto menunggu', { state: 'detached' });
  assert.deepEqual(page.faults, []);
});

test('an entry saved while a photo is made small or a note recorded stays saved, and gets both; one that is left keeps its photo', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi', ...VOICE);
  // An old phone: a photo is only read when the test says so.
  await page.addInitScript(() => {
    const read = globalThis.createImageBitmap;
    globalThis.createImageBitmap = async (...all) => {
      await new Promise((resolve) => (globalThis.go = resolve));
      return read(...all);
    };
  });
  const card = await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'lambat.jpg'), 800, 600);
  const drafts = page.locator('a[href^="#/tulis/"]');
  const noDraft = async () => {
    await page.goto(`${world.url}#/`);
    await page.reload();
    await page.waitForSelector('text=Tulis catatan');
    await page.waitForTimeout(500);
    assert.equal(await drafts.count(), 0, 'what was saved is no draft again');
  };
  const choose = async () => {
    await page.setInputFiles(gallery, file);
    await page.waitForFunction(() => globalThis.go !== undefined);
  };
  const made = () => page.evaluate(() => (globalThis.go(), delete globalThis.go));
  await begin(page, world.url, 'Foto masih dikecilkan');
  await choose();
  await save(page, 'Foto masih dikecilkan');
  await page.waitForSelector('li:has-text("Foto masih"):has-text("Sudah di server sekolah")');
  await made();
  await page.click('text=Satu foto menunggu jawaban Anda');
  await page.click('text=Tidak ada wajah');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  await noDraft();

  await begin(page, world.url, 'Suara masih direkam');
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=timer]:has-text("0:01")');
  await save(page, 'Suara masih direkam');
  await page.waitForTimeout(1000);
  await noDraft();
  await open(page, 'Suara masih direkam');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  assert.equal(exists(world, card).length, 2);

  await page.goto(`${world.url}#/tulis`);
  await choose();
  await page.click('.bar >> text=Kembali');
  await page.waitForURL(/#\/$/);
  await made();
  await page.waitForTimeout(500);
  await drafts.click();
  await page.waitForSelector('text=Ada wajah anak di foto ini?');
  assert.deepEqual(page.faults, []);
});

test('before the core is there, and with a PIN: a photo is durable, sealed, and arrives once', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  await withoutCache(page);
  const card = await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'papan.jpg'));
  await checkCard(page, world.url, card);
  await page.context().route('**/*.wasm', () => undefined);
  await page.goto('about:blank');
  await begin(page, world.url, 'Sebelum inti datang');
  await add(page, file);
  await page.waitForSelector(`${attachments} >> text=Tersimpan di HP ini`);
  await page.click('button:has-text("Simpan")');
  await page.waitForTimeout(400);
  await world.killPhone('budi');
  assert.deepEqual(exists(world, card), []);
  page = await world.phone('budi');
  await withoutCache(page);
  await page.goto(world.url);
  await page.waitForSelector('li:has-text("Sebelum inti datang")');
  await page.waitForFunction(() => document.querySelector('main')?.textContent.includes('Sudah di server sekolah'));
  await open(page, 'Sebelum inti datang');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  assert.equal(exists(world, card).length, 1);

  // With a PIN: a draft's photo opens with no key that a script of this origin has before the PIN.
  await page.goto(`${world.url}#/pin`);
  for (const n of [0, 1]) await page.locator('input[type=password]').nth(n).fill('482913');
  await begin(page, world.url, 'Sebelum PIN');
  await add(page, file);
  await page.waitForSelector(`${attachments} >> text=Tersimpan di HP ini`);
  await page.goto(`${world.url}#/pin`);
  for (const n of [0, 1]) await page.locator('input[type=password]').nth(n).fill('482913');
  await page.click('text=Pasang PIN');
  await page.waitForSelector('text=PIN terpasang');
  await begin(page, world.url, 'Sesudah PIN');
  await add(page, file);
  await page.waitForSelector(`${attachments} >> text=Tersimpan di HP ini`);
  await page.context().close();
  page = await world.phone('budi');
  await withoutCache(page);
  await page.goto(world.url);
  await page.waitForSelector('input[type=password]');
  const readable = await page.evaluate(async () => {
    const settled = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const base = await settled(indexedDB.open('sejawat'));
    const store = () => base.transaction('keep').objectStore('keep');
    const [names, values, key] = [await settled(store().getAllKeys()), await settled(store().getAll()), await settled(store().get('wrapping'))];
    const out = [];
    for (const [i, name] of names.entries()) {
      if (!name.startsWith('held:')) continue;
      out.push(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: values[i].iv }, key, values[i].sealed).then(() => 'open', () => 'sealed'));
    }
    base.close();
    return out;
  });
  assert.deepEqual(readable, ['sealed', 'sealed'], 'the one from before the PIN, too');
  await page.fill('input[type=password]', '482913');
  await page.click('button:has-text("Buka")');
  await page.click('li a:has-text("Sesudah PIN")');
  await page.waitForSelector(`${attachments} img`);
});

test('data saver: text goes, photos say that they are paused, until somebody asks or Wi-Fi is there', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi');
  // As Chromium tells it on Android.
  await page.addInitScript(() => {
    globalThis.line = 'cellular';
    Object.defineProperty(NetworkInformation.prototype, 'type', { get: () => globalThis.line });
  });
  const card = await join(page, world.url, link, 'Pak Budi');
  const file = await photo(page, path.join(world.root, 'papan.jpg'));
  await page.goto(`${world.url}#/pengaturan`);
  await page.check('input[type=checkbox]');
  await looks(page, '76-data-saver');
  const one = async (words) => {
    await begin(page, world.url, words);
    await add(page, file);
    await save(page, words);
    await page.waitForSelector(`li:has-text("${words}"):has-text("Sudah di server sekolah")`);
    await page.waitForSelector('text=/Foto dan suara dijeda .hemat kuota. .\\d+ KB/');
  };
  await one('Pertama');
  await looks(page, '77-media-paused');
  await looksSmall(page, '77-media-paused');
  world.readNatively(card);
  const [waiting] = world.lines('native', 'attachment', 'list');
  assert.equal(world.lines('native', 'journal', 'list').length, 1, 'the text is there');
  assert.throws(() => world.client('native', 'attachment', 'fetch', waiting.id), 'the photo is not');
  await open(page, 'Pertama');
  await page.waitForSelector(`${attachments} >> text=Dijeda (hemat kuota)`);
  await looks(page, '78-photo-paused');
  await page.goto(`${world.url}#/`);
  await page.click('text=Kirim foto sekarang');
  await page.waitForSelector('text=/Foto dan suara dijeda/', { state: 'detached' });
  world.client('native', 'attachment', 'fetch', waiting.id);

  await one('Kedua');
  await page.evaluate(() => {
    globalThis.line = 'wifi';
    navigator.connection.dispatchEvent(new Event('change'));
  });
  await page.waitForSelector('text=/Foto dan suara (dijeda|menunggu)/', { state: 'detached' });
  await open(page, 'Kedua');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  // What others of this person's devices brought comes on a tap, saver or not.
  await page.evaluate(() => {
    globalThis.line = 'cellular';
    navigator.connection.dispatchEvent(new Event('change'));
  });
  world.client('native', 'sync');
  const entry = world.lines('native', 'journal', 'list').find((line) => JSON.stringify(line).includes('Kedua')).id;
  world.client('native', 'attachment', 'add', entry, await photo(page, path.join(world.root, 'kecil.jpg'), 420, 300));
  world.client('native', 'sync');
  await page.goto(`${world.url}#/`);
  await page.click('[aria-label="Sinkronkan sekarang"]');
  await open(page, 'Kedua');
  await page.click('text=Unduh sekarang');
  await page.waitForFunction(() => document.querySelectorAll('section[aria-label="Lampiran"] img').length === 2);
  assert.deepEqual(page.faults, []);
});

test('the browser is killed in the middle of an upload: it goes on where it was, and text overtakes it', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const said = await world.serve();
  const line = await slowLine(Number(world.endpoint.split(':')[1]));
  t.after(() => line.close());
  const via = said.address.replace(world.endpoint, `127.0.0.1:${line.port}`);
  world.url = `http://127.0.0.1:${line.port}/`;
  world.client('ani', 'init', '--name', 'Bu Ani');
  world.client('ani', 'community', 'create', '--name', 'SDN Melati', '--kind', 'school', '--server', via, '--operator-invite', said.operator_invite);
  const { link } = world.lines('ani', 'invite', '--role', 'teacher')[0];
  let page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const file = await photo(page, path.join(world.root, 'papan.jpg'));
  await begin(page, world.url, 'Dengan foto');
  await add(page, file);
  line.rate = 12_000;
  await save(page, 'Dengan foto');
  await open(page, 'Dengan foto');
  await page.waitForSelector(`${attachments} >> text=/Mengirim… [3-9]\\d %/`);
  await looks(page, '79-photo-sending');
  // A second entry is there before the rest of the photo.
  await write(page, world.url, 'Menyalip foto');
  await page.waitForSelector('li:has-text("Menyalip foto"):has-text("Sudah di server sekolah")');
  await page.waitForSelector('text=/Foto dan suara menunggu dikirim/');
  await world.killPhone('budi');
  line.rate = 0;
  line.up = 0;
  page = await world.phone('budi');
  await page.goto(world.url);
  await open(page, 'Dengan foto');
  await page.waitForSelector(`${attachments} >> text=Sudah di server sekolah`);
  const [native] = fetchNatively(world, card);
  assert.ok(line.up < native.content.length * 0.85, `${line.up} bytes up of ${native.content.length} after the kill`);
  t.diagnostic(`${native.content.length} B photo; ${line.up} B up after the kill`);
});

test('a voice note: recorded, paused, kept through a killed browser, played; one minute at most', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi', ...VOICE);
  const card = await join(page, world.url, link, 'Pak Budi');
  await begin(page, world.url, 'Dengan suara');
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=timer]:has-text("0:01")');
  await looks(page, '80-voice-recording');
  await looksSmall(page, '80-voice-recording');
  await page.click('button:has-text("Jeda")');
  const paused = await page.textContent('[role=timer]');
  await page.waitForTimeout(1500);
  assert.equal(await page.textContent('[role=timer]'), paused);
  await page.click('button:has-text("Lanjutkan")');
  const seconds = (text) => Number(/\d:(\d\d)/.exec(text)[1]);
  await page.waitForFunction(() => Number(/\d:(\d\d)/.exec(document.querySelector('[role=timer]').textContent)[1]) >= 7);
  const recorded = seconds(await page.textContent('[role=timer]'));
  // In the middle of it the battery falls out.
  await world.killPhone('budi');
  page = await world.phone('budi', ...VOICE);
  await page.goto(world.url);
  await page.click('li a:has-text("Dengan suara")');
  await page.waitForSelector('button:has-text("Putar")');
  await looks(page, '81-voice-kept');
  await page.click('button:has-text("Putar")');
  const kept = seconds(await page.textContent('text=/Catatan suara · 0:/'));
  assert.ok(kept >= recorded - 4 && kept <= recorded + 1, `${kept} of ${recorded} s`);
  // A second one, to the end of the minute.
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=timer]');
  const begun = Date.now();
  await page.waitForFunction(() => document.querySelectorAll('section[aria-label="Lampiran"] .part').length === 2 && !document.querySelector('[role=timer]'), undefined, { timeout: 90_000 });
  const took = Date.now() - begun;
  assert.ok(took > 55_000 && took < 66_000, `${took} ms`);
  // And one that is thrown away.
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=timer]:has-text("0:01")');
  await page.click('button:has-text("Buang")');
  await page.waitForSelector('[role=timer]', { state: 'detached' });
  await save(page, 'Dengan suara');
  await open(page, 'Dengan suara');
  await page.waitForFunction(() => (document.querySelector('section[aria-label="Lampiran"]')?.textContent.match(/Sudah di server/g) ?? []).length === 2);
  const notes = fetchNatively(world, card);
  assert.deepEqual(notes.map(({ type }) => type), ['audio/webm', 'audio/webm']);
  t.diagnostic(`${notes.map(({ content }) => content.length).join(', ')} B of voice`);
  for (const { content } of notes) assert.ok(content.length <= 120 * 1024 && content.length > 2000, `${content.length}`);
  // Both are attached when the entry is saved, in either order.
  const longer = notes[0].content.length > notes[1].content.length ? 0 : 1;
  await page.click(`button:has-text("Putar") >> nth=${longer}`);
  await page.waitForSelector('text=/Catatan suara · (0:5[5-9]|1:00)/');
  assert.deepEqual(page.faults, []);
});

test('a note that finds no room any more is ended, and the microphone let go of', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('budi', ...VOICE);
  await alone(page, world.url, 'Pak Budi');
  await page.addInitScript(() => {
    const devices = MediaDevices.prototype;
    const ask = devices.getUserMedia;
    devices.getUserMedia = async function (...args) { return (globalThis.heard = await ask.apply(this, args)); };
  });
  await page.reload();
  await begin(page, world.url, 'Dengan suara');
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=timer]:has-text("0:04")');
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError'); };
    globalThis.makeRoom = () => (IDBObjectStore.prototype.put = put);
  });
  await page.waitForSelector(`${attachments} [role=alert]:has-text("ruang")`);
  await page.waitForFunction(() => globalThis.heard.getTracks().every(({ readyState }) => readyState === 'ended'), undefined, { timeout: 3000 });
  await page.evaluate(() => globalThis.makeRoom());
  // What had found room is there.
  await page.click(`${attachments} button:has-text("Kembali")`);
  await page.waitForSelector('button:has-text("Putar")');
});

test('without permission for the microphone the phone says what to do, and nothing is left behind', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi', '--use-fake-device-for-media-stream', '--deny-permission-prompts');
  await join(page, world.url, link, 'Pak Budi');
  await begin(page, world.url, 'Tanpa suara');
  await page.click('button:has-text("Suara")');
  await page.waitForSelector('[role=alert]:has-text("Mikrofon tidak diizinkan")');
  await looks(page, '82-voice-refused');
  await page.click(`${attachments} >> button:has-text("Kembali")`);
  await page.waitForSelector(gallery, { state: 'attached' });
  await save(page, 'Tanpa suara');
  await page.waitForSelector('li:has-text("Tanpa suara"):has-text("Sudah di server sekolah")');
  assert.equal(await page.locator('text=menunggu jawaban').count(), 0);
});
