// How many days nothing has come through to the school: since the oldest change that waits was written, or since the last
// sync there, whichever is later. The clock decides nothing; it is only shown.
import type { Status } from '../generated/sejawat/v1/api_pb';

const DAY_MS = 86_400_000;
export const AMBER_DAYS = 7;
export const RED_DAYS = 14;

export function daysUnsent(status: Status | undefined, now = Date.now()): number {
  const home = status?.carriers[0];
  if (status === undefined || home === undefined || status.pending === 0n || status.oldestUnsentMs === 0n) return 0;
  const since = Math.max(Number(status.oldestUnsentMs), Number(home.lastSyncMs));
  return Math.max(0, Math.floor((now - since) / DAY_MS));
}
