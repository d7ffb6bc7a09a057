// How the last syncs ended, kept over restarts: what a teacher shows the person who helps. Never what was written.
import { read, write } from './keep';

export interface Ended {
  at: number;
  code: number;
  sent: number;
  received: number;
  refused?: number; // since the versions that count them
}
const MOST = 100;

export const endings = async (): Promise<Ended[]> => (await read<Ended[]>('keep', 'endings')) ?? [];
// One after another: two that end together are both kept.
let queue: Promise<void> = Promise.resolve();
export const keepEnding = (ended: Ended): Promise<void> =>
  (queue = queue.catch(() => undefined).then(async () => write('keep', 'endings', [ended, ...(await endings())].slice(0, MOST))));
