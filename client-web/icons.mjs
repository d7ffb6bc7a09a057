// After `vite build`: the icons that phones want as pictures, from the one drawing. A maskable one is cut to whatever shape
// the phone likes: the ground goes to the edges, and the drawing stays within the inner four fifths.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const out = new URL('../build/web/', import.meta.url).pathname;
const drawing = readFileSync(new URL('public/icon.svg', import.meta.url), 'utf8');
const ground = '<rect width="512" height="512" rx="96"';
if (!drawing.includes(ground)) throw new Error('icon.svg: the ground is not where it was');
const maskable = drawing.replace('viewBox="0 0 512 512"', 'viewBox="-40 -40 592 592"').replace(ground, '<rect x="-40" y="-40" width="592" height="592"');

for (const [name, size, svg] of [
  ['icon-192', 192, drawing],
  ['icon-512', 512, drawing],
  ['icon-maskable-512', 512, maskable],
  ['icon-apple-180', 180, maskable],
]) {
  execFileSync('rsvg-convert', ['--width', String(size), '--height', String(size), '--output', `${out}${name}.png`], { input: svg });
}
