// What tools/coverage prints: of each file and room the branches that were taken both ways, from llvm-cov's export.
// A check for a fault of our own (SJ_CHECK) has a side that no input reaches, a planted fault is off, and what the compiler
// writes (`= default`) is counted without its false side: these are counted apart, by the word on their line. The last
// figure leaves out what stands behind a macro, which is nearly always SJ_TRY: the error of a callee, passed on.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [file, root, rooms, show, least] = process.argv.slice(2);
const wanted = new RegExp(`^(${rooms})`);
const unreachable = /SJ_CHECK|SJ_PLANTED|= default;/;
// Decoders are where bytes or texts of others are read: codecs (of the door those that read), cards, links, addresses.
const heart = new RegExp(
  '^client-core/((sync|log|crypto)/|base/codec|api/((api|people|attachment)_codec|cycle_codec_read|codec_values|field_count)|' +
    'space/(membership_codec|address|card|invite|device_link|proquint|receipt)\\b)',
);
const gate = 'sync, log, crypto and decoders';
const data = JSON.parse(readFileSync(file, 'utf8')).data[0];
const table = new Map();
const open = [];
const row = (key) =>
  table.get(key) ?? table.set(key, { sides: 0, taken: 0, checks: 0, ownSides: 0, ownTaken: 0 }).get(key);

// One condition can be compiled many times (templates, headers): it is taken when any of them was.
function conditions({ branches = [], expansions = [] }) {
  const found = new Map();
  const add = (key, line, own, [, , , , yes, no]) => {
    const known = found.get(key) ?? found.set(key, { line, own, yes: 0, no: 0 }).get(key);
    known.yes += yes;
    known.no += no;
  };
  for (const branch of branches) add(branch.slice(0, 4).join(), branch[0], true, branch);
  for (const { source_region: at, branches: inside = [] } of expansions) {
    for (const branch of inside) {
      add(`${at[0]}:${at[1]}:${branch.slice(0, 4).join()}`, at[0], false, branch);
    }
  }
  return found.values();
}

for (const entry of data.files) {
  const name = path.normalize(entry.filename).replace(root, '');
  if (!wanted.test(name) || !/\.(cpp|h)$/.test(name) || !existsSync(root + name)) continue;
  const lines = readFileSync(root + name, 'utf8').split('\n');
  const room = `${name.split('/').slice(0, name.startsWith('client-core/log/seal') ? 3 : 2).join('/')}  (all)`;
  for (const { line, own, yes, no } of conditions(entry)) {
    for (const [side, count] of [['true', yes], ['false', no]]) {
      const text = (lines[line - 1] ?? '').trim();
      const check = count === 0 && unreachable.test(text);
      for (const key of [name, room, ...(heart.test(name) ? [gate] : []), 'everything above']) {
        const to = row(key);
        to.sides += check ? 0 : 1;
        to.taken += count > 0 ? 1 : 0;
        to.checks += check ? 1 : 0;
        to.ownSides += own && !check ? 1 : 0;
        to.ownTaken += own && count > 0 ? 1 : 0;
      }
      if (count === 0 && !check && show && name.includes(show)) open.push(`${name}:${line} never ${side}: ${text}`);
    }
  }
}
const percent = (part, whole) => `${(whole ? (100 * part) / whole : 100).toFixed(1)} %`.padStart(8);
console.log('branches            checks  no macros  file');
const rank = (name) => (name.endsWith('(all)') ? 1 : name.includes('/') ? 0 : 2);
const rows = [...table].sort(([a], [b]) => rank(a) - rank(b) || (rank(a) < 2 && a < b ? -1 : 1));
for (const [name, { sides, taken, checks, ownSides, ownTaken }] of rows) {
  const count = `${taken}/${sides}`.padStart(10);
  console.log(`${percent(taken, sides)} ${count} ${String(checks).padStart(5)}   ${percent(ownTaken, ownSides)}  ${name}`);
}
for (const line of open) console.log(line);
const { sides, taken } = table.get(gate);
if (least && taken * 100 < Number(least) * sides) {
  console.error(`coverage: ${gate}: ${percent(taken, sides).trim()} of the branches, and not ${least} %`);
  process.exit(1);
}
