// Room on the phone. Text always goes before photos: below the first line no photo is taken in any more.
export interface Room {
  used: number;
  quota: number;
  low: boolean; // photos wait
  kept: boolean | undefined; // whether the browser promised to keep it all
}
const PHOTOS_NEED = 50e6;

export async function room(): Promise<Room> {
  const estimate = (await navigator.storage?.estimate?.()) ?? {};
  const [used, quota] = [estimate.usage ?? 0, estimate.quota ?? 0];
  const low = quota > 0 && (quota - used < PHOTOS_NEED || used > 0.9 * quota);
  return { used, quota, low, kept: await navigator.storage?.persisted?.() };
}
