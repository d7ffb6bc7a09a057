// S26: two versions of the same thing, on two devices of one person and between two people. Nobody chooses but a person.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { BUDI, CICI, join, looks, looksSmall, settle, share, skip, staffroom, World, write } from './support.mjs';

const HEAD = 'h2:has-text("Ada dua versi")';

// The same entry changed on the phone and natively, neither knowing of the other: { world, page, id, native }.
async function torn(t, { phone, pc, before }) {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  const page = await world.phone('budi');
  const card = await join(page, world.url, link, 'Pak Budi');
  await write(page, world.url, before);
  await settle(page);
  await page.waitForSelector('[role=status] >> text=Sudah di server sekolah');
  const file = path.join(world.root, 'card.txt');
  writeFileSync(file, card);
  world.client('pc', 'recover', '--card-file', file, '--server', world.address);
  world.client('pc', 'sync');
  const [entry] = world.lines('pc', 'journal', 'list');
  await page.context().setOffline(true);
  await page.goto(`${world.url}#/tulis/${entry.id}`);
  await page.locator('textarea').first().fill(phone.happened);
  await page.getByLabel('Mata pelajaran').fill(phone.subject);
  await page.click('button:has-text("Simpan")');
  await page.waitForSelector(`text=${phone.happened}`);
  const [event] = entry.events;
  const changed = { ...entry, subject: pc.subject, events: [{ ...event, happened: pc.happened }] };
  const native = path.join(world.root, 'changed.json');
  writeFileSync(native, JSON.stringify({ date: changed.date, subject: changed.subject, events: changed.events }));
  world.client('pc', 'journal', 'edit', entry.id, '--from', native);
  world.client('pc', 'sync');
  await page.context().setOffline(false);
  await settle(page);
  return { world, page, id: entry.id };
}
const undecided = (world) => world.lines('pc', 'conflict', 'list').flatMap((row) => row.conflicts.map((one) => one.field)).sort();
async function both(world, page) {
  await settle(page);
  await page.waitForSelector('[role=status] >> text=Sudah di server sekolah', { timeout: 10_000 }).catch(() => undefined);
  world.client('pc', 'sync');
}

test('an entry in two versions: shown on Home and on the entry, nothing is chosen by turning, killing or saving something else', { skip }, async (t) => {
  const { world, page: first, id } = await torn(t, {
    before: 'Siswa ribut.',
    phone: { happened: 'Siswa ribut saat diskusi kelompok.', subject: 'IPAS' },
    pc: { happened: 'Siswa ribut sesudah istirahat.', subject: 'Bahasa Indonesia' },
  });
  let page = first;
  await page.goto(`${world.url}#/`);
  await page.waitForSelector(`.torn a[href="#/catatan/${id}"]`);
  await looks(page, '71-home-two-versions');
  await page.click('.torn a');
  await page.waitForSelector(`${HEAD} >> text=Yang terjadi`);
  assert.equal(await page.locator('.versions').count(), 2);
  const happened = page.locator('.versions:has(h2:has-text("Yang terjadi"))');
  assert.match(await happened.locator('.card:has-text("diskusi kelompok") h3').textContent(), /Versi di HP ini/);
  assert.match(await happened.locator('.card:has-text("istirahat") h3').textContent(), /Versi dari HP lain \(Pak Budi, Perangkat [0-9a-f]{6}, \d\d[.:]\d\d\)/);
  await looks(page, '72-two-versions');
  await looksSmall(page, '72-two-versions');
  await page.setViewportSize({ width: 640, height: 360 });
  await page.setViewportSize({ width: 360, height: 640 });

  // Something else of the entry is saved: both stay undecided.
  await page.click('button:has-text("Ubah")');
  await page.getByLabel('Kelas', { exact: true }).fill('5A');
  await page.click('button:has-text("Simpan")');
  await page.waitForSelector('text=5A');
  assert.equal(await page.locator('.versions').count(), 2, 'saving another field chooses nothing');

  // What is typed while merging survives a killed browser, and so does that nothing was chosen.
  await happened.locator('button:has-text("Gabungkan")').click();
  const merged = await happened.locator('textarea').inputValue();
  assert.match(merged, /diskusi kelompok/);
  assert.match(merged, /istirahat/);
  await happened.locator('textarea').pressSequentially(' Dua kali.');
  await looks(page, '73-merge');
  await page.waitForTimeout(1000);
  await world.killPhone('budi');
  page = await world.phone('budi');
  await page.goto(`${world.url}#/catatan/${id}`);
  const again = page.locator('.versions:has(h2:has-text("Yang terjadi"))');
  await again.locator('textarea').waitFor();
  await page.waitForFunction(() => document.querySelector('.versions textarea')?.value.endsWith('Dua kali.'));
  await both(world, page);
  assert.deepEqual(undecided(world), ['happened', 'subject']);

  // Merged: decided here and there, for this field alone.
  await again.locator('button:has-text("Simpan gabungan")').click();
  await again.waitFor({ state: 'detached' });
  await both(world, page);
  assert.deepEqual(undecided(world), ['subject']);
  const [told] = world.lines('pc', 'conflict', 'decisions', id);
  assert.equal(told.field, 'happened');
  assert.match(told.chosen, /Dua kali\.$/);
  assert.equal(told.versions.length, 2);
  assert.ok(told.standing);

  // "That": the other phone's.
  await page.locator('.versions .card:has-text("Bahasa Indonesia") >> button:has-text("Pakai itu")').click();
  await page.waitForSelector('.versions', { state: 'detached' });
  await page.waitForSelector('text=Bahasa Indonesia');
  await both(world, page);
  assert.deepEqual(undecided(world), []);
  assert.equal(world.lines('pc', 'journal', 'list')[0].subject, 'Bahasa Indonesia');
  await page.goto(`${world.url}#/`);
  await page.waitForSelector('text=Tulis catatan');
  await page.waitForTimeout(500);
  assert.equal(await page.locator('.torn').count(), 0);

  // Taken back within thirty days: both stand again, everywhere.
  await page.goto(`${world.url}#/catatan/${id}`);
  await page.click('summary:has-text("Sudah dipilih")');
  assert.match(await page.textContent('.decided'), /Dipilih oleh Pak Budi · Perangkat ini/);
  await page.locator('.decided').evaluate((part) => part.scrollIntoView());
  await looks(page, '74-decided');
  await page.click('[aria-label^="Urungkan pilihan: Mata pelajaran"]');
  await page.waitForSelector(`${HEAD} >> text=Mata pelajaran`);
  await both(world, page);
  assert.deepEqual(undecided(world), ['subject']);
  assert.deepEqual(page.faults.filter((fault) => !/ERR_|Failed to load/.test(fault)), []);
});

test('keep both puts one below the other; after thirty days the choice stays told, without the way back', { skip }, async (t) => {
  const { world, page, id } = await torn(t, {
    before: 'Tiga siswa terlambat.',
    phone: { happened: 'Empat siswa terlambat.', subject: 'IPAS' },
    pc: { happened: 'Lima siswa terlambat.', subject: 'IPAS' },
  });
  await page.goto(`${world.url}#/catatan/${id}`);
  await page.waitForSelector(HEAD);
  await page.click('button:has-text("Simpan keduanya")');
  await page.waitForSelector(HEAD, { state: 'detached' });
  await both(world, page);
  const text = world.lines('pc', 'journal', 'list')[0].events[0].happened;
  assert.deepEqual(text.split('\n\n').sort(), ['Empat siswa terlambat.', 'Lima siswa terlambat.']);
  await page.clock.setFixedTime(Date.now() + 31 * 86_400_000);
  await page.goto(`${world.url}#/catatan`);
  await page.goto(`${world.url}#/catatan/${id}`);
  await page.click('summary:has-text("Sudah dipilih")');
  await page.waitForSelector('.decided >> text=Tetap tersimpan di riwayat');
  assert.equal(await page.locator('.decided button').count(), 0);
});

test('a problem in two versions waits on every phone until its owner chooses; everybody reads who chose what', { skip }, async (t) => {
  const { world, budi, cici } = await staffroom(t, { budi: BUDI, cici: CICI });
  await budi.goto(`${world.url}#/kartu`);
  const card = await budi.textContent('pre:has-text("kata:")');
  await share(budi, world.url, 'Siswa diam');
  const problem = budi.url().split('/').at(-1);
  await settle(budi);
  const file = path.join(world.root, 'card.txt');
  writeFileSync(file, card);
  world.client('pc', 'recover', '--card-file', file, '--server', world.address);
  world.client('pc', 'sync');
  world.client('pc', 'sync');
  await budi.context().setOffline(true);
  await budi.click('button:has-text("Ubah masalah")');
  await budi.locator('form input[maxlength="200"]').first().fill('Siswa diam saat diskusi');
  await budi.click('form button:has-text("Simpan")');
  await budi.waitForSelector('h2:has-text("Siswa diam saat diskusi")');
  world.client('pc', 'problem', 'edit', problem, '--title', 'Siswa diam waktu ditanya');
  world.client('pc', 'sync');
  await budi.context().setOffline(false);
  await settle(budi);
  await settle(cici);
  await budi.waitForSelector(HEAD);
  await cici.goto(`${world.url}#/masalah/${problem}`);
  await cici.waitForSelector(HEAD);
  await cici.waitForSelector('text=Pemiliknya yang memilih');
  assert.equal(await cici.locator('.versions button').count(), 0);
  await budi.goto(`${world.url}#/`);
  await budi.waitForSelector('a:has-text("Ada dua versi")');
  await budi.click('a:has-text("Ada dua versi")');
  await budi.waitForSelector(HEAD);
  await looks(budi, '75-problem-two-versions');
  await budi.locator('.versions .card:has-text("waktu ditanya") >> button:has-text("Pakai itu")').click();
  await budi.waitForSelector(HEAD, { state: 'detached' });
  await settle(budi);
  await settle(cici);
  await cici.waitForSelector(HEAD, { state: 'detached' });
  await cici.click('summary:has-text("Sudah dipilih")');
  assert.match(await cici.textContent('.decided'), /Dipilih oleh Pak Budi Hartono/);
  assert.match(await cici.textContent('.decided'), /Versi yang tidak dipakai: Siswa diam saat diskusi/);
  assert.equal(await cici.locator('.decided button').count(), 0, 'only its owner takes it back');
  await budi.click('summary:has-text("Sudah dipilih")');
  await budi.click('.decided button:has-text("Urungkan")');
  await budi.waitForSelector(HEAD);
  await settle(budi);
  await settle(cici);
  await cici.waitForSelector(HEAD);
  assert.deepEqual([...budi.faults, ...cici.faults].filter((fault) => !/ERR_|Failed to load/.test(fault)), []);
});
