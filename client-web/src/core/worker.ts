// The Worker of one tab. It waits for the lock on the store; whoever holds it owns the core and answers the other tabs.
import { create } from '@bufbuild/protobuf';
import { SyncEndedSchema } from '../generated/sejawat/v1/api_pb';
import { own as ofAccount } from './account';
import { keepBallast } from './ballast';
import { Door, DoorError, Module } from './door';
import { openFiles, removeFiles, Unsupported, type Files } from './files';
import { fetchCore, Gone } from './fetch';
import { hasStoreKey, keepSpare, lockOf, marker, removeKeep, sealDraftsAnew, setMarker, storeKey, takeDraftKey } from './keep';
import { Lines } from './line';
import { draftKey, openWithCard, openWithPin, setPin, waitUntil } from './lock';
import type { BetweenTabs, Command, Control, FromWorker, Result, State, ToWorker, Told, Trouble, Wish } from './messages';

const me = crypto.randomUUID();
const tabs = new BroadcastChannel(ofAccount('sejawat-core'));
const page = (message: FromWorker): void => self.postMessage(message);
const others = (message: BetweenTabs): void => tabs.postMessage(message);
const INTERRUPTED = 34;
const INTERNAL = 35;
const DISK_FULL = 9;
const WRONG_PIN = 16;
const STAND_AGAIN_MS = 60_000;

let door: Door | undefined;
let state: State = { at: 'starting' };
let owner = '';
let anew: (() => void) | undefined;
// Asked by this page, and not answered yet: kept for the owner that comes.
const waiting = new Map<number, Wish>();

function setState(next: State): void {
  state = next;
  page({ state });
}

function tellState(next: State): void {
  setState(next);
  others({ state, by: me });
}

// Of what the owner before had under way nobody hears any more: it is told as stopped.
function ownedBy(next: string): void {
  if (owner !== '' && owner !== next) {
    for (const [ask, wish] of waiting) {
      if (harmless(wish)) continue;
      waiting.delete(ask);
      page({ answer: ask, failed: INTERRUPTED });
    }
    page({ told: { case: 'ended', value: create(SyncEndedSchema, { code: INTERRUPTED }) } });
  }
  owner = next;
}

// --- The owner ----------------------------------------------------------------------------------------------

let wake: ReturnType<typeof setTimeout> | undefined;
let lines: Lines | undefined;
let files: Files | undefined;
let module: Module | undefined;
let drafts: CryptoKey | undefined;

function tell(told: Told): void {
  page({ told });
  others({ told });
}

// What the core has to say, after every call into it; nothing of it is true before it is durable.
function listen(): void {
  if (files?.settle === undefined) speak();
  else void files.settle().then(speak, () => undefined);
}

function speak(): void {
  const core = door;
  if (core === undefined) return;
  for (let event = core.event(); event !== undefined; event = core.event()) {
    const told = event.event;
    if (told.case === 'connect') {
      lines?.open(told.value.connection, told.value.live);
    } else if (told.case === 'wake') {
      clearTimeout(wake);
      if (told.value.inMs > 0) {
        wake = setTimeout(() => {
          core.tick();
          listen();
        }, told.value.inMs);
      }
    } else if (told.case === 'disconnect') {
      lines?.close(told.value.connection);
    } else {
      tell(told);
      if (told.case === 'ended' || told.case === 'settled' || told.case === 'pending') void mark();
    }
  }
  lines?.carry();
}

let asking = false;
async function mark(): Promise<void> {
  const status = door?.call({ case: 'status', value: {} });
  if (status?.case !== 'status' || !status.value.hasPerson) return;
  await setMarker({ person: true, entries: Number(status.value.entries), pending: Number(status.value.pending), blocks: files?.settle !== undefined });
  if (asking || status.value.entries === 0n) return;
  asking = true;
  if (files?.settle === undefined) await keepBallast().catch(() => undefined);
  await navigator.storage.persist?.();
}

type Answer = { result: Result } | { failed: number };

function execute(command: Command): Answer {
  if (door === undefined) return { failed: INTERRUPTED };
  try {
    return { result: door.call(command) };
  } catch (error) {
    return { failed: error instanceof DoorError ? error.code : INTERNAL };
  }
}

async function perform(wish: Wish): Promise<Answer> {
  if ('control' in wish) return obey(wish.control);
  const answer = execute(wish.command);
  if (files?.settle === undefined) return answer;
  try {
    await files.settle();
  } catch {
    // What was only read is no less true.
    if (!reads(wish.command)) return { failed: DISK_FULL };
  }
  return answer;
}

const done: Answer = { result: { case: 'done', value: { $typeName: 'sejawat.v1.api.Nothing' } } };

async function obey(control: Control): Promise<Answer> {
  if (module === undefined) return { failed: INTERRUPTED };
  try {
    if (control.case === 'unlock') {
      if (door !== undefined) return done;
      const opened = await openWithPin(module, control.pin);
      if ('wrong' in opened) {
        await showLocked(true);
        return { failed: WRONG_PIN };
      }
      await openStore(module, opened.key);
    } else if (control.case === 'unlockWithCard') {
      if (door === undefined) await openStore(module, await openWithCard(module, control.card));
    } else if (control.case === 'lock') {
      if ((await lockOf()) === undefined) return { failed: INTERRUPTED };
      shut();
      await showLocked(false);
    } else if (control.case === 'setPin') {
      if (door === undefined) return { failed: INTERRUPTED };
      const opened = await openWithPin(module, control.now);
      if ('wrong' in opened) return { failed: WRONG_PIN };
      await setPin(module, door, opened.key, control.next);
      opened.key.fill(0);
    } else {
      shut();
      if (files !== undefined) await removeFiles(files);
      await removeKeep();
      tellState({ at: 'removed' });
    }
    return done;
  } catch (error) {
    return { failed: error instanceof DoorError ? error.code : INTERNAL };
  }
}

function shut(): void {
  clearTimeout(wake);
  lines?.end();
  lines = undefined;
  door?.close();
  door = undefined;
}

async function showLocked(wrong: boolean): Promise<void> {
  tellState({ at: 'locked', until: await waitUntil(), wrong, card: ((await lockOf())?.card.length ?? 0) > 0 });
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof DoorError) {
    const known: Record<number, Trouble> = { 9: 'full', 11: 'too-new', 12: 'damaged' };
    return known[error.code] ?? 'damaged';
  }
  if (error instanceof Unsupported) return 'unsupported';
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'unsupported';
}

const fail = (trouble: Trouble): void => tellState({ at: 'trouble', trouble });

// Whether this tab goes on as the owner.
async function own(): Promise<boolean> {
  try {
    ownedBy(me);
    const before = await marker();
    files = await openFiles(before?.person ? (before.blocks ? 'blocks' : 'opfs') : undefined);
    const there = (files.handles['core.db']?.getSize() ?? 0) > 0;
    if (!there && before?.person) {
      tellState({ at: 'trouble', trouble: 'emptied', lost: { entries: before.entries, pending: before.pending } });
      await new Promise<void>((resolve) => (anew = resolve));
    }
    // No key is made for a store that another one opens: it would hide, next time, that the right one is gone.
    if (there && !(await hasStoreKey())) {
      fail('key-lost');
      return true;
    }
    module = new Module(await fetchCore(files.handles));
    if ((await lockOf()) !== undefined) await showLocked(false);
    else await openStore(module, await storeKey());
  } catch (error) {
    if (error instanceof Gone) {
      for (const handle of Object.values(files?.handles ?? {})) handle.close();
      owner = '';
      setState({ at: 'starting', stale: true });
      return false;
    }
    fail(troubleOf(error));
  }
  return true;
}

async function openStore(made: Module, key: Uint8Array<ArrayBuffer>): Promise<void> {
  drafts = await draftKey(key);
  takeDraftKey(drafts);
  try {
    door = Door.open(made.core, key);
  } catch (error) {
    return fail(troubleOf(error));
  }
  lines = new Lines(door, listen, files?.settle);
  announce();
  void keepSpare().catch(() => undefined);
  // What a change of the PIN did not get to.
  void sealDraftsAnew().catch(() => undefined);
  for (const [ask, wish] of waiting) void perform(wish).then((answer) => page({ answer: ask, ...answer }));
  waiting.clear();
  listen();
  void mark();
}

function announce(): void {
  if (drafts === undefined) return;
  const blocks = files?.settle !== undefined;
  setState({ at: 'ready', owner: true, drafts, blocks });
  others({ owner: me, drafts, blocks });
}

// --- Between tabs -------------------------------------------------------------------------------------------

const READS = /^(status|journal(Show|List|Search|Revisions|Decisions)|unsent|carriers|devices|readLink|cardShow|attachment(List|Show|Read))$/;
// Said again to a new owner only if twice does no harm; the rest ends, and the person may repeat it.
const CYCLE_READS =
  /^(describe|record(Show|List|Revisions|Decisions)|problemPreview|categories|agenda|ideas|attendance|menu|story|walks|stalled|waiting|days|asks)$/;
const reads = (command: Command): boolean =>
  READS.test(command.case ?? '') || (command.case === 'cycle' && CYCLE_READS.test(command.value?.command?.case ?? ''));
const harmless = (wish: Wish): boolean =>
  'command' in wish && (/^(journalAdd|attachment(Add|Fetch))$/.test(wish.command.case ?? '') || reads(wish.command));

// A locked owner listens to what opens it, and to nothing else.
const mine = (wish: Wish): boolean => door !== undefined || ('control' in wish && module !== undefined);

tabs.onmessage = ({ data }: MessageEvent<BetweenTabs>) => {
  if ('begin' in data) {
    anew?.();
  } else if ('ask' in data) {
    if (!mine(data)) return;
    void perform(data).then((answer) => {
      others({ to: data.from, answer: data.ask, ...answer });
      listen();
    });
  } else if ('hello' in data) {
    if (door !== undefined && drafts !== undefined) others({ owner: me, drafts, blocks: files?.settle !== undefined });
    else if (owner === me && state.at !== 'starting') others({ state, by: me });
  } else if (module !== undefined) {
    return;
  } else if ('owner' in data) {
    // It says so to every tab that comes.
    const asks = state.at !== 'ready' || owner !== data.owner;
    ownedBy(data.owner);
    setState({ at: 'ready', owner: false, drafts: data.drafts, blocks: data.blocks });
    if (asks) for (const [ask, wish] of waiting) if ('command' in wish) others({ from: me, ask, ...wish });
  } else if ('told' in data) {
    page({ told: data.told });
  } else if ('state' in data) {
    ownedBy(data.by);
    setState(data.state);
  } else if ('to' in data && data.to === me && waiting.delete(data.answer)) {
    page('result' in data ? { answer: data.answer, result: data.result } : { answer: data.answer, failed: data.failed });
  }
};

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('begin' in data) {
    anew?.();
    others(data);
  } else if ('withdraw' in data) {
    withdrawn.abort();
  } else if ('online' in data) {
    door?.tick();
    listen();
  } else if (mine(data)) {
    void perform(data).then((answer) => {
      page({ answer: data.ask, ...answer });
      listen();
    });
  } else {
    const wish: Wish = 'control' in data ? { control: data.control } : { command: data.command };
    waiting.set(data.ask, wish);
    if (state.at === 'ready' || 'control' in wish) others({ from: me, ask: data.ask, ...wish });
  }
};

const withdrawn = new AbortController();
// Held until the tab is gone. Whoever cannot own it stands in line again, behind all that can.
async function stand(): Promise<void> {
  for (;;) {
    await navigator.locks.request(ofAccount('sejawat-core'), { signal: withdrawn.signal }, async () => {
      if (await own()) await new Promise<never>(() => undefined);
    });
    await new Promise((resolve) => setTimeout(resolve, STAND_AGAIN_MS));
  }
}
others({ hello: me });
stand().catch(() => undefined);
