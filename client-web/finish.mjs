// After `vite build`: the service worker with the list of all files, a compressed twin of each (the server sends those),
// and the budgets, which end the build when they are passed.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const out = new URL('../build/web/', import.meta.url).pathname;
// The goal for the whole is 700,000 (docs/adr/0027); until it is reached, this only keeps it from growing unseen.
// Of it some 11,200 are photos and voice notes, the data saver and what keeps them and the keys on a full phone (docs/adr/0035).
const BUDGET = { typable: 120_000, whole: 933_000 };

const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(out, path.join(entry.parentPath ?? entry.path, entry.name)))
  .sort();
// Pictures of the icon are for whoever installs the app, which needs a line; the app itself shows the drawing.
const offline = files.filter((file) => !file.endsWith('.png'));
const hash = createHash('sha256');
for (const file of files) hash.update(`${file}\0`).update(readFileSync(out + file));
const worker = readFileSync(new URL('sw.js', import.meta.url), 'utf8')
  .replace('%VERSION%', `sejawat-${hash.digest('hex').slice(0, 16)}`)
  .replace('%FILES%', JSON.stringify(['/', ...offline.filter((file) => file !== 'index.html').map((file) => `/${file}`)]));
writeFileSync(`${out}sw.js`, worker);

const sizes = {};
for (const file of [...offline, 'sw.js']) {
  const bytes = readFileSync(out + file);
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  writeFileSync(`${out}${file}.br`, br);
  writeFileSync(`${out}${file}.gz`, gzipSync(bytes, { level: 9 }));
  sizes[file] = br.length;
}
const html = readFileSync(`${out}index.html`, 'utf8');
const first = files.filter((file) => file === 'index.html' || html.includes(`/${file}"`)).filter((file) => /\.(html|js|css)$/.test(file));
const sum = (names) => names.reduce((total, name) => total + sizes[name], 0);
const report = { budget: BUDGET, typable: sum(first), whole: sum(Object.keys(sizes)), files: sizes };
writeFileSync(new URL('../build/web-sizes.json', import.meta.url), JSON.stringify(report, null, 1));
console.log(`web: ${report.typable} bytes until one can type, ${report.whole} the whole offline set (brotli)`);
for (const [name, limit] of Object.entries(BUDGET)) {
  if (report[name] > limit) {
    console.error(`web: ${name} has ${report[name]} bytes, the budget is ${limit}`);
    process.exitCode = 1;
  }
}
