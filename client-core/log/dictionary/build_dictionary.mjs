// Trains the dictionary with the zstd program and writes it as C++.
//   node build_dictionary.mjs <zstd> <folder to write into> <pinned sha256 file> [--pin]
// The program gives the entropy tables, learned from samples; the content behind them is ours, in our order, since the
// distance to a phrase costs bits and the trainer does not know which phrases are the likeliest.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { content, samples } from './generate.mjs';

const LIMIT = 110 * 1024;
const ID = 1;
const [zstd, out, pinFile, pin] = process.argv.slice(2);

const folder = path.join(out, 'samples');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
samples(1500, 0.3).forEach((text, i) => {
  writeFileSync(path.join(folder, `${String(i).padStart(5, '0')}.json`), text);
});
const files = readdirSync(folder).sort().map((name) => path.join('samples', name));
execFileSync(zstd, ['--train-fastcover=k=64,d=8,steps=1,f=18,accel=1', '-19', '-T1', '-q', '-f', `--maxdict=65536`, `--dictID=${ID}`,
  '-o', 'trained.zdict', ...files], { cwd: out, stdio: ['ignore', 'inherit', 'inherit'] });

// magic, id, entropy tables, three repeat offsets (1, 4, 8), content
const trained = readFileSync(path.join(out, 'trained.zdict'));
const offsets = Buffer.from([1, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0]);
const end = trained.indexOf(offsets, 8) + offsets.length;
if (end < 100 || end > 1024) throw new Error('the trained dictionary has no header of the known form');
const dictionary = Buffer.concat([trained.subarray(0, end), content()]);
if (dictionary.length > LIMIT) throw new Error(`the dictionary has ${dictionary.length} bytes, more than ${LIMIT}`);

const sum = createHash('sha256').update(dictionary).digest('hex');
if (pin === '--pin') writeFileSync(pinFile, `${sum}  dictionary_v1.zdict\n`);
const pinned = readFileSync(pinFile, 'utf8').split(' ')[0];
if (sum !== pinned) {
  console.error(`The trained dictionary is not the pinned one.
  pinned  ${pinned}
  trained ${sum}
Segments name the dictionary by its id, so its bytes may not change unnoticed. If the phrases were changed on purpose and
no segment with id ${ID} is kept anywhere, pin it anew (README.md); if not, another version of zstd is the likely cause.`);
  process.exit(1);
}
writeFileSync(path.join(out, 'dictionary_v1.zdict'), dictionary);

const rows = [];
for (let i = 0; i < dictionary.length; i += 32) rows.push(`    ${[...dictionary.subarray(i, i + 32)].join(', ')},`);
writeFileSync(path.join(out, 'dictionary_v1.cpp'), `// Made by build_dictionary.mjs.
#include "dictionary_data.h"

namespace sejawat::log {

const unsigned char kDictionaryV1[] = {
${rows.join('\n')}
};
const unsigned long kDictionaryV1Size = sizeof(kDictionaryV1);

}  // namespace sejawat::log
`);
