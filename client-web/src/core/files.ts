// Where the store lies: OPFS through synchronous handles, or, where a browser has none, blocks in IndexedDB.
import { own } from './account';
import { blockBase, removeBlocks } from './blockbase';
import { BlockFiles } from './blocks';
import { FILES } from './door';

export type Handles = Record<string, FileSystemSyncAccessHandle>;
export interface Files {
  handles: Handles;
  settle?: () => Promise<void>; // of blocks: durable when it resolves
}

const FOLDER = own('sejawat');
// The one that a browser without sync handles does not have.
const able = (): boolean =>
  'storage' in navigator &&
  'getDirectory' in navigator.storage &&
  typeof FileSystemFileHandle === 'function' &&
  'createSyncAccessHandle' in FileSystemFileHandle.prototype;

async function handleOf(file: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let tries = 0; ; ++tries) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      // Just after a reload the handle of the page before may still be closing.
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

// None where the handles have the right name and answer with promises (Chrome before 108): no file could be read in one call.
async function opfs(): Promise<Files | undefined> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const handles: Handles = {};
  for (const name of FILES) {
    const handle = await handleOf(await folder.getFileHandle(name, { create: true }));
    if (typeof handle.getSize() !== 'number') return void handle.close();
    handles[name] = handle;
  }
  return { handles };
}

async function blocks(): Promise<Files> {
  const files = await BlockFiles.open(await blockBase(), FILES);
  return { handles: files.handles, settle: () => files.settle() };
}

export class Unsupported extends Error {}

// `before`: where it was the last time. A store is never looked for in the other place: it would be found empty there.
export async function openFiles(before: 'opfs' | 'blocks' | undefined): Promise<Files> {
  if (before === 'blocks') return blocks();
  const files = able() ? await opfs() : undefined;
  if (files !== undefined) return files;
  if (before === 'opfs') throw new Unsupported();
  return blocks();
}

export async function removeFiles(files: Files): Promise<void> {
  for (const handle of Object.values(files.handles)) handle.close();
  if (files.settle !== undefined) await removeBlocks();
  else await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true });
}
