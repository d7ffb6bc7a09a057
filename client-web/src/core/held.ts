// Photos and voice notes that the core does not have yet: sealed in the second store at once, like what is typed. Each goes
// into the core once, after the text that it belongs to; its id follows from chance that was drawn here, so a second try
// finds that the first one arrived.
import { CoreError, failureOf, request } from './client';
import { hex, unhex } from './entry';
import { HELD, heldNames, read, remove, seal, unseal, write } from './keep';
import { draftOf } from './spool';

export interface Held {
  name: string; // in the second store
  of: string; // entry or record, 16 hexadecimal digits
  voice: boolean;
  caption: string;
  ready: boolean; // a photo: whether there is a child's face in it was answered
  at: number;
}
const NOT_FOUND = 2;
const ALREADY_EXISTS = 3;
type Sealed = Awaited<ReturnType<typeof seal>>;

export const heldName = (of: string): string => `${HELD}${of}:${hex(crypto.getRandomValues(new Uint8Array(6)))}`;

// Resolves when it is durable. The words of it, their length before them, then the picture or sound.
export async function hold(held: Held, content: Uint8Array): Promise<void> {
  const words = new TextEncoder().encode(JSON.stringify(held));
  const all = new Uint8Array(4 + words.length + content.length);
  new DataView(all.buffer).setUint32(0, words.length);
  all.set(words, 4);
  all.set(content, 4 + words.length);
  await write('keep', held.name, await seal(all));
}

export async function heldOf(name: string): Promise<{ held: Held; content: Uint8Array<ArrayBuffer> } | undefined> {
  const sealed = await read<Sealed>('keep', name);
  if (sealed === undefined) return undefined;
  const all = await unseal(sealed);
  const size = new DataView(all.buffer).getUint32(0);
  return { held: JSON.parse(new TextDecoder().decode(all.subarray(4, 4 + size))) as Held, content: all.slice(4 + size) };
}

export const letGo = (name: string): Promise<void> => remove('keep', name);

// While a note is recorded nobody else takes it. Of a page that is gone, the browser lets go.
export async function whileHeld(name: string, act: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, act);
}
async function ifFree(name: string, act: () => Promise<void>): Promise<void> {
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await act();
  });
}

async function deliver(name: string): Promise<Held | undefined> {
  const found = await heldOf(name);
  if (found === undefined) return undefined;
  const { held, content } = found;
  // A recording that was killed before its first words.
  if (content.length === 0) return void (await letGo(name));
  const draft = await draftOf(held.of);
  // Its entry is not in the core before it is finished.
  if (draft !== undefined && draft.base === undefined) return undefined;
  if (!held.ready) return held;
  const nonce = unhex(name.slice(name.lastIndexOf(':') + 1));
  try {
    await request({ case: 'attachmentAdd', value: { to: unhex(held.of), content, caption: held.caption, nonce } }, 'attachmentId');
  } catch (error) {
    if (!(error instanceof CoreError) || error.code !== ALREADY_EXISTS) throw error;
  }
  await letGo(name);
  return undefined;
}

// Where what it belongs to is seen: an entry, or else a problem.
const pathTo = ({ of }: Held): Promise<string> =>
  request({ case: 'journalShow', value: { id: unhex(of) } }, 'entry').then(
    () => `#/catatan/${of}`,
    (error: unknown) => {
      if (failureOf(error) === NOT_FOUND) return `#/masalah/${of}`;
      throw error;
    },
  );

// Where a photo waits for an answer, as addresses. Rejects with the CoreError of one that the core does not take.
export async function deliverHeld(): Promise<string[]> {
  let refused: unknown;
  const asking = new Set<string>();
  for (const name of await heldNames()) {
    try {
      await ifFree(name, async () => {
        const held = await deliver(name);
        if (held !== undefined) asking.add(await pathTo(held));
      });
    } catch (error) {
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
  return [...asking];
}
