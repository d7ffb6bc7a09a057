// What several screens show: the core's state and status, and the sync that this page drives.
import type { Status, SyncProgress } from '../generated/sejawat/v1/api_pb';
import { ACCOUNT, become, NOBODY } from './account';
import { watchIdle } from './autolock';
import { whenGiven } from './ballast';
import { CoreError, failureOf, on, request, start, watch, type State } from './client';
import { SyncMedia } from '../generated/sejawat/v1/api_pb';
import { keepEnding } from './history';
import { heldNames } from './keep';
import { forget, remember } from './people';
import { carried, onLineChange } from './saver.svelte';
import { room, wasFull, type Room } from './space';
import { drain, UNOPENED } from './spool';

const OFFLINE = 5;
const EXISTS = 3;
// No line, too slow, not our server: a Wi-Fi's login page.
const NO_LINE = [OFFLINE, 7, 30];
const RETRY_FIRST_MS = 10_000;
const RETRY_LONGEST_MS = 600_000;

class App {
  state = $state.raw<State>({ at: 'starting' });
  status = $state.raw<Status | undefined>(undefined);
  syncing = $state(false);
  // A live line stands.
  live = $state(false);
  progress = $state.raw<SyncProgress | undefined>(undefined);
  // How the last sync of this page ended: a code; undefined: none ended yet.
  ended = $state<number | undefined>(undefined);
  // The first run is not over when the person exists: joining needs a sync more.
  arriving = $state(false);
  // Why a draft is not in the core (a code); of photos and voice notes the same, and where one waits for an answer.
  draftRefused = $state<number | undefined>(undefined);
  heldRefused = $state<number | undefined>(undefined);
  facesAsked = $state.raw<string[]>([]);
  // What was written may not all be in the core yet, so the core cannot say where all of it is.
  spooling = $state(true);
  newVersion = $state(false);
  room = $state.raw<Room | undefined>(undefined);
  // Goes up whenever journal entries changed: lists read anew.
  journal = $state(0);
  // The same for the records of the cycle, and for who belongs where.
  records = $state(0);
}
export const app = new App();

let known = '';
async function readStatus(): Promise<void> {
  app.status = await request({ case: 'status', value: {} }, 'status');
  app.syncing = app.status.syncing;
  app.live = app.status.live;
  app.room = await room();
  if (app.status.hasPerson && app.status.name !== known) {
    known = app.status.name;
    // Where the disk is too full for it, after the next question.
    await remember(ACCOUNT, known).catch(() => (known = ''));
  }
}

let reading: Promise<void> | undefined;
let next: Promise<void> | undefined;
// At most one question under way, and whoever waits here gets an answer that is newer than their cause to ask.
export function refresh(): Promise<void> {
  if (reading === undefined) {
    reading = readStatus().finally(() => (reading = undefined));
    return reading;
  }
  next ??= reading.catch(() => undefined).then(() => {
    next = undefined;
    return refresh();
  });
  return next;
}

export const connected = (): boolean => (app.status?.carriers.length ?? 0) > 0;

// Why a server did not let this person in: a code. Waiting for a line or for a key is no refusal.
export function joinRefused(): number | undefined {
  const code = app.status?.join ?? 0;
  return [0, 2, OFFLINE, 7, 17].includes(code) ? undefined : code;
}

// Harmless at any time: nothing happens without a person, without a server, or while one runs.
export async function sync(): Promise<void> {
  if (app.state.at !== 'ready') return;
  if (app.status === undefined) await refresh();
  if (app.status?.hasPerson !== true || !connected()) return;
  await startSync(carried());
}

async function startSync(media: SyncMedia): Promise<void> {
  try {
    await request({ case: 'syncStart', value: { media } }, 'syncStarted');
    app.syncing = true;
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    if (error.code !== EXISTS) app.ended = error.code;
  }
}

// With the code of the sync that ends next.
const ending = (settled = false): Promise<number> =>
  new Promise((resolve) => {
    const stop = on((told) => {
      if (told.case !== 'ended' && !(settled && told.case === 'settled')) return;
      stop();
      resolve(told.case === 'ended' ? told.value.code : 0);
    });
  });

// Harmless when none runs any more. Resolves when its end was heard, which is then not taken for that of the next one.
export async function cancelSync(): Promise<void> {
  const over = ending();
  try {
    await request({ case: 'syncCancel', value: {} }, 'done');
    await over;
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
  }
}

// A command that needs a line right after it: joining, recovering. Resolves with the code of the sync's end.
export async function syncThrough(carrier = '', media = carried()): Promise<number> {
  if (app.live) await cancelSync();
  // A live line that another tab is just opening does not end, and has exchanged everything when it settles.
  const done = ending(true);
  try {
    await request({ case: 'syncStart', value: { carrier, media } }, 'syncStarted');
  } catch (error) {
    if (!(error instanceof CoreError) || error.code !== EXISTS) return failureOf(error, OFFLINE);
  }
  return done;
}

// What may be carried is another now, or somebody says so: what runs ends, and goes on under the new rule.
export async function syncAnew(media = carried()): Promise<void> {
  if (app.state.at !== 'ready' || !connected()) return;
  if (app.syncing || app.live) await cancelSync();
  await startSync(media);
}
export const sendMedia = (): Promise<void> => syncAnew(SyncMedia.MEDIA_ALL);

const AGAIN_MS = 15_000;
let retake: ReturnType<typeof setTimeout> | undefined;

// Resolves when the first of it is here: entries of a journal that is coming, or the answer to a join.
export const firstOf = (what: 'journal' | 'joined'): Promise<number> =>
  new Promise((resolve) => {
    const stop = on((told) => {
      if (told.case !== what) return;
      stop();
      resolve(0);
    });
  });

let taking = 0;
// Before there is somebody, what was written waits.
export async function takeDrafts(): Promise<void> {
  app.spooling = true;
  taking += 1;
  try {
    await takeThem();
  } finally {
    taking -= 1;
  }
  if (taking > 0 || app.status?.hasPerson !== true) return;
  app.spooling = app.draftRefused !== undefined || app.heldRefused !== undefined;
  await sync();
}

// Text first, then what belongs to it.
async function takeThem(): Promise<void> {
  clearTimeout(retake);
  await refresh();
  if (app.status?.hasPerson !== true) return;
  try {
    await drain();
    app.draftRefused = undefined;
  } catch (error) {
    app.draftRefused = failureOf(error);
  }
  try {
    app.facesAsked = (await heldNames()).length > 0 ? await (await import('./held')).deliverHeld() : [];
    app.heldRefused = undefined;
  } catch (error) {
    app.heldRefused = app.draftRefused === UNOPENED ? undefined : failureOf(error, OFFLINE);
  }
  if (app.draftRefused !== undefined || app.heldRefused !== undefined) retake = setTimeout(() => void takeDrafts(), AGAIN_MS);
  app.journal += 1;
  await refresh();
}

let soon: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

// A server that was away tells nobody that it is back. Jitter over the upper half.
function retryLater(): void {
  clearTimeout(retry);
  const longest = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10));
  failures += 1;
  retry = setTimeout(() => void sync(), longest / 2 + (Math.random() * longest) / 2);
}

export function begin(): void {
  // Signed out: the page asks who is there, and opens nothing.
  if (ACCOUNT === NOBODY) return;
  watch((state) => {
    app.state = state;
    if (state.at === 'removed') void forget(ACCOUNT).then(() => become(NOBODY));
    if (state.at === 'starting' && state.stale) app.newVersion = true;
    if (state.at === 'ready') void takeDrafts();
  });
  on((told) => {
    if (told.case === 'progress') {
      app.syncing = true;
      app.progress = told.value;
    } else if (told.case === 'ended') {
      app.syncing = false;
      app.progress = undefined;
      app.ended = told.value.code;
      app.journal += 1;
      const { code, sent, received, refused } = told.value;
      if (app.state.at === 'ready' && app.state.owner) {
        // On a full disk, which is said elsewhere, one is missing in the list of the last ones.
        void keepEnding({ at: Date.now(), code, sent, received, refused }).catch(() => undefined);
        if (NO_LINE.includes(code)) retryLater();
        else failures = 0;
      }
      void refresh();
    } else if (told.case === 'settled') {
      app.syncing = false;
      app.progress = undefined;
      app.ended = 0;
      void refresh();
    } else if (told.case === 'journal') {
      app.journal += 1;
      void refresh();
    } else if (told.case === 'changed') {
      app.records += 1;
      if (told.value.spaces.length > 0 || told.value.all) void refresh();
    } else if (told.case === 'pending') {
      // What the server has now is shown now: the rest of a photo may take minutes.
      app.journal += 1;
      // At once: what the answer to the question says may be a moment away.
      if (app.status !== undefined) app.status = { ...app.status, pending: told.value.count };
      void refresh();
      clearTimeout(soon);
      if (told.value.count > 0n) soon = setTimeout(() => void sync(), 1500);
    } else if (told.case === 'joined') {
      void refresh();
    }
  });
  addEventListener('online', () => void sync());
  whenGiven(() => {
    wasFull();
    void room().then((now) => (app.room = now));
  });
  onLineChange(() => void syncAnew());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void sync();
  });
  watchIdle();
  start();
}
