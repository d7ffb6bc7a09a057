// A field that is nearly full says so: what is pasted beyond its end is cut off by the browser without a word.
import { amount, t } from '../words/language.svelte';

const NEAR = 0.1;
const notes = new WeakMap<Element, HTMLElement>();

function look({ target: field }: Event): void {
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) || field.maxLength < 0) return;
  const left = field.maxLength - field.value.length;
  const note = notes.get(field) ?? document.createElement('span');
  if (left > field.maxLength * NEAR) return note.remove();
  notes.set(field, note);
  note.className = 'soft';
  note.setAttribute('role', 'status');
  note.textContent = left > 0 ? `${t('lettersLeft')} ${amount(left)}` : `${amount(field.maxLength)} ${t('lettersFull')}`;
  field.after(note);
}
export const watchLengths = (): void => document.addEventListener('input', look);
