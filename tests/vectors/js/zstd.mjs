// One zstd frame without its magic number, with dictionary 1 (PROTOCOL.md, "Sealing" and "Dictionary").
import { createHash } from 'node:crypto';
import zstd from '@bokuweb/zstd-wasm';
import { content } from '../../../client-core/log/dictionary/content.mjs';
import { dictionary } from '../../../client-core/log/dictionary/format.mjs';
import { statistics } from '../../../client-core/log/dictionary/statistics.mjs';
import { concat } from './primitives.mjs';

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const MOST = 1024 * 1024;

await zstd.init();
const dictionary1 = dictionary(1, statistics, content());
export const dictionaryHash = createHash('sha256').update(dictionary1).digest('hex');

export function decompress(packed) {
  const context = zstd.createDCtx();
  try {
    return zstd.decompressUsingDict(context, concat(MAGIC, packed), dictionary1, { defaultHeapSize: MOST });
  } finally {
    zstd.freeDCtx(context);
  }
}
