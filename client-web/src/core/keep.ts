// The second store, IndexedDB: the key of the first one, drafts, and the marker that tells an emptied store from a new one.
// The key that wraps is made by the browser and cannot be read out by a script.
import { own } from './account';
import { roomToOpen } from './ballast';
import { openSealed, sealWith, settled, type Wrapped } from './sealed';
import { putSpare, removeSpare, spare } from './spare';

// How the store's key is kept. Always under the browser's key; with an app lock also under one made of the PIN.
export interface Lock {
  salt: Uint8Array<ArrayBuffer>;
  memoryKib: number;
  passes: number;
  iv: Uint8Array<ArrayBuffer>; // of the inner layer
  card: Uint8Array<ArrayBuffer>; // the same key for the recovery card; empty: none
}
interface StoreKey extends Wrapped {
  lock?: Lock;
}
interface Draft extends Wrapped {
  byStore?: boolean; // sealed by a key that follows from the store's, which only a PIN opens
}
export interface Marker {
  person: boolean;
  entries: number;
  pending: number;
  blocks?: boolean; // the store lies in IndexedDB, not in OPFS
}

const NAME = own('sejawat');
let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  if (opened !== undefined) return opened;
  const opening = (async () => {
    await roomToOpen();
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keep');
      request.result.createObjectStore('drafts');
    };
    return settled(request).then(async (base) => {
      await restore(base);
      // A browser that could not write gives up the connection; the next one may find room.
      base.onclose = () => (opened = undefined);
      // Removed for good, by this person: nothing of this page makes it anew.
      base.onversionchange = () => {
        base.close();
        opened = Promise.reject(new Error('removed'));
        opened.catch(() => undefined);
      };
      return base;
    });
  })();
  opened = opening;
  // Another time there may be room.
  opening.catch(() => (opened = undefined));
  return opening;
}

interface Spare {
  wrapping: CryptoKey;
  key: StoreKey;
}
// A second store that has nothing: new, or thrown away by the browser. Then the keys are put back before anybody makes others.
async function restore(base: IDBDatabase): Promise<void> {
  if ((await settled(base.transaction('keep').objectStore('keep').count('wrapping'))) > 0) return;
  const found = await spare<Spare>();
  if (found === undefined) return;
  const transaction = base.transaction('keep', 'readwrite', { durability: 'strict' });
  const store = transaction.objectStore('keep');
  store.add(found.wrapping, 'wrapping');
  store.add(found.key, 'store-key');
  // Another page may have been first.
  await new Promise<void>((resolve) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => resolve();
  });
}
// After every change of them. With a PIN none is left that opens without it.
export async function keepSpare(): Promise<void> {
  const key = await read<StoreKey>('keep', 'store-key');
  if (key === undefined || String(await read('keep', 'spared')) === String(key.iv)) return;
  await putSpare({ wrapping: await wrappingKey(), key } satisfies Spare);
  await write('keep', 'spared', key.iv);
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
  // Another time it may be made.
  wrapping.catch(() => (wrapping = undefined));
  return wrapping;
}

// --- Drafts: by the browser's key; with an app lock, by a key that the Worker hands over once the PIN was right ---

let handOver: (key: CryptoKey) => void = () => undefined;
let given = new Promise<CryptoKey>((resolve) => (handOver = resolve));
export function takeDraftKey(key: CryptoKey): void {
  handOver(key);
  given = Promise.resolve(key);
}

export async function seal(bytes: Uint8Array<ArrayBuffer>): Promise<Draft> {
  if (await isLocked()) return { ...(await sealWith(await given, bytes)), byStore: true };
  return sealWith(await wrappingKey(), bytes);
}

export async function unseal(draft: Draft): Promise<Uint8Array<ArrayBuffer>> {
  return openSealed(draft.byStore ? await given : await wrappingKey(), draft);
}

// What is typed into a form and not sent yet stands beside the keys, by the form's name (kept.ts).
const TYPED = 'typed:';
export const typedName = (form: string): string => TYPED + form;
export const typedNames = async (): Promise<string[]> => (await names('keep')).filter((name) => name.startsWith(TYPED));

// So do photos and voice notes that the core does not have yet (held.ts).
export const HELD = 'held:';
export const heldNames = async (of = ''): Promise<string[]> => (await names('keep')).filter((name) => name.startsWith(HELD + of));

// Every draft, and what is typed into forms or held, under the other key. What was typed meanwhile is newer, and right already.
export async function sealDraftsAnew(): Promise<void> {
  const all: [Store, string][] = [
    ...(await names('drafts')).map((name): [Store, string] => ['drafts', name]),
    ...[...(await typedNames()), ...(await heldNames())].map((name): [Store, string] => ['keep', name]),
  ];
  for (const [place, name] of all) {
    const before = await read<Draft>(place, name);
    if (before === undefined || (before.byStore ?? false) === (await isLocked())) continue;
    const after = await seal(await unseal(before));
    await change(place, (store) => {
      const now = store.get(name) as IDBRequest<Draft | undefined>;
      now.onsuccess = () => {
        if (now.result !== undefined && String(now.result.iv) === String(before.iv)) store.put(after, name);
      };
    });
  }
}

// --- The store's key ------------------------------------------------------------------------------------------

export const hasStoreKey = async (): Promise<boolean> => (await read('keep', 'store-key')) !== undefined;
export const lockOf = async (): Promise<Lock | undefined> => (await read<StoreKey>('keep', 'store-key'))?.lock;
export const isLocked = async (): Promise<boolean> => (await lockOf()) !== undefined;

// What lies under the browser's key: the store's key itself (made at the first call), or, with a lock, its inner layer.
export async function storeKey(): Promise<Uint8Array<ArrayBuffer>> {
  const make = async (): Promise<StoreKey> => sealWith(await wrappingKey(), crypto.getRandomValues(new Uint8Array(32)));
  return openSealed(await wrappingKey(), await made<StoreKey>('store-key', make));
}
// One record, so that there is no moment with two keys or none.
export async function setStoreKey(bytes: Uint8Array<ArrayBuffer>, lock?: Lock): Promise<void> {
  await write('keep', 'store-key', { ...(await sealWith(await wrappingKey(), bytes)), ...(lock && { lock }) });
}

export const marker = (): Promise<Marker | undefined> => read<Marker>('keep', 'marker');
export const setMarker = (value: Marker): Promise<void> => write('keep', 'marker', value);

// Everything of this account in the second store, for good.
export async function removeKeep(): Promise<void> {
  (await database()).close();
  opened = undefined;
  await settled(indexedDB.deleteDatabase(NAME));
  await removeSpare();
}
