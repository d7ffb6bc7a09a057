// Real Chromium against the real server. Each World has a server, a school made by the native client, and profiles.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = new URL('../../', import.meta.url).pathname;
const require = createRequire(`${root}client-web/package.json`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const program = (name) => path.join(root, 'build/release/bin', name);
export const web = path.join(root, 'build/web');
export const sizes = () => JSON.parse(readFileSync(path.join(root, 'build/web-sizes.json'), 'utf8'));
export const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
export const skip = executable ? false : 'Chromium is not installed (tools/setup test)';
export { sleep };

export class World {
  root = mkdtempSync(path.join(tmpdir(), 'sejawat-web-'));
  browsers = [];
  web = web;
  async serve(listen = '127.0.0.1:0') {
    const log = openSync(path.join(this.root, 'server.log'), 'a');
    this.child = spawn(program('sejawat-server'), ['serve', '--data', path.join(this.root, 'server'), '--listen', listen, '--json', '--web', this.web],
      { stdio: ['ignore', 'pipe', log] });
    let text = '';
    this.child.stdout.on('data', (part) => (text += part));
    for (let i = 0; i < 400 && !text.includes('\n'); ++i) await sleep(25);
    const said = JSON.parse(text.split('\n')[0]);
    this.address = said.address;
    this.endpoint = said.address.match(/^sejawats?:\/\/([^/]+)\//)[1];
    this.url = `http://${this.endpoint}/`;
    return said;
  }
  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
  client(home, ...args) {
    return execFileSync(program('sejawat'), ['--home', path.join(this.root, home), '--lang', 'en', '--json', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  }
  lines(home, ...args) {
    return this.client(home, ...args).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }
  async school() {
    const said = await this.serve();
    this.client('ani', 'init', '--name', 'Bu Ani');
    this.client('ani', 'community', 'create', '--name', 'SDN Melati', '--kind', 'school', '--server', said.address,
      '--operator-invite', said.operator_invite);
    return this.lines('ani', 'invite', '--role', 'teacher')[0].link;
  }
  // A further link into the school, by its founder's own device.
  invite(role = 'teacher') {
    const { link } = this.lines('ani', 'invite', '--role', role)[0];
    this.client('ani', 'sync');
    return link;
  }
  // A phone: a profile of its own that outlives its browser.
  async phone(name, ...more) {
    const profile = path.join(this.root, name);
    mkdirSync(profile, { recursive: true });
    for (const lock of ['SingletonLock', 'SingletonSocket', 'SingletonCookie']) rmSync(path.join(profile, lock), { force: true });
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executable,
      args: ['--no-sandbox', '--disable-gpu', ...more],
      viewport: { width: 360, height: 640 },
      locale: 'id-ID',
    });
    this.browsers.push(context);
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(30_000);
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()));
    return page;
  }
  // Every process of that profile, at once, as when the phone's battery falls out.
  async killPhone(name) {
    const profile = path.join(this.root, name);
    const mine = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n')
      .filter((line) => line.includes(`--user-data-dir=${profile}`)).map((line) => Number(line.trim().split(' ')[0]));
    for (const pid of mine) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
    await sleep(300);
    return mine.length;
  }
  // What a native client has that is made from the card, as it lists its journal.
  readNatively(card) {
    const file = path.join(this.root, 'card.txt');
    writeFileSync(file, card);
    this.client('native', 'recover', '--card-file', file, '--server', this.address);
    return this.lines('native', 'journal', 'list');
  }
  async close() {
    for (const browser of this.browsers) await browser.close().catch(() => undefined);
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function join(page, url, link, name) {
  await page.goto(url);
  await page.click('text=Gabung dengan undangan');
  await page.fill('textarea', link);
  await page.click('text=Pakai teks ini');
  await page.fill('input', name);
  await page.click('button.primary');
  await page.waitForSelector('pre:has-text("kata:")');
  return page.textContent('pre');
}

// A school, and a phone for each of them in it: { name: [who, role] }. Gives the world and the pages by name.
export async function staffroom(t, people) {
  const world = new World();
  t.after(() => world.close());
  await world.school();
  const pages = {};
  for (const [phone, [who, role]] of Object.entries(people)) {
    pages[phone] = await world.phone(phone);
    await join(pages[phone], world.url, world.invite(role), who);
  }
  return { world, ...pages };
}
export const BUDI = ['Pak Budi Hartono'];
export const CICI = ['Bu Cici Lestari'];

// From the empty form to the problem's own page.
export async function share(page, url, title) {
  await page.goto(`${url}#/bagikan`);
  await page.fill('input[placeholder*="satu kalimat"]', title);
  await page.click('button:has-text("Yang dilihat rekan")');
  await page.click('button:has-text("Bagikan masalah")');
  await page.waitForSelector('text=Linimasa siklus');
}

export async function write(page, url, ...words) {
  await page.goto(`${url}#/tulis`);
  for (const [i, text] of words.entries()) await page.locator('textarea').nth(i).fill(text);
  await page.click('button:has-text("Simpan")');
  await page.waitForURL(/#\/$/);
}

export const installed = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

// A page whose service worker never comes: its cache would answer before a test's route does.
export const withoutCache = (page) => page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker',
  { value: { register: () => new Promise(() => undefined), addEventListener: () => undefined } }));

// From the next load on: what this page asks its core under the name in `globalThis.heldCommand` waits for `letGo`, which
// passes it on, or answers with a code in the core's stead.
export const holdable = (page) => page.addInitScript(() => {
  const { postMessage } = Worker.prototype;
  const waiting = [];
  Worker.prototype.postMessage = function (message, ...more) {
    const name = message.command?.value?.command?.case ?? message.command?.case;
    if (name !== undefined && name === globalThis.heldCommand) waiting.push([this, message]);
    else postMessage.call(this, message, ...more);
  };
  globalThis.letGo = (failed) => {
    globalThis.heldCommand = undefined;
    for (const [worker, message] of waiting.splice(0)) {
      if (failed === undefined) postMessage.call(worker, message);
      else worker.onmessage(new MessageEvent('message', { data: { answer: message.ask, failed } }));
    }
  };
});

// A person of their own, with no school.
export async function alone(page, url, name) {
  await page.goto(url);
  await page.click('text=Mulai tanpa undangan');
  await page.fill('input', name);
  await page.click('button.primary');
  await page.waitForSelector('pre:has-text("kata:")');
  return page.textContent('pre');
}

export async function checkCard(page, url, card) {
  const words = card.split('\n').filter((line) => line.startsWith('kata:')).flatMap((line) => line.slice(5).trim().split(/\s+/));
  await page.goto(`${url}#/kartu`);
  await page.click('text=Sudah saya simpan');
  const labels = await page.locator('label').allTextContents();
  for (const [i, label] of labels.entries()) await page.locator('input').nth(i).fill(words[Number(label.match(/\d+/)[0]) - 1]);
  await page.click('button:has-text("Periksa")');
  await page.waitForSelector('text=Tulis catatan');
}

// What follows "Periksa, lalu hapus" when nothing is unsent.
export async function removeForGood(page) {
  await page.waitForSelector('text=Saya memegang kartu');
  await page.check('input[type=checkbox]');
  await page.click('text=Ya, hapus dari HP ini');
  await page.click('text=Hapus sekarang');
  await page.waitForSelector('text=Siapa yang memakai?');
}

// A film for Chromium's camera (--use-file-for-fake-video-capture): one still frame with a QR code in it.
export async function film(file, text) {
  const { default: encode } = await import(require.resolve('qr'));
  const cells = encode(text, 'raw', { ecc: 'low', border: 4 });
  const [width, height] = [1280, 720];
  const size = Math.floor(height / cells.length);
  const left = Math.floor((width - size * cells.length) / 2);
  const luma = Buffer.alloc(width * height, 200);
  for (let y = 0; y < size * cells.length; ++y) {
    for (let x = 0; x < size * cells.length; ++x) {
      luma[y * width + left + x] = cells[Math.floor(y / size)][Math.floor(x / size)] ? 16 : 235;
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  writeFileSync(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
  return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
}

// A screen in one state: pictured, and held to what every screen must be.
export async function looks(page, name, pictured = true) {
  await page.waitForTimeout(150);
  if (pictured) await picture(page, name);
  assert.deepEqual(await accessible(page), [], `axe on ${name}`);
  assert.deepEqual(await smallTargets(page), [], `small targets on ${name}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (overflow > 0) assert.fail(`${name} is ${overflow} px too wide: ${await widest(page)}`);
}

// What is too wide by itself, for whoever has to find it.
const widest = (page) =>
  page.evaluate(() => {
    const narrowest = (one) => {
      const before = one.style.width;
      one.style.width = 'min-content';
      const width = one.getBoundingClientRect().width;
      one.style.width = before;
      return width;
    };
    return [...document.querySelectorAll('main *')]
      .map((one) => [narrowest(one), `${one.tagName}.${one.className}`])
      .filter(([width]) => width > innerWidth - 40)
      .slice(-5)
      .map(([width, name]) => `${name} ${width}`)
      .join(', ');
  });

// The same at 320 px and with text twice as large: nothing is cut off or pushed out.
export async function looksSmall(page, name) {
  await page.setViewportSize({ width: 320, height: 640 });
  await looks(page, `${name}-320`, process.env.SEJAWAT_SCREENS_ALL !== undefined);
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  await page.waitForTimeout(100);
  const cut = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(cut <= 0, `${name} with 200 % text is ${cut} px too wide`);
  await page.evaluate(() => (document.documentElement.style.fontSize = ''));
  await page.setViewportSize({ width: 360, height: 640 });
}

// Serious and critical findings of axe, as text. Put in by evaluate: the page's own policy stays in force.
export async function accessible(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

// Everything that can be touched is at least 48 px high, as drawn.
export const smallTargets = (page) =>
  page.evaluate(() => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
    .filter((element) => element.checkVisibility())
    // The words beside a tick box belong to what is touched.
    .map((element) => (element.type === 'checkbox' && element.closest('label')) || element)
    .map((element) => ({ height: element.getBoundingClientRect().height, html: element.outerHTML.slice(0, 80) }))
    .filter(({ height }) => height < 47.5));

export async function picture(page, name) {
  const folder = process.env.SEJAWAT_SCREENS;
  if (!folder || name === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.png`), await page.screenshot());
}

// Until a sync of this page has ended with nothing left to send.
export async function settle(page) {
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForTimeout(600);
}
