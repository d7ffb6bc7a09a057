// Room on the phone. Text always goes before photos: below the first line no photo is taken in any more.
import { fits } from './ballast';

export interface Room {
  used: number;
  quota: number;
  low: boolean; // photos wait
  kept: boolean | undefined; // whether the browser promised to keep it all
}
const PHOTOS_NEED = 50e6;
const FRESH_MS = 60_000;
let tried: { at: number; fits: boolean } | undefined;

// The disk itself was full a moment ago.
export const wasFull = (): void => void (tried = { at: Date.now(), fits: false });

// What a browser tells of its quota may be a number that says nothing of this phone (Chromium: always 10 GiB more than is
// used). So it is asked for that much. `now`: however new its last answer is.
export async function room(now = false): Promise<Room> {
  const estimate = (await navigator.storage?.estimate?.()) ?? {};
  const [used, quota] = [estimate.usage ?? 0, estimate.quota ?? 0];
  if (now || tried === undefined || Date.now() - tried.at > FRESH_MS) {
    tried = { at: Date.now(), fits: await fits(PHOTOS_NEED, false) };
  }
  const low = !tried.fits || (quota > 0 && (quota - used < PHOTOS_NEED || used > 0.9 * quota));
  return { used, quota, low, kept: await navigator.storage?.persisted?.() };
}
