// What somebody agreed to when they came in: which text, and when. Of this device; the text is parts/Consent.svelte.
import { read, write } from './keep';

export interface Consent {
  version: number;
  at: number;
}
const VERSION = 2;
export const agree = (): Promise<void> => write('keep', 'consent', { version: VERSION, at: Date.now() });
export const agreed = (): Promise<Consent | undefined> => read<Consent>('keep', 'consent');
