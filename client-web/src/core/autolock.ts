// Locks by itself after minutes without a touch, and after as long in the background.
import { control } from './client';
import { isLocked } from './keep';

const NAME = 'sejawat-autolock';
export const MINUTES = [1, 5, 15] as const;
export const lockMinutes = (): number => Number(localStorage.getItem(NAME) ?? 5);
export const setLockMinutes = (minutes: number): void => localStorage.setItem(NAME, String(minutes));

let last = Date.now();
async function check(): Promise<void> {
  if (Date.now() - last < lockMinutes() * 60_000 || !(await isLocked())) return;
  last = Date.now();
  // It may be locked already, by another tab.
  await control({ case: 'lock' }).catch(() => undefined);
}

export function watchIdle(): void {
  const touched = (): void => void (last = Date.now());
  for (const what of ['pointerdown', 'keydown', 'input']) addEventListener(what, touched, { passive: true });
  document.addEventListener('visibilitychange', () => void check());
  setInterval(() => void check(), 10_000);
}
