import { sentence } from './errors';
import { words, type Word } from './words';

export type { Word };

const NAME = 'sejawat-language';
const stored = (): string | null => {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
};
const current = $state<{ index: 0 | 1 }>({ index: stored() === 'en' ? 1 : 0 });

export const language = (): 'id' | 'en' => (current.index === 0 ? 'id' : 'en');
export function setLanguage(to: 'id' | 'en'): void {
  current.index = to === 'id' ? 0 : 1;
  document.documentElement.lang = to;
  localStorage.setItem(NAME, to);
}
export const t = (word: Word): string => words[word][current.index];
export const explain = (code: number): string => sentence(code, current.index);

const locale = (): string => (current.index === 0 ? 'id-ID' : 'en-GB');
export const amount = (number: number): string => number.toLocaleString(locale(), { maximumFractionDigits: 1 });
export const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1024)} KB` : bytes < 1e9 ? `${amount(bytes / 1e6)} MB` : `${amount(bytes / 1e9)} GB`;
export const longDate = (date: string): string =>
  new Date(`${date}T12:00:00`).toLocaleDateString(locale(), { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
export const shortDate = (date: string): string =>
  new Date(`${date}T12:00:00`).toLocaleDateString(locale(), { day: 'numeric', month: 'long', year: 'numeric' });
export const weekday = (date: string): string =>
  new Date(`${date}T12:00:00`).toLocaleDateString(locale(), { weekday: 'long', day: 'numeric', month: 'short' });
export const day = (at: number): string => new Date(at).toLocaleDateString(locale(), { day: 'numeric', month: 'long' });
export const clock = (at: number): string =>
  new Date(at).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' });
export const moment = (at: number): string => new Date(at).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' });
