// How the last syncs ended, kept over restarts: what a teacher shows the person who helps. Never what was written.
import { read, write } from './keep';

export interface Ended {
  at: number;
  code: number;
  sent: number;
  received: number;
}
const MOST = 100;

export const endings = async (): Promise<Ended[]> => (await read<Ended[]>('keep', 'endings')) ?? [];
export async function keepEnding(ended: Ended): Promise<void> {
  await write('keep', 'endings', [ended, ...(await endings())].slice(0, MOST));
}
