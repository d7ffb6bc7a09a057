// Blocks in IndexedDB, each change in one transaction that is on the disk when it completes (durability: strict).
import { own } from './account';
import { BLOCK, type Base, type Change } from './blocks';
import { settled } from './sealed';

const NAME = own('sejawat-blocks');
const sizeOf = (file: string): [string, string] => [file, 'size'];

async function database(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('blocks');
  const base = await settled(request);
  // Removed for good, by this person: an open connection would hold that up.
  base.onversionchange = () => base.close();
  return base;
}

export async function blockBase(): Promise<Base> {
  const base = await database();
  return {
    async load() {
      const store = base.transaction('blocks').objectStore('blocks');
      const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll() as IDBRequest<unknown[]>)]);
      const found = new Map<string, Change>();
      keys.forEach((key, i) => {
        const [file, block] = key as [string, number | string];
        const change = found.get(file) ?? { file, size: 0, blocks: new Map() };
        found.set(file, change);
        if (typeof block === 'number') change.blocks.set(block, values[i] as Uint8Array<ArrayBuffer>);
        else change.size = values[i] as number;
      });
      return [...found.values()];
    },
    async commit(changes) {
      const transaction = base.transaction('blocks', 'readwrite', { durability: 'strict' });
      const store = transaction.objectStore('blocks');
      try {
        for (const { file, size, blocks } of changes) {
          for (const [block, bytes] of blocks) store.put(bytes, [file, block]);
          store.delete(IDBKeyRange.bound([file, Math.ceil(size / BLOCK)], [file, Infinity]));
          store.put(size, sizeOf(file));
        }
      } catch (error) {
        // What was put before would be committed by itself.
        transaction.abort();
        throw error;
      }
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error('indexeddb'));
      });
    },
  };
}

export const removeBlocks = (): Promise<unknown> => settled(indexedDB.deleteDatabase(NAME));
