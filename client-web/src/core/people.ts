// The people of this device, for the screen that asks who is there: names, sealed by a key of the browser, so that no
// file holds them readable. What they wrote is elsewhere, each in a store of their own.
import { roomToOpen } from './ballast';
import { openSealed, sealWith, settled } from './sealed';

export interface Person {
  id: string;
  name: string;
  at: number; // when this device was last theirs
}
interface Row {
  name: Awaited<ReturnType<typeof sealWith>>;
  at: number;
}

let opened: Promise<IDBDatabase> | undefined;
function database(): Promise<IDBDatabase> {
  if (opened !== undefined) return opened;
  const opening = (async () => {
    await roomToOpen();
    const request = indexedDB.open('sejawat-people', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('people');
      request.result.createObjectStore('keys');
    };
    return settled(request);
  })();
  opened = opening;
  opening.catch(() => (opened = undefined));
  return opening;
}

async function key(): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const store = (await database()).transaction('keys', 'readwrite', { durability: 'strict' }).objectStore('keys');
  const known = (await settled(store.get('names'))) as CryptoKey | undefined;
  if (known !== undefined) return known;
  await settled(store.put(made, 'names'));
  return made;
}

export async function people(): Promise<Person[]> {
  const sealer = await key();
  const store = (await database()).transaction('people').objectStore('people');
  const [ids, rows] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll() as IDBRequest<Row[]>)]);
  const all = await Promise.all(
    rows.map(async (row, i) => ({
      id: String(ids[i]),
      // One that cannot be read any more hides nobody.
      name: await openSealed(sealer, row.name).then((name) => new TextDecoder().decode(name), () => '?'),
      at: row.at,
    })),
  );
  return all.sort((a, b) => b.at - a.at);
}

export async function remember(id: string, name: string): Promise<void> {
  const row: Row = { name: await sealWith(await key(), new TextEncoder().encode(name)), at: Date.now() };
  const store = (await database()).transaction('people', 'readwrite', { durability: 'strict' }).objectStore('people');
  await settled(store.put(row, id));
}

export async function forget(id: string): Promise<void> {
  const store = (await database()).transaction('people', 'readwrite', { durability: 'strict' }).objectStore('people');
  await settled(store.delete(id));
}
