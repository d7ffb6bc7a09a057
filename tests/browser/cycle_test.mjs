// Two teachers, two phones, one whole cycle: an option is chosen, tried, its impact recorded, reflected on, concluded, shared.
import assert from 'node:assert/strict';
import test from 'node:test';
import { alone, BUDI, CICI, holdable, looks, settle, share, skip, staffroom, World } from './support.mjs';

const PROBLEM = 'Hanya dua anak yang berbicara saat diskusi';

test('a whole cycle on two phones, from the root to a good practice', { skip }, async (t) => {
  const { world, budi, cici } = await staffroom(t, { budi: BUDI, cici: CICI });
  await share(budi, world.url, PROBLEM);
  await budi.click('button:has-text("Mengapa?")');
  await budi.fill('textarea', 'Tugasnya hanya punya satu jawaban.');
  await budi.click('button:has-text("Kirim")');
  await budi.waitForSelector('text=Bila akarnya jelas');
  await budi.click('button:has-text("Tandai akar masalah")');
  await budi.fill('textarea', 'Tugas diskusi tertutup.');
  await budi.click('button:has-text("Simpan")');
  await budi.waitForSelector('text=Apa yang bisa dicoba?');
  await settle(budi);

  // A colleague proposes; the owner sees it on the menu.
  await cici.goto(`${world.url}#/siklus`);
  await settle(cici);
  await cici.click(`a:has-text("${PROBLEM}")`);
  await cici.click('text=Daftar alternatif (0)');
  await cici.waitForSelector('text=Belum ada alternatif');
  await looks(cici, 'cycle-40-options-empty');
  await cici.click('button:has-text("Usulkan alternatif")');
  await cici.fill('input[placeholder="Apa yang bisa dicoba?"]', 'Peran dalam kelompok kecil');
  await cici.fill('textarea >> nth=1', 'Bagi kartu peran\nTukar peran tiap pertemuan');
  await looks(cici, 'cycle-41-propose');
  await cici.click('button:has-text("Simpan")');
  await cici.waitForSelector('li:has-text("Peran dalam kelompok kecil")');
  await settle(cici);

  await budi.goto(`${world.url}#/`);
  await settle(budi);
  await budi.waitForSelector('text=Pilih untuk dicoba');
  await looks(budi, 'cycle-42-home-choose');
  await budi.click('a:has-text("Pilih untuk dicoba")');
  await budi.click('a:has-text("Peran dalam kelompok kecil")');
  await budi.waitForSelector('text=Belum pernah dicoba di sini');
  await looks(budi, 'cycle-43-option');
  await budi.click('button:has-text("Dukungan")');
  await budi.waitForSelector('button:has-text("Dukungan (1)")');
  await budi.click('button:has-text("Pilih untuk dicoba")');
  await budi.fill('input[type=text]', '5A');
  await budi.click('form button:has-text("Pilih untuk dicoba")');

  // Planned with a measure, before trying.
  await budi.waitForSelector('h2:has-text("Rencana uji coba")');
  await budi.fill('textarea >> nth=0', 'Setiap anak memegang kartu peran.');
  const measure = budi.locator('fieldset.part').first();
  await measure.locator('input').nth(0).fill('Anak yang berpendapat');
  await measure.locator('input').nth(1).fill('2 dari 24');
  await measure.locator('input').nth(2).fill('20 dari 24');
  await budi.click('button:has-text("+ Kolaborator")');
  await budi.locator('select').first().selectOption({ label: 'Bu Cici Lestari' });
  await looks(budi, 'cycle-44-plan');
  await budi.click('form button.primary:has-text("Simpan")');
  await budi.waitForSelector('button:has-text("Mulai uji coba")');
  await looks(budi, 'cycle-45-trial-ready');
  await budi.click('button:has-text("Mulai uji coba")');
  await budi.waitForSelector('h2:has-text("Catat dampak")');
  await holdable(budi);
  await budi.reload();
  await budi.waitForSelector('h2:has-text("Catat dampak")');
  await budi.fill('textarea', 'Kelompok belakang ikut bicara sejak menit pertama.');
  await budi.fill('fieldset input[type=text]', '21 dari 24');
  await budi.click('label:has-text("Membaik")');
  await looks(budi, 'cycle-46-impact');
  // Two records go from one form. The second one is refused: it is said, and tried again.
  await budi.locator('form > fieldset label:has-text("Efektif")').last().click();
  await budi.evaluate(() => (globalThis.heldCommand = 'trialReflect'));
  await budi.click('form button:has-text("Simpan")');
  await budi.waitForTimeout(1000);
  await budi.evaluate(() => globalThis.letGo(34));
  await budi.waitForSelector('form [role=alert]:has-text("Terhenti")');
  await budi.click('form button:has-text("Simpan")');
  await budi.waitForSelector('h2:has-text("Refleksi bersama")');
  await settle(budi);

  // The colleague reflects; what the owner wrote into the journal does not reach them.
  await cici.goto(`${world.url}#/`);
  await settle(cici);
  await cici.click('a:has-text("Tulis refleksi bersama")');
  await cici.waitForSelector('text=21 dari 24');
  assert.ok(!(await cici.textContent('body')).includes('Kelompok belakang'));
  await cici.click('button:has-text("Tulis refleksi")');
  await cici.fill('textarea', 'Kartu membuat anak pendiam mulai bicara.');
  await cici.click('label:has-text("Efektif") >> nth=0');
  await looks(cici, 'cycle-47-reflect');
  await cici.click('form button:has-text("Simpan")');
  await cici.waitForSelector('article:has-text("Kartu membuat")');
  assert.equal(await cici.locator('button:has-text("Tetapkan putusan")').count(), 0, 'the verdict is its owner’s');
  await settle(cici);

  await settle(budi);
  await budi.waitForSelector('article:has-text("Kartu membuat")');
  await budi.click('button:has-text("Tetapkan putusan")');
  await budi.locator('label:has-text("Efektif")').first().click();
  await budi.fill('textarea', '21 dari 24 anak berpendapat');
  await looks(budi, 'cycle-48-verdict');
  await budi.click('form button:has-text("Simpan")');
  await budi.waitForSelector('h2:has-text("Putusan: Efektif")');
  await looks(budi, 'cycle-49-concluded');
  await budi.click('text=Bagikan sebagai praktik baik');
  await budi.waitForSelector('form');
  assert.equal(await budi.locator('form input').first().inputValue(), 'Peran dalam kelompok kecil');
  await looks(budi, 'cycle-50-practice-form');
  await budi.click('form button:has-text("Bagikan sebagai praktik baik")');
  await budi.waitForSelector('h2:has-text("Peran dalam kelompok kecil")');
  await looks(budi, 'cycle-51-practice');
  await settle(budi);

  await cici.goto(`${world.url}#/praktik`);
  await settle(cici);
  await cici.context().setOffline(true);
  await cici.fill('input[type=search]', 'tukar');
  await cici.waitForSelector('li:has-text("Peran dalam kelompok kecil")');
  await looks(cici, 'cycle-52-practices');
  await cici.fill('input[type=search]', 'gajah');
  await cici.waitForSelector('text=Tidak ada yang cocok');
  await cici.context().setOffline(false);
  await cici.goto(`${world.url}#/alternatif`);
  await cici.waitForSelector('text=sudah dicoba 1× · efektif 1×');
  await looks(cici, 'cycle-53-menu');

  // The whole walk, with the entry behind it on the owner's phone alone.
  await budi.goto(`${world.url}#/siklus`);
  await budi.click('button:has-text("Juga yang sudah selesai")');
  await budi.waitForSelector(`a:has-text("${PROBLEM}")`);
  await looks(budi, 'cycle-54-cycles');
  await budi.click(`a:has-text("${PROBLEM}")`);
  await budi.waitForSelector('li:has-text("21 dari 24")');
  await budi.locator('h2:has-text("Linimasa siklus")').evaluate((heading) => heading.scrollIntoView());
  await looks(budi, 'cycle-55-timeline');
  await budi.click('text=Laporan siklus');
  await budi.waitForSelector('article.paper');
  await looks(budi, 'cycle-56-report');
  assert.deepEqual(budi.faults, []);
  assert.deepEqual(cici.faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED')), []);
});

// A trial of one's own, chosen and not planned yet. Gives its address.
async function chosen(page, url) {
  await page.goto(`${url}#/bagikan`);
  await page.fill('input[name=title]', PROBLEM);
  await page.click('button:has-text("Simpan")');
  await page.click('button:has-text("Mengapa?")');
  await page.fill('textarea', 'Tugasnya hanya punya satu jawaban.');
  await page.click('button:has-text("Kirim")');
  await page.click('button:has-text("Tandai akar masalah")');
  await page.fill('textarea', 'Tugas diskusi tertutup.');
  await page.click('button:has-text("Simpan")');
  await page.click('text=Daftar alternatif (0)');
  await page.click('button:has-text("Usulkan alternatif")');
  await page.fill('input[name=title]', 'Kartu peran');
  await page.click('button:has-text("Simpan")');
  await page.click('a:has-text("Kartu peran")');
  await page.click('button:has-text("Pilih untuk dicoba")');
  await page.click('form button:has-text("Pilih untuk dicoba")');
  await page.waitForSelector('h2:has-text("Rencana uji coba")');
  return page.url();
}

test('a plan keeps its added rows over a change of the trial and a killed browser, and writes over nothing that it did not touch', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  let page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  const trial = await chosen(page, world.url);
  await page.locator('textarea').first().fill('Setiap anak memegang kartu peran.');
  await page.click('button:has-text("+ Ukuran")');
  const name = (at, i) => at.locator('fieldset.part').nth(i).locator('input').first();
  await name(page, 0).pressSequentially('Anak yang berpendapat');
  await name(page, 1).pressSequentially('Anak yang bertanya');
  await page.waitForTimeout(600);
  // Another tab changes the same trial.
  const tab = await page.context().newPage();
  await tab.goto(`${world.url}#/rekaman/${trial.split('/').at(-1)}`);
  await tab.click('button:has-text("Ubah")');
  await tab.locator('label:has-text("Rombel") input').fill('5B');
  await tab.click('form button:has-text("Simpan")');
  await tab.waitForSelector('p:has-text("5B")');
  await page.waitForSelector('.chip:has-text("5B")');
  assert.equal(await name(page, 1).inputValue(), 'Anak yang bertanya', 'the form stands while the trial changes');
  await world.killPhone('dedi');
  page = await world.phone('dedi');
  await page.goto(trial);
  await page.waitForFunction(() => document.querySelectorAll('fieldset.part')[1]?.querySelector('input')?.value === 'Anak yang bertanya');
  assert.equal(await name(page, 0).inputValue(), 'Anak yang berpendapat');
  await page.click('form button.primary:has-text("Simpan")');
  await page.waitForSelector('button:has-text("Mulai uji coba")');
  assert.deepEqual((await page.locator('.measures li strong').allTextContents()).sort(), ['Anak yang berpendapat', 'Anak yang bertanya']);
  assert.equal(await page.locator('.chip:has-text("5B")').count(), 1, 'what the form did not touch stays as the other tab wrote it');
});

test('what is typed while other records change is never put back to how it was a moment ago', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  await chosen(page, world.url);
  await page.locator('textarea').first().fill('Setiap anak memegang kartu peran.');
  await page.locator('fieldset.part input').first().fill('Anak yang berpendapat');
  await page.click('form button.primary:has-text("Simpan")');
  await page.click('button:has-text("Mulai uji coba")');
  await page.waitForSelector('h2:has-text("Catat dampak")');
  const tab = await page.context().newPage();
  const others = (async () => {
    for (let i = 0; i < 4; ++i) {
      await tab.goto(`${world.url}#/bagikan`);
      await tab.locator('input[name=title]').fill(`Hal lain ${i}`);
      await tab.click('button:has-text("Simpan")');
      await tab.waitForSelector(`h2:has-text("Hal lain ${i}")`);
    }
  })();
  const happened = page.locator('textarea').first();
  let words = '';
  let done = false;
  void others.finally(() => (done = true));
  for (let i = 0; !done || i < 20; ++i) {
    await happened.pressSequentially(`kata${i} `, { delay: 15 });
    words += `kata${i} `;
  }
  await others;
  await page.waitForTimeout(500);
  assert.equal(await happened.inputValue(), words);
});

test('a form that closes held no word that was not saved: while the core takes them none can be added, and a refusal gives it back as it was', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  await holdable(page);
  await page.goto(`${world.url}#/bagikan`);
  await page.reload();
  await page.fill('input[name=title]', PROBLEM);
  await page.click('button:has-text("Simpan")');
  await page.click('button:has-text("Ubah")');
  const title = page.locator('form input[name=title]');
  await title.press('End');
  await title.pressSequentially(' kelompok');
  const saving = async (command) => {
    await page.evaluate((name) => (globalThis.heldCommand = name), command);
    await title.press('Enter');
    await page.waitForTimeout(300);
    await page.keyboard.type(' besar');
    await title.click({ force: true, timeout: 1000 }).catch(() => undefined);
    await page.keyboard.type(' sekali');
    await page.waitForTimeout(500);
    await looks(page, 'cycle-88-being-saved');
    return title.inputValue();
  };
  await saving('recordChange');
  await page.evaluate(() => globalThis.letGo(34));
  await page.waitForSelector('[role=alert]:has-text("Terhenti")');
  // Whoever typed goes on where they were.
  await page.keyboard.type(' kecil');
  assert.equal(await title.inputValue(), `${PROBLEM} kelompok kecil`);
  const stood = await saving('recordChange');
  await page.evaluate(() => globalThis.letGo());
  await title.waitFor({ state: 'detached' });
  await page.waitForSelector(`h2:has-text("${stood}")`);
  await page.reload();
  await page.waitForSelector(`h2:has-text("${stood}")`);
  assert.deepEqual(page.faults, []);
});

// Somebody alone on a phone, with a plan of a trial before them that has a second row for a measure.
async function planning(t) {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('dedi');
  await alone(page, world.url, 'Pak Dedi');
  await chosen(page, world.url);
  await page.locator('textarea').first().fill('Setiap anak memegang kartu peran.');
  await page.click('button:has-text("+ Ukuran")');
  return page;
}

test('a plan is saved without the rows that nothing was written into, but not without any measure', { skip }, async (t) => {
  const page = await planning(t);
  const save = () => page.click('form button.primary:has-text("Simpan")');
  await save();
  await page.waitForTimeout(500);
  assert.ok(await page.locator('fieldset.part input').first().evaluate((field) => field === document.activeElement));
  await page.locator('fieldset.part').nth(1).locator('input').first().fill('Anak yang berpendapat');
  await save();
  await page.waitForSelector('button:has-text("Mulai uji coba")');
  assert.deepEqual(await page.locator('.measures li strong').allTextContents(), ['Anak yang berpendapat']);
  assert.deepEqual(page.faults, []);
});

test('two measures of one name have a line each when the impact is recorded', { skip }, async (t) => {
  const page = await planning(t);
  for (const [i, before] of ['4A: 60', '4B: 55'].entries()) {
    const measure = page.locator('fieldset.part').nth(i);
    await measure.locator('input').nth(0).fill('Nilai rata-rata');
    await measure.locator('input').nth(1).fill(before);
  }
  await page.click('form button.primary:has-text("Simpan")');
  await page.click('button:has-text("Mulai uji coba")');
  await page.waitForSelector('h2:has-text("Catat dampak")');
  await page.fill('textarea', 'Kelompok belakang ikut bicara.');
  const measures = page.locator('form fieldset.part');
  assert.equal(await measures.count(), 2);
  assert.deepEqual((await measures.locator('p').allTextContents()).sort(), ['Sebelum: 4A: 60', 'Sebelum: 4B: 55']);
  for (const i of [0, 1]) await measures.nth(i).locator('input[type=text]').fill(String(12 + 8 * i));
  assert.deepEqual(await measures.locator('input[type=text]').evaluateAll((all) => all.map(({ value }) => value)), ['12', '20']);
  await page.click('form button:has-text("Simpan")');
  await page.waitForSelector('h2:has-text("Refleksi bersama")');
  assert.deepEqual(page.faults, []);
});
