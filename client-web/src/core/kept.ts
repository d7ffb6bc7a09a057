// What is typed into a form and not sent yet, sealed in the second store like a draft of the journal: a killed browser
// loses less than a second of it. `{@attach kept('name')}` on a form; the name says which form of which record. It is a
// string of its own ($derived), not made out of what is read anew: the form is attached again when that changes. Leaving a
// form is not the end of its words: that is `forget`, once the core took them (Doing.run).
import { t } from '../words/language.svelte';
import { read, remove, seal, typedName, typedNames, unseal, write } from './keep';
import { AGAIN_MS, DELAY_MS, inLine, roomFor } from './spool';
import { setUnsaved } from './unsaved.svelte';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Typed = Record<string, string>;
const isTicked = (field: Field): field is HTMLInputElement => field.type === 'radio' || field.type === 'checkbox';
// Choices that a form begins with are no words of anybody's.
const hasWords = (field?: Field): boolean => field !== undefined && ['textarea', 'text', 'number'].includes(field.type) && field.value.trim() !== '';
const valueOf = (field: Field): string => (isTicked(field) ? (field.checked ? 'on' : '') : field.value);

// Each by its name, and as which of that name it stands there: a form may have got or lost others since.
function fieldsOf(form: HTMLElement): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const field of form.querySelectorAll<Field>('textarea, input, select')) {
    // What ties the buttons of one choice together begins with something of this page's own (Fields).
    const name = field.type === 'radio' ? field.name.replace(/.*-/, '') + field.value : field.name;
    let nth = 0;
    while (fields.has(`${name} ${nth}`)) nth += 1;
    fields.set(`${name} ${nth}`, field);
  }
  return fields;
}

// What found no room yet, by its name in the store and as it is to stand there: nothing that stands there is newer. It is
// tried again, with or without its form.
const unkept = new Map<string, string>();
let again: ReturnType<typeof setTimeout> | undefined;
async function put(name: string, text: string): Promise<void> {
  try {
    await roomFor(async () => write('keep', name, await seal(new TextEncoder().encode(text))));
    unkept.delete(name);
  } catch (error) {
    unkept.set(name, text);
    again ??= setTimeout(retry, AGAIN_MS);
    throw error;
  } finally {
    setUnsaved(unkept, unkept.size > 0);
  }
}
function retry(): void {
  again = undefined;
  for (const [name, text] of unkept) void inLine(async () => unkept.get(name) === text && put(name, text)).catch(() => undefined);
}
async function drop(name: string): Promise<void> {
  unkept.delete(name);
  setUnsaved(unkept, unkept.size > 0);
  await remove('keep', name);
}

async function opened<T>(name: string): Promise<T | undefined> {
  const text = unkept.get(name);
  if (text !== undefined) return JSON.parse(text) as T;
  const sealed = await read<Awaited<ReturnType<typeof seal>>>('keep', name);
  return sealed && (JSON.parse(new TextDecoder().decode(await unseal(sealed))) as T);
}
// What a form that keeps a state begins with: what waits for it, or what it would be without.
export const typedIn = <T extends object>(name: string, fresh: () => T): Promise<T> => inLine(async () => (await opened<T>(typedName(name))) ?? fresh());
export const holds = (name: string): Promise<boolean> => inLine(async () => unkept.has(typedName(name)) || (await read('keep', typedName(name))) !== undefined);
// All of it, by the name of its form.
export async function typedTexts(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of new Set([...(await typedNames()), ...unkept.keys()])) found[name] = await opened(name).catch(() => '');
  return found;
}

export const discard = (typed: string): Promise<void> => inLine(() => drop(typed));
export function forget(name: string): Promise<void> {
  forms.get(name)?.end();
  return discard(typedName(name));
}
// What is left of a form of which a part was sent.
export const keepOn = (name: string, whole: object): Promise<void> => inLine(() => put(typedName(name), JSON.stringify(whole)));

// By their names, with what ends a write that they still wait for.
const forms = new Map<string, { form: HTMLElement; end: () => void }>();
// While the core takes what stands in a form nobody types into it what would go when it closes. Gives its end.
export function still(name: string): () => void {
  const form = forms.get(name)?.form;
  const at = document.activeElement;
  const typing = form?.contains(at) && at instanceof HTMLElement ? at : undefined;
  typing?.blur();
  form?.setAttribute('inert', '');
  return () => {
    form?.removeAttribute('inert');
    if (document.activeElement === document.body) typing?.focus({ preventScroll: true });
  };
}

// `state`: what to keep of a form whose fields come and go; whoever shows it reads it first (`typedIn`), and builds the
// form from that.
export const kept =
  (name: string, state?: () => object) =>
  (form: HTMLElement): (() => void) => {
    const note = document.createElement('p');
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // As it was at the last keystroke: when a form goes its state may be another form's already.
    let whole: object | undefined;
    // By this person: what they did not touch comes back as it is by then, not as it was.
    const touched = new Set<unknown>();
    // With what found no field to go back to: no newer copy is without it.
    const typed: Typed = {};
    let stops = 0;
    const stop = (): void => {
      stops += 1;
      clearTimeout(timer);
      timer = undefined;
    };
    const flush = (): void => {
      if (timer === undefined) return;
      stop();
      const mine = stops;
      const now = whole;
      const keep = async (): Promise<void> => {
        const fields = fieldsOf(form);
        for (const [key, field] of fields) if (touched.has(field)) typed[key] = valueOf(field);
        // A tick or a choice alone is no writing that anybody would miss.
        const words = Object.entries(typed).some(([key, text]) => text.trim() !== '' && (fields.has(key) ? hasWords(fields.get(key)) : text !== 'on'));
        if (now ?? (!state && words)) await put(typedName(name), JSON.stringify(now ?? typed));
        else await roomFor(() => drop(typedName(name)));
      };
      inLine(keep).then(
        () => note.remove(),
        () => {
          // Forgotten meanwhile, or tried anew.
          if (!form.isConnected || mine !== stops) return;
          note.className = 'note bad';
          note.setAttribute('role', 'alert');
          note.textContent = t('draftFailed');
          form.append(note);
          timer ??= setTimeout(flush, AGAIN_MS);
        },
      );
    };
    const hear = (event: Event): void => {
      if (!event.isTrusted) return;
      touched.add(event.target);
      if (state) whole = [...fieldsOf(form).values()].some(hasWords) ? state() : undefined;
      timer ??= setTimeout(flush, DELAY_MS);
    };
    const restore = async (): Promise<void> => {
      Object.assign(typed, await opened<Typed>(typedName(name)));
      const fields = fieldsOf(form);
      for (const [key, value] of Object.entries(typed)) {
        const field = fields.get(key);
        // Somebody was faster than the store: theirs counts, and what they wrote before stands in front of it.
        const newer = touched.has(field);
        if (field === undefined || valueOf(field) === value || (newer && (field.type !== 'textarea' || field.value.startsWith(value)))) continue;
        if (isTicked(field)) field.checked = value === 'on';
        else field.value = newer ? `${value} ${field.value}` : value;
        for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      }
    };
    forms.set(name, { form, end: () => (stop(), note.remove()) });
    form.addEventListener('input', hear, ended);
    // Before it is forgotten, also where no tap sends it.
    form.addEventListener('submit', flush, ended);
    // Before whatever a tap does.
    document.addEventListener('click', flush, { capture: true, signal: ended.signal });
    document.addEventListener('visibilitychange', flush, ended);
    addEventListener('pagehide', flush, ended);
    if (state === undefined) void inLine(restore);
    return () => {
      note.remove();
      flush();
      ended.abort();
      if (forms.get(name)?.form === form) forms.delete(name);
    };
  };
