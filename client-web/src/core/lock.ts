// The app lock: the store's key under a key made of the PIN (Argon2id, in the core), inside the browser's own layer. In
// the Worker only. Wrong PINs cost growing waits; none of them, and no forgotten one, deletes anything.
import type { Door, Module } from './door';
import { keepSpare, lockOf, read, remove, sealDraftsAnew, setStoreKey, storeKey, write, type Lock } from './keep';
import { removeSpare } from './spare';
import { aesKey, openSealed, sealWith } from './sealed';

interface Tries {
  count: number;
  until: number;
}
export type Opened = { key: Uint8Array<ArrayBuffer> } | { wrong: true; until: number };

const COST = { memoryKib: 32 * 1024, passes: 3 };
const FREE = 3;
const FIRST_MS = 15_000;
const LONGEST_MS = 15 * 60_000;

export async function waitUntil(): Promise<number> {
  const tries = await read<Tries>('keep', 'tries');
  if (tries === undefined || tries.until <= Date.now() + LONGEST_MS) return tries?.until ?? 0;
  // Longer than any wait: the clock was wrong then, by years perhaps.
  const until = Date.now() + LONGEST_MS;
  await write('keep', 'tries', { ...tries, until } satisfies Tries);
  return until;
}

async function wrongOnce(): Promise<Opened> {
  const count = ((await read<Tries>('keep', 'tries'))?.count ?? 0) + 1;
  const wait = count < FREE ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (count - FREE));
  const until = Date.now() + wait;
  await write('keep', 'tries', { count, until } satisfies Tries);
  return { wrong: true, until };
}

// The attempt counts before it is made: who kills the browser meanwhile gains nothing.
export async function openWithPin(module: Module, pin: string): Promise<Opened> {
  const lock = await lockOf();
  if (lock === undefined) return { key: await storeKey() };
  const until = await waitUntil();
  if (until > Date.now()) return { wrong: true, until };
  const counted = await wrongOnce();
  const stretched = module.stretch(pin, lock.salt, lock.memoryKib, lock.passes);
  const inner = await storeKey();
  try {
    const key = await openSealed(await aesKey(stretched), { iv: lock.iv, sealed: inner.buffer });
    await remove('keep', 'tries');
    return { key };
  } catch {
    return counted;
  } finally {
    stretched.fill(0);
  }
}

// The forgotten PIN: the card opens what was sealed for it, and takes the lock off. Throws DoorError.
export async function openWithCard(module: Module, card: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = module.openWithCard(card, (await lockOf())?.card ?? new Uint8Array(0));
  await setStoreKey(key);
  await remove('keep', 'tries');
  await keepSpare().catch(removeSpare);
  return key;
}

// A PIN, another PIN, or none. `key` is the store's.
export async function setPin(module: Module, door: Door, key: Uint8Array<ArrayBuffer>, pin: string | undefined): Promise<void> {
  if (pin === undefined) {
    await setStoreKey(key);
  } else {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const stretched = module.stretch(pin, salt, COST.memoryKib, COST.passes);
    const inner = await sealWith(await aesKey(stretched), key);
    stretched.fill(0);
    const lock: Lock = { salt, ...COST, iv: inner.iv, card: door.sealForCard(key) };
    await setStoreKey(new Uint8Array(inner.sealed), lock);
  }
  // One from before opens without the PIN.
  await keepSpare().catch(removeSpare);
  // The PIN stands by now, whatever becomes of these: the next opening of the store makes up for it.
  await sealDraftsAnew().catch(() => undefined);
}

// What drafts are sealed with while there is a lock.
export async function draftKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode('sejawat-drafts');
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
