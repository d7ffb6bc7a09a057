// What the journeys of photos and voice notes share.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

export const MARK = 'GPS-8.5833S-116.1167E';
export const LIMIT = 150 * 1024;

// A photo as a phone makes it: large, detailed, and with an EXIF block that says where and which way up.
export async function photo(page, file, width = 2400, height = 1800) {
  const base64 = await page.evaluate(async ([w, h]) => {
    const canvas = new OffscreenCanvas(w, h);
    const pen = canvas.getContext('2d');
    let seed = 7;
    const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let i = 0; i < 6000; ++i) {
      pen.fillStyle = `hsl(${next() * 360} ${next() * 100}% ${next() * 100}%)`;
      pen.fillRect(next() * w, next() * h, next() * 90, next() * 90);
    }
    // The left half is red, to see which way up it is.
    pen.fillStyle = 'red';
    pen.fillRect(0, 0, w / 2, h);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })).arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }, [width, height]);
  const jpeg = Buffer.from(base64, 'base64');
  // TIFF, little endian: orientation 6 (a quarter turn), and a GPS block with the mark.
  const mark = Buffer.from(`${MARK}\0`);
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4 + 2 + 12 + 4);
  tiff.write('II', 0);
  tiff.writeUInt16LE(42, 2);
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  const tag = (at, id, type, count, value) => (tiff.writeUInt16LE(id, at), tiff.writeUInt16LE(type, at + 2), tiff.writeUInt32LE(count, at + 4), tiff.writeUInt32LE(value, at + 8));
  tag(10, 0x0112, 3, 1, 6);
  tag(22, 0x8825, 4, 1, 38);
  tiff.writeUInt16LE(1, 38);
  tag(40, 0x001d, 2, mark.length, tiff.length);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff, mark]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  const made = Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
  assert.ok(made.includes(MARK));
  writeFileSync(file, made);
  return file;
}
export const gallery = 'label:has-text("Dari galeri") input';
export const attachments = 'section[aria-label="Lampiran"]';
export async function add(page, file, answer = 'Tidak ada wajah') {
  await page.setInputFiles(gallery, file);
  await page.waitForSelector('text=Ada wajah anak di foto ini?');
  if (answer !== null) await page.click(`button:has-text("${answer}")`);
}
export async function begin(page, url, words) {
  await page.goto(`${url}#/tulis`);
  await page.locator('textarea').first().fill(words);
  await page.waitForSelector(gallery, { state: 'attached' });
}
export async function save(page, words) {
  await page.click('button:has-text("Simpan")');
  await page.waitForSelector(`li:has-text("${words}")`);
}
export async function open(page, words) {
  await page.click(`li a:has-text("${words}")`);
  await page.waitForSelector(attachments);
}
