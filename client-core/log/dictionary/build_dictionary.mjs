// Builds the dictionary and writes it as a file and as C++: node build_dictionary.mjs <folder to write into> [--pin]
// Stops when the result is not the one that dictionary.sha256 names.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { content } from './content.mjs';
import { dictionary } from './format.mjs';
import { statistics } from './statistics.mjs';

const ID = 1;
const LIMIT = 112 * 1024;
const [out, option] = process.argv.slice(2);

function source(data) {
  const rows = [];
  for (let i = 0; i < data.length; i += 32) rows.push(`    ${data.subarray(i, i + 32).join(', ')},`);
  return `// Made by build_dictionary.mjs.
#include "dictionary_data.h"

namespace sejawat::log {

const unsigned char kDictionaryV1[] = {
${rows.join('\n')}
};
const unsigned long kDictionaryV1Size = sizeof(kDictionaryV1);

}  // namespace sejawat::log
`;
}

const built = dictionary(ID, statistics, content());
if (built.length > LIMIT) throw new Error(`the dictionary has ${built.length} bytes, more than ${LIMIT}`);

const pin = new URL('dictionary.sha256', import.meta.url);
const sum = createHash('sha256').update(built).digest('hex');
if (option === '--pin') writeFileSync(pin, `${sum}  dictionary_v1.zdict\n`);
const pinned = readFileSync(pin, 'utf8').split(' ')[0];
if (sum !== pinned) {
  console.error(`The dictionary is not the pinned one.
  pinned ${pinned}
  built  ${sum}
Segments name the dictionary by its id, so its bytes may not change unnoticed. If the change is meant and no segment with
id ${ID} is kept anywhere, pin it anew (README.md).`);
  process.exit(1);
}

mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'dictionary_v1.zdict'), built);
writeFileSync(path.join(out, 'dictionary_v1.cpp'), source(built));
