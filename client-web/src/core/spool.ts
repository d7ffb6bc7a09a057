// Drafts: what is typed is durable in the second store within half a second, sealed, with or without a core. A finished
// draft goes into the core once: its id was chosen here, so a second try finds that the first one arrived.
import { own } from './account';
import { full, giveBallast } from './ballast';
import { failureOf, CoreError, request } from './client';
import type { Entry } from './entry';
import { hasWords, merged, written } from './entry';
import { heldNames, names, read, remove, seal, unseal, write } from './keep';
import { setUnsaved } from './unsaved.svelte';
import { fromWire, toWire } from './wire';

export interface Draft {
  entry: Entry;
  base?: Entry; // of an entry that the core has: what it was when editing began
  finished: boolean;
  at: number;
}

export const DELAY_MS = 300;
export const AGAIN_MS = 3000;
const ALREADY_EXISTS = 3;
type Sealed = Awaited<ReturnType<typeof seal>>;

// One write after another, the newest wins: an older one never overtakes it.
let queue: Promise<unknown> = Promise.resolve();
export const inLine = <T>(act: () => Promise<T>): Promise<T> => (queue = queue.then(act, act)) as Promise<T>;

// Whether there is something to keep: words that were taken out again come back to nobody. A photo keeps its entry.
async function put(draft: Draft): Promise<boolean> {
  const { id } = draft.entry;
  const kept = draft.base !== undefined || hasWords(draft.entry) || (await heldNames(id)).length > 0;
  if (kept) await write('drafts', id, await seal(new TextEncoder().encode(JSON.stringify(draft))));
  else await remove('drafts', id);
  return kept;
}

// What is kept free for text is given to it.
export async function roomFor<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(await giveBallast())) throw error;
    return act();
  }
}

export async function draftOf(id: string): Promise<Draft | undefined> {
  const sealed = await read<Sealed>('drafts', id);
  if (sealed === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(await unseal(sealed))) as Draft;
}

// One that cannot be read is in the way of no other where somebody hears of it (`unread`).
export async function drafts(unread?: () => undefined): Promise<Draft[]> {
  const all = await Promise.all((await names('drafts')).map((id) => (unread ? draftOf(id).catch(unread) : draftOf(id))));
  return all.filter((draft) => draft !== undefined).sort((a, b) => b.at - a.at);
}

// Keeps one draft while it is typed. `saved` hears when the newest words are durable (undefined: there are none to keep),
// `failed` when they are not.
export class Spool {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dirty: Draft | undefined;
  constructor(
    private readonly saved: (at: number | undefined) => void,
    private readonly failed: () => void,
  ) {}

  type(draft: Draft): void {
    this.dirty = draft;
    this.timer ??= setTimeout(() => void this.flush(), DELAY_MS);
  }

  // Whoever calls this keeps the words in another way.
  drop(): Draft | undefined {
    clearTimeout(this.timer);
    this.timer = undefined;
    const draft = this.dirty;
    this.dirty = undefined;
    setUnsaved(this, false);
    return draft;
  }

  // Whether everything is durable, also what was under way; if not, `failed` has heard of it.
  async flush(): Promise<boolean> {
    const { dirty: draft } = this;
    clearTimeout(this.timer);
    this.timer = this.dirty = undefined;
    try {
      const kept = await inLine(async () => draft && roomFor(() => put(draft)));
      if (draft !== undefined && this.dirty === undefined) {
        setUnsaved(this, false);
        this.saved(kept ? draft.at : undefined);
      }
    } catch {
      this.dirty ??= draft;
      setUnsaved(this, true);
      this.failed();
      this.timer ??= setTimeout(() => void this.flush(), AGAIN_MS);
    }
    return this.dirty === undefined;
  }

  // Of an editor that is gone: when nothing of it waits any more.
  async done(): Promise<void> {
    while (!(await this.flush())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

export const finish = (draft: Draft): Promise<unknown> => inLine(() => roomFor(() => put({ ...draft, finished: true })));

async function deliver(draft: Draft): Promise<void> {
  if (draft.base === undefined) {
    try {
      await request({ case: 'journalAdd', value: { entries: [toWire(draft.entry)] } }, 'entryIds');
      return;
    } catch (error) {
      if (!(error instanceof CoreError) || error.code !== ALREADY_EXISTS) throw error;
    }
  }
  const current = (await request({ case: 'journalShow', value: toWire(draft.entry) }, 'entry')).entry;
  if (current === undefined) throw new CoreError(35, 'an entry without an entry');
  const there = fromWire(current);
  // An earlier try arrived; what was written into the draft after it began has not.
  const entry = draft.base === undefined ? written(draft.entry, there) : merged(draft.base, draft.entry, there);
  if (JSON.stringify(entry) === JSON.stringify(there)) return;
  await request({ case: 'journalEdit', value: { entry: toWire(entry), leaveUndecided: true } }, 'done');
}

// What was typed into it meanwhile is newer than what the core took.
const delivered = (draft: Draft): Promise<void> =>
  inLine(async () => {
    if ((await draftOf(draft.entry.id))?.at === draft.at) await remove('drafts', draft.entry.id);
  });

let draining: Promise<void> | undefined;

// Why the core did not take a draft: codes, by its id.
export const refusals = new Map<string, number>();
// No code of the core's: a draft of which nobody can say what it holds.
export const UNREAD = -1;
// Nor this: a disk too full to open any.
export const UNOPENED = -2;

// Why the core did not take one of them; the others went in.
async function deliverAll(): Promise<unknown> {
  await queue.catch(() => undefined);
  let refused: unknown;
  // In the order in which they were written: the journal lists what came last first.
  const unread = (): undefined => void (refused = new CoreError(UNREAD));
  const all = await drafts(unread).catch((error: unknown) => {
    throw full(error) ? new CoreError(UNOPENED) : error;
  });
  for (const draft of all.reverse()) {
    if (!draft.finished) continue;
    try {
      await deliver(draft);
      await delivered(draft);
      refusals.delete(draft.entry.id);
    } catch (error) {
      refusals.set(draft.entry.id, failureOf(error));
      refused ??= error;
    }
  }
  return refused;
}

let again = false;
// One tab at a time: an edit is put on the entry as it is, and two at once would each find it without the other's.
async function deliverUntilDone(): Promise<void> {
  let refused: unknown;
  try {
    do {
      again = false;
      refused = await navigator.locks.request(own('sejawat-drafts'), deliverAll);
    } while (again);
  } finally {
    draining = undefined;
  }
  if (refused !== undefined) throw refused;
}

// Rejects with the CoreError of a draft that the core does not take; it stays in the spool. What was finished before this
// call is dealt with when it ends, also if one was under way.
export function drain(): Promise<void> {
  again = true;
  draining ??= deliverUntilDone();
  return draining;
}
