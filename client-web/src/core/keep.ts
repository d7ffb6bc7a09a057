// The second store, IndexedDB: the key of the first one, drafts, and the marker that tells an emptied store from a new one.
// The key that wraps is made by the browser and cannot be read out by a script.

interface Wrapped {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}
export interface Marker {
  person: boolean;
  entries: number;
  pending: number;
}

const NAME = 'sejawat';
let opened: Promise<IDBDatabase> | undefined;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('indexeddb'));
  });
}

function database(): Promise<IDBDatabase> {
  opened ??= (() => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keep');
      request.result.createObjectStore('drafts');
    };
    return settled(request);
  })();
  return opened;
}

type Store = 'keep' | 'drafts';

export async function read<T>(store: Store, name: string): Promise<T | undefined> {
  const transaction = (await database()).transaction(store);
  return (await settled(transaction.objectStore(store).get(name))) as T | undefined;
}

export async function names(store: Store): Promise<string[]> {
  const transaction = (await database()).transaction(store);
  return (await settled(transaction.objectStore(store).getAllKeys())).map(String);
}

// Resolves when it is durable.
async function change(store: Store, act: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = (await database()).transaction(store, 'readwrite', { durability: 'strict' });
  act(transaction.objectStore(store));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('indexeddb'));
  });
}
export const write = (store: Store, name: string, value: unknown): Promise<void> =>
  change(store, (at) => at.put(value, name));
export const remove = (store: Store, name: string): Promise<void> => change(store, (at) => at.delete(name));

async function made<T>(name: string, make: () => Promise<T>): Promise<T> {
  const present = await read<T>('keep', name);
  if (present !== undefined) return present;
  const fresh = await make();
  // Two tabs may come here at once: the first to write wins, both go on with that one.
  const transaction = (await database()).transaction('keep', 'readwrite', { durability: 'strict' });
  const store = transaction.objectStore('keep');
  const winner = await new Promise<T>((resolve, reject) => {
    const asked = store.get(name);
    asked.onsuccess = () => {
      if (asked.result === undefined) store.put(fresh, name);
      resolve((asked.result as T | undefined) ?? fresh);
    };
    asked.onerror = () => reject(asked.error ?? new Error('indexeddb'));
  });
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('indexeddb'));
  });
  return winner;
}

let wrapping: Promise<CryptoKey> | undefined;
function wrappingKey(): Promise<CryptoKey> {
  wrapping ??= made('wrapping', () =>
    crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  );
  return wrapping;
}

export async function seal(bytes: Uint8Array<ArrayBuffer>): Promise<Wrapped> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrappingKey(), bytes) };
}

export async function unseal(wrapped: Wrapped): Promise<Uint8Array<ArrayBuffer>> {
  const open = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: wrapped.iv }, await wrappingKey(), wrapped.sealed);
  return new Uint8Array(open);
}

export const hasStoreKey = async (): Promise<boolean> => (await read('keep', 'store-key')) !== undefined;

// 32 bytes, the same at every call; made at the first.
export async function storeKey(): Promise<Uint8Array> {
  return unseal(await made('store-key', () => seal(crypto.getRandomValues(new Uint8Array(32)))));
}

export const marker = (): Promise<Marker | undefined> => read<Marker>('keep', 'marker');
export const setMarker = (value: Marker): Promise<void> => write('keep', 'marker', value);
