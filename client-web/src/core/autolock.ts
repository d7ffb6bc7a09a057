// Locks by itself after minutes in which no tab was touched, also in the background.
import { own } from './account';
import { control } from './client';
import { isLocked } from './keep';
import { unsaved } from './unsaved.svelte';

const NAME = 'sejawat-autolock';
// Of all tabs, and for a tab that slept: what it was not told while it did, it reads.
const TOUCHED = own('sejawat-touched');
// The camera and the gallery are no tab: as long as this, one who went there is not idle.
const AWAY_MS = 5 * 60_000;
const UNSAVED_MS = 90_000;
export const MINUTES = [1, 5, 15] as const;
export const lockMinutes = (): number => Number(localStorage.getItem(NAME) ?? 5);
export const setLockMinutes = (minutes: number): void => localStorage.setItem(NAME, String(minutes));

let last = 0;
// Somebody is there, or will be after `more`.
export function touch(more = 0): void {
  const at = Date.now() + more;
  // Not at every key.
  if (Math.abs(at - last) < 1000) return;
  last = at;
  localStorage.setItem(TOUCHED, String(at));
}
// Work that was begun goes on without a touch.
export const away = (): void => touch(AWAY_MS);

async function check(): Promise<void> {
  // The other tabs wait, too. Longer than to the next look of one in the background.
  if (unsaved()) return touch(UNSAVED_MS);
  const idle = Date.now() - Number(localStorage.getItem(TOUCHED));
  // A touch far in the future is of a clock that was wrong.
  if ((idle < lockMinutes() * 60_000 && idle >= -AWAY_MS) || !(await isLocked())) return;
  touch();
  // It may be locked already, by another tab.
  await control({ case: 'lock' }).catch(() => undefined);
}

export function watchIdle(): void {
  touch();
  const touched = ({ type, target }: Event): void => touch(type === 'click' && (target as Element).matches('[type=file]') ? AWAY_MS : 0);
  for (const what of ['pointerdown', 'keydown', 'input', 'click', 'cancel']) addEventListener(what, touched, { passive: true });
  document.addEventListener('visibilitychange', () => void check());
  setInterval(() => void check(), 10_000);
}
