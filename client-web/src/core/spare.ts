// The keys once more, in a storage bucket of their own: Chromium throws all of IndexedDB away when the disk was full at the wrong
// moment, and without its keys a store is unreadable. A bucket has files of its own, and these are not touched but when a key
// changes or is missed. Browsers without buckets have no spare.
import { own } from './account';
import { settled } from './sealed';

interface Bucket {
  indexedDB: IDBFactory;
}
interface Buckets {
  open(name: string, options: { durability: 'strict'; persisted: boolean }): Promise<Bucket>;
  delete(name: string): Promise<void>;
}
const buckets = (navigator as { storageBuckets?: Buckets }).storageBuckets;
const NAME = `${own('sejawat')}-keys`;

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  if (buckets === undefined) return undefined;
  const request = (await buckets.open(NAME, { durability: 'strict', persisted: false })).indexedDB.open('keys', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('keys');
  const base = await settled(request);
  try {
    const transaction = base.transaction('keys', mode, { durability: 'strict' });
    const answer = act(transaction.objectStore('keys'));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('indexeddb'));
    });
    return answer.result;
  } finally {
    base.close();
  }
}

export const putSpare = async (keys: unknown): Promise<void> => void (await within('readwrite', (store) => store.put(keys, 'keys')));
export const spare = <T>(): Promise<T | undefined> => within('readonly', (store) => store.get('keys') as IDBRequest<T>).catch(() => undefined);
export const removeSpare = async (): Promise<void> => buckets?.delete(NAME).catch(() => undefined);
