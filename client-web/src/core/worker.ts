// The Worker of one tab. It waits for the lock on the store; whoever holds it owns the core and answers the other tabs.
import createCore from '@core/core_web.mjs';
import { Door, DoorError, FILES } from './door';
import { hasStoreKey, marker, setMarker, storeKey } from './keep';
import type { BetweenTabs, Command, FromWorker, Result, State, ToWorker, Told, Trouble } from './messages';
import { Lines } from './line';

const me = crypto.randomUUID();
const tabs = new BroadcastChannel('sejawat-core');
const page = (message: FromWorker): void => self.postMessage(message);
const others = (message: BetweenTabs): void => tabs.postMessage(message);
const INTERRUPTED = 34;
const INTERNAL = 35;

let door: Door | undefined;
let state: State = { at: 'starting' };
let anew: (() => void) | undefined;
// Asked by this page, and not answered yet: kept for the owner that comes.
const waiting = new Map<number, Command>();

function setState(next: State): void {
  state = next;
  page({ state });
}

// --- The owner ----------------------------------------------------------------------------------------------

let wake: ReturnType<typeof setTimeout> | undefined;
let lines: Lines | undefined;

function tell(told: Told): void {
  page({ told });
  others({ told });
}

// What the core has to say, after every call into it.
function listen(): void {
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
  await setMarker({ person: true, entries: Number(status.value.entries), pending: Number(status.value.pending) });
  if (asking || status.value.entries === 0n) return;
  asking = true;
  await navigator.storage.persist?.();
}

function execute(command: Command): { result: Result } | { failed: number } {
  if (door === undefined) return { failed: INTERRUPTED };
  try {
    return { result: door.call(command) };
  } catch (error) {
    return { failed: error instanceof DoorError ? error.code : INTERNAL };
  }
}

async function openFiles(): Promise<Record<string, FileSystemSyncAccessHandle>> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('sejawat', { create: true });
  const open: Record<string, FileSystemSyncAccessHandle> = {};
  for (const name of FILES) {
    const file = await folder.getFileHandle(name, { create: true });
    for (let tries = 0; ; ++tries) {
      try {
        open[name] = await file.createSyncAccessHandle();
        break;
      } catch (error) {
        // Just after a reload the handle of the page before may still be closing.
        if (tries === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
  return open;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof DoorError) {
    const known: Record<number, Trouble> = { 9: 'full', 11: 'too-new', 12: 'damaged' };
    return known[error.code] ?? 'damaged';
  }
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'unsupported';
}

async function own(): Promise<void> {
  try {
    const files = await openFiles();
    const there = (files['core.db']?.getSize() ?? 0) > 0;
    const before = await marker();
    if (!there && before?.person) {
      setState({ at: 'trouble', trouble: 'emptied', lost: { entries: before.entries, pending: before.pending } });
      others({ state });
      await new Promise<void>((resolve) => (anew = resolve));
    }
    // No key is made for a store that another one opens: it would hide, next time, that the right one is gone.
    if (there && !(await hasStoreKey())) {
      setState({ at: 'trouble', trouble: 'key-lost' });
      others({ state });
      return;
    }
    door = Door.open(await createCore({ opfsFiles: files }), await storeKey());
    lines = new Lines(door, listen);
  } catch (error) {
    setState({ at: 'trouble', trouble: troubleOf(error) });
    others({ state });
    return;
  }
  setState({ at: 'ready', owner: true });
  others({ owner: me });
  for (const [ask, command] of waiting) page({ answer: ask, ...execute(command) });
  waiting.clear();
  listen();
  void mark();
}

// --- Between tabs -------------------------------------------------------------------------------------------

// Said again to a new owner only if twice does no harm; the rest ends, and the person may repeat it.
const readsTheCycle =
  /^(describe|record(Show|List|Revisions)|problemPreview|categories|agenda|ideas|attendance|menu|story|walks|stalled|waiting|days|asks)$/;
const harmless = (command: Command): boolean =>
  command.case === 'journalAdd' ||
  command.case === 'status' ||
  (command.case === 'cycle' && readsTheCycle.test(command.value?.command?.case ?? '')) ||
  /^(journal(Show|List|Search|Revisions)|carriers|devices|readLink|cardShow)$/.test(command.case ?? '');

tabs.onmessage = ({ data }: MessageEvent<BetweenTabs>) => {
  if ('ask' in data) {
    if (door === undefined) return;
    others({ to: data.from, answer: data.ask, ...execute(data.command) });
    listen();
  } else if ('hello' in data) {
    if (door !== undefined) others({ owner: me });
    else if (state.at === 'trouble') others({ state });
  } else if (door !== undefined) {
    return;
  } else if ('owner' in data) {
    const changed = state.at === 'ready';
    setState({ at: 'ready', owner: false });
    for (const [ask, command] of [...waiting]) {
      if (changed && !harmless(command)) {
        waiting.delete(ask);
        page({ answer: ask, failed: INTERRUPTED });
      } else {
        others({ from: me, ask, command });
      }
    }
  } else if ('told' in data) {
    page({ told: data.told });
  } else if ('state' in data) {
    setState(data.state);
  } else if ('to' in data && data.to === me && waiting.delete(data.answer)) {
    page('result' in data ? { answer: data.answer, result: data.result } : { answer: data.answer, failed: data.failed });
  }
};

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if ('begin' in data) {
    anew?.();
  } else if ('online' in data) {
    door?.tick();
    listen();
  } else if (door !== undefined) {
    page({ answer: data.ask, ...execute(data.command) });
    listen();
  } else {
    waiting.set(data.ask, data.command);
    if (state.at === 'ready') others({ from: me, ask: data.ask, command: data.command });
  }
};

others({ hello: me });
// Held until the tab is gone.
void navigator.locks.request('sejawat-core', async () => {
  await own();
  await new Promise<never>(() => undefined);
});
