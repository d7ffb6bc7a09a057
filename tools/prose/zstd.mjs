// Sizes by the zstd program, level 19, as a segment would hold them: no magic, checksum, content size or dictionary id.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HEADER = 2; // descriptor and window

/** The frame without what a segment leaves out. */
function bare(frame) {
  const descriptor = frame[4];
  const single = (descriptor >> 5) & 1;
  const contentSize = [single, 2, 4, 8][descriptor >> 6];
  const dictionaryId = [0, 1, 2, 4][descriptor & 3];
  return frame.length - (5 + (single ? 0 : 1) + contentSize + dictionaryId) + HEADER;
}

/** Bytes of each text when compressed alone; `dictionary` is a file or nothing. */
export function sizes(texts, dictionary) {
  const folder = mkdtempSync(join(tmpdir(), 'prose-'));
  try {
    const files = texts.map((text, i) => {
      writeFileSync(join(folder, `${i}`), text);
      return join(folder, `${i}`);
    });
    execFileSync('zstd', ['-q', '-19', '--no-check', ...(dictionary ? ['-D', dictionary] : []), ...files]);
    return files.map((file) => bare(readFileSync(`${file}.zst`)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
