// The app on the phone's home screen.
import assert from 'node:assert/strict';
import test from 'node:test';
import { installed, join, skip, World, write } from './support.mjs';

test('the browser has nothing against installing the app, and its pictures are what the manifest says', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  await world.serve();
  const page = await world.phone('budi');
  await page.goto(world.url);
  await installed(page);
  const session = await page.context().newCDPSession(page);
  assert.deepEqual(await session.send('Page.getInstallabilityErrors'), { installabilityErrors: [] });
  const { errors, data } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { icons } = JSON.parse(data);
  const drawn = await page.evaluate(async (icons) => {
    const found = [];
    for (const { src, sizes, type, purpose } of [...icons, { src: document.querySelector('link[rel=apple-touch-icon]').href, sizes: '180x180', type: 'image/png', purpose: 'maskable' }]) {
      if (type !== 'image/png') continue;
      const image = new Image();
      image.src = src;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pencil = canvas.getContext('2d');
      pencil.drawImage(image, 0, 0);
      const corner = pencil.getImageData(0, 0, 1, 1).data;
      // The drawing's light line, and how far from the middle it goes, as a share of half the picture.
      const { data } = pencil.getImageData(0, 0, image.width, image.height);
      let reach = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] < 200 || data[i + 3] < 200) continue;
        const [x, y] = [(i / 4) % image.width, Math.floor(i / 4 / image.width)];
        reach = Math.max(reach, Math.hypot(x - image.width / 2, y - image.height / 2) / (image.width / 2));
      }
      found.push({ sizes, is: `${image.width}x${image.height}`, purpose, opaqueCorner: corner[3] === 255, reach });
    }
    return found;
  }, icons);
  assert.deepEqual(drawn.map(({ sizes }) => sizes), ['192x192', '512x512', '512x512', '180x180']);
  for (const { sizes, is, purpose, opaqueCorner, reach } of drawn) {
    assert.equal(is, sizes);
    assert.equal(opaqueCorner, purpose === 'maskable', sizes);
    assert.ok(reach > 0.5 && reach < (purpose === 'maskable' ? 0.8 : 1), `${sizes} reaches ${reach}`);
  }
});

test('installing is offered once there is an entry, not before, and a no is a no', { skip }, async (t) => {
  const world = new World();
  t.after(() => world.close());
  const link = await world.school();
  let page = await world.phone('budi');
  await join(page, world.url, link, 'Pak Budi');
  await installed(page);
  const offered = new Promise((resolve) => void page.exposeFunction('offered', resolve));
  await page.addInitScript(() => addEventListener('beforeinstallprompt', () => globalThis.offered()));
  await page.goto(world.url);
  await page.reload();
  await offered;
  await page.goto(`${world.url}#/`);
  await page.waitForSelector('text=Belum ada catatan');
  assert.equal(await page.locator('text=Pasang aplikasi').count(), 0);
  await write(page, world.url, 'Kelompok belakang berhenti bekerja');
  await page.waitForSelector('text=Pasang aplikasi');
  await page.click('text=Nanti saja');
  assert.equal(await page.locator('text=Pasang aplikasi').count(), 0);
  const again = page.waitForFunction(() => globalThis.asked === true);
  await page.addInitScript(() => addEventListener('beforeinstallprompt', () => (globalThis.asked = true)));
  await page.reload();
  await again;
  await page.waitForSelector('li:has-text("Kelompok belakang")');
  assert.equal(await page.locator('text=Pasang aplikasi').count(), 0);
});
