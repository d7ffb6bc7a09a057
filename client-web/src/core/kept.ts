// What is typed into a form and not sent yet, sealed in the second store like a draft of the journal: a killed browser
// loses less than a second of it. `{@attach kept('name')}` on a form; the name says which form of which record.
import { read, remove, seal, typedName, typedNames, unseal, write } from './keep';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Sealed = Awaited<ReturnType<typeof seal>>;
const DELAY_MS = 300;
const fieldsOf = (form: HTMLFormElement): Field[] => [...form.querySelectorAll<Field>('textarea, input, select')];
const isTicked = (field: Field): field is HTMLInputElement => field instanceof HTMLInputElement && (field.type === 'radio' || field.type === 'checkbox');
// Choices that a form begins with are no words of anybody's.
const hasWords = (form: HTMLFormElement): boolean =>
  fieldsOf(form).some((field) => (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === 'text')) && field.value.trim() !== '');
const valueOf = (field: Field): string => (isTicked(field) ? (field.checked ? 'on' : '') : field.value);

function restore(form: HTMLFormElement, values: string[]): void {
  const fields = fieldsOf(form);
  // Another number of inputs is another form: an older version's, or with rows added.
  if (fields.length !== values.length) return;
  for (const [i, field] of fields.entries()) {
    const value = values[i] ?? '';
    if (valueOf(field) === value) continue;
    if (isTicked(field)) field.checked = value === 'on';
    else field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

// Whether something typed there waits for its form.
export const holds = async (name: string): Promise<boolean> => (await read<Sealed>('keep', typedName(name))) !== undefined;
// All of it, by the name of its form.
export async function typedTexts(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const name of await typedNames()) {
    const sealed = await read<Sealed>('keep', name);
    if (sealed !== undefined) found[name] = JSON.parse(new TextDecoder().decode(await unseal(sealed))) as string[];
  }
  return found;
}

export const forget = (name: string): Promise<void> => remove('keep', typedName(name));

// `held`: sending the form is not the end of it; `forget` is.
export const kept =
  (name: string, held = false) =>
  (form: HTMLFormElement): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let typed = false;
    let sent = false;
    let queue: Promise<void> = Promise.resolve();
    const flush = (): void => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      if (!hasWords(form)) {
        queue = queue.then(() => forget(name));
        return;
      }
      const bytes = new TextEncoder().encode(JSON.stringify(fieldsOf(form).map(valueOf)));
      queue = queue.then(async () => write('keep', typedName(name), await seal(bytes)));
    };
    const hear = (event: Event): void => {
      if (!event.isTrusted) return;
      [typed, sent] = [true, false];
      timer ??= setTimeout(flush, DELAY_MS);
    };
    const submitted = (): void => void (sent = true);
    form.addEventListener('input', hear);
    form.addEventListener('submit', submitted);
    document.addEventListener('visibilitychange', flush);
    addEventListener('pagehide', flush);
    void read<Sealed>('keep', typedName(name)).then(async (sealed) => {
      if (sealed === undefined || typed) return;
      restore(form, JSON.parse(new TextDecoder().decode(await unseal(sealed))) as string[]);
    });
    return () => {
      const taken = sent && !held && form.querySelector('[role=alert]') === null;
      if (taken) clearTimeout(timer);
      else flush();
      if (taken) queue = queue.then(() => forget(name));
      form.removeEventListener('input', hear);
      form.removeEventListener('submit', submitted);
      document.removeEventListener('visibilitychange', flush);
      removeEventListener('pagehide', flush);
    };
  };
