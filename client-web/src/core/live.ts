// A live line while a discussion is on the screen: changes of others come within a second, and each may drop off and come
// back. Without one the same page syncs now and then.
import { app, cancelSync, connected, refresh } from './app.svelte';
import { CoreError, on, request } from './client';
import { carried } from './saver.svelte';

const EXISTS = 3;
const SHORTEST_MS = 1000;
const LONGEST_MS = 30_000;

let holders = 0;
// A live sync of this page runs, settled or not.
let dialled = false;
let failures = 0;
let again: ReturnType<typeof setTimeout> | undefined;

const wanted = (): boolean => holders > 0 && app.status?.hasPerson === true && connected();

async function dial(): Promise<void> {
  clearTimeout(again);
  if (!wanted()) return;
  try {
    await request({ case: 'syncStart', value: { live: true, media: carried() } }, 'syncStarted');
    dialled = true;
    if (!wanted()) await cancelSync();
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    // One is running: its end is heard. Anything else is tried again.
    if (error.code !== EXISTS) later();
  }
}

// Full jitter over the upper half, so that a school whose server restarts does not come back in one moment.
function later(): void {
  clearTimeout(again);
  const longest = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 10));
  again = setTimeout(() => void dial(), longest / 2 + (Math.random() * longest) / 2);
}

on((told) => {
  if (told.case === 'settled') {
    failures = 0;
    app.live = true;
  } else if (told.case === 'ended') {
    app.live = dialled = false;
    if (!wanted()) return;
    failures += 1;
    later();
  }
});
const returned = (): void => {
  failures = 0;
  if (wanted() && !app.live) void dial();
};
addEventListener('online', returned);
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && returned());

// While it is held there is a live line whenever there can be one. Returns what lets go of it.
export function holdLive(): () => void {
  holders += 1;
  if (holders === 1) void refresh().then(dial);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders > 0) return;
    clearTimeout(again);
    if (dialled) void cancelSync();
  };
}
