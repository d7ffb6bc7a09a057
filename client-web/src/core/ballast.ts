// Room that is kept for text: a file of nothing in OPFS, taken while there is plenty, given back when the browser has no
// more for what is being typed. What is typed is small beside it.
import { own } from './account';

const FOLDER = own('sejawat');
const NAME = 'ballast';
const SIZE = 4 * 1024 * 1024;
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
    for (let at = 0; at < SIZE; at += piece.length) file.write(piece, { at });
    file.flush();
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
    await folder.removeEntry(NAME);
    told();
    return true;
  } catch {
    return false;
  }
}
