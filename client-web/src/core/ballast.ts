// Room that is kept for text: a file of nothing in OPFS, taken while there is plenty, given back when the disk has no more
// for what is being typed. What is typed is small beside it.
import { own } from './account';

const FOLDER = own('sejawat');
const NAME = 'ballast';
const GIVEN = 'ballast-given';
// More than it takes to open IndexedDB anew (below): a browser whose disk was full a moment ago may have closed it.
const SIZE = 12 * 1024 * 1024;
const AT_ONCE = 1024 * 1024;
const PLENTY = 100e6;

// In the Worker, whose files these are.
export async function keepBallast(): Promise<void> {
  const { usage = 0, quota = 0 } = (await navigator.storage.estimate?.()) ?? {};
  if (quota - usage < PLENTY) return;
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const file = await (await folder.getFileHandle(NAME, { create: true })).createSyncAccessHandle();
  try {
    if (file.getSize() >= SIZE) return;
    // Of chance: a disk that packs zeroes would give back nothing.
    const piece = crypto.getRandomValues(new Uint8Array(65_536));
    for (let at = 0; at < SIZE; at += piece.length) {
      file.write(piece, { at });
      // What is asked meanwhile goes first: a slow disk takes seconds for all of it.
      if (at % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    file.flush();
    await folder.removeEntry(GIVEN).catch(() => undefined);
  } catch (error) {
    file.truncate(0);
    throw error;
  } finally {
    file.close();
  }
}

let told = (): void => undefined;
// `act` hears when it was given.
export const whenGiven = (act: () => void): void => void (told = act);

// Whether there was some to give back.
export async function giveBallast(): Promise<boolean> {
  try {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    if ((await (await folder.getFileHandle(NAME)).getFile()).size === 0) return false;
    await folder.removeEntry(NAME);
    await folder.getFileHandle(GIVEN, { create: true });
    told();
    return true;
  } catch {
    return false;
  }
}

async function wasGiven(): Promise<boolean> {
  try {
    await (await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER)).getFileHandle(GIVEN);
    return true;
  } catch {
    return false;
  }
}

export const full = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

// What a browser that was killed left of its trials. One under way is locked, and stays.
async function sweep(root: FileSystemDirectoryHandle): Promise<void> {
  const left: string[] = [];
  for await (const name of root.keys()) if (name.startsWith('trial-')) left.push(name);
  for (const name of left) await root.removeEntry(name).catch(() => undefined);
}

// Whether `size` bytes find room: written, or only asked for, and thrown away. A browser that cannot tell says yes.
export async function fits(size: number, written: boolean): Promise<boolean> {
  const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
  if (root === undefined) return true;
  // Of its own: several pages ask at once.
  const name = `trial-${crypto.randomUUID()}`;
  try {
    await sweep(root);
    const writer = await (await root.getFileHandle(name, { create: true })).createWritable();
    try {
      await (written ? writer.write(new Uint8Array(size)) : writer.truncate(size));
    } finally {
      await writer.abort().catch(() => undefined);
    }
    return true;
  } catch (error) {
    return !full(error);
  } finally {
    await root.removeEntry(name).catch(() => undefined);
  }
}

// Chromium throws away all of IndexedDB, keys and drafts among it, after it was opened on a disk without room: what its log
// holds is then written anew. So it is not opened there: what is kept free is given to it, or nobody opens it before there
// is some. Whether all of it would fit is only looked at where the disk was full before.
const LITTLE = 256 * 1024;
const ALL = 8 * 1024 * 1024;
export async function roomToOpen(): Promise<void> {
  if (await fits((await wasGiven()) ? ALL : LITTLE, true)) return;
  if (!(await giveBallast())) throw new DOMException('the disk is full', 'QuotaExceededError');
}
