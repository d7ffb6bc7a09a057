// The cycle's side of the door: commands, the tables of kinds (describe), and loaders that read anew when records change.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { tick } from 'svelte';
import type { CycleReply, CycleRequestSchema, Field, Kind, Label, Part, RecordView } from '../generated/sejawat/v1/api_cycle_pb';
import type { Member, PeopleReply, PeopleRequestSchema } from '../generated/sejawat/v1/api_people_pb';
import { language, shortDate, t } from '../words/language.svelte';
import { app } from './app.svelte';
import { clashesIn, rebased, type Clash, type Fielded } from './clash';
import { CoreError, failureOf, on, request } from './client';
import { hex, unhex } from './entry';
import { forget, keepOn, still, typedIn } from './kept';

export { hex, unhex };
export type { Field, Kind, Member, Part, RecordView };
export type CycleCommand = NonNullable<MessageInitShape<typeof CycleRequestSchema>['command']>;
type PeopleCommand = NonNullable<MessageInitShape<typeof PeopleRequestSchema>['command']>;
type Cycled = CycleReply['result'];
type Peopled = PeopleReply['result'];
type ValueOf<R, C> = Extract<R, { case: C }> extends { value: infer V } ? V : never;

const BROKEN = 35;
const STOPPED = 34;

export async function ask<C extends NonNullable<Cycled['case']>>(command: CycleCommand, expected: C): Promise<ValueOf<Cycled, C>> {
  const utcOffsetMinutes = -new Date().getTimezoneOffset();
  const reply = await request({ case: 'cycle', value: { utcOffsetMinutes, command } }, 'cycle');
  if (reply.result.case !== expected) throw new CoreError(BROKEN, `expected ${expected}, got ${reply.result.case}`);
  return reply.result.value as ValueOf<Cycled, C>;
}
export async function people<C extends NonNullable<Peopled['case']>>(command: PeopleCommand, expected: C): Promise<ValueOf<Peopled, C>> {
  const reply = await request({ case: 'people', value: { command } }, 'people');
  if (reply.result.case !== expected) throw new CoreError(BROKEN, `expected ${expected}, got ${reply.result.case}`);
  return reply.result.value as ValueOf<Peopled, C>;
}

// --- Tables: what records are made of. The core's, asked for once; screens are built from them.

let tables = $state.raw<ReadonlyMap<string, Kind>>(new Map());
let asked: Promise<void> | undefined;
export function describe(): Promise<void> {
  asked ??= ask({ case: 'describe', value: {} }, 'kinds').then(
    async (all) => {
      tables = new Map(all.kinds.map((one) => [one.name, one]));
      await readSheets();
    },
    (error: unknown) => {
      asked = undefined;
      throw error;
    },
  );
  return asked;
}
// The small spaces of observed lessons are no circles that one shares with.
let sheets = $state.raw<ReadonlySet<string>>(new Set());
export async function readSheets(): Promise<RecordView[]> {
  const { records } = await ask({ case: 'recordList', value: { kind: 'observation', limit: 500 } }, 'records');
  const found = records.map((one) => hex(one.space));
  if (found.some((space) => !sheets.has(space))) sheets = new Set([...sheets, ...found]);
  return records;
}
on((told) => {
  if (told.case === 'changed' && tables.size > 0 && (told.value.all || told.value.records.some((one) => one.kind === 'observation'))) void readSheets().catch(() => undefined);
});
export const kindOf = (name: string): Kind | undefined => tables.get(name);
export const said = (label: Label | undefined): string => (language() === 'id' ? label?.indonesian : label?.english) ?? '';
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const named = (label: Label | undefined): string => capital(said(label));
export const stateName = (kind: string, state: string): string =>
  said(kindOf(kind)?.states.find((one) => one.name === state)?.label);
export const kindName = (kind: string): string => named(kindOf(kind)?.label);
// A field of the record, or of one of its parts.
export function fieldOf(kind: string, name: string, part = ''): Field | undefined {
  const table = kindOf(kind);
  const fields = part === '' ? table?.fields : table?.parts.find((one) => one.name === part)?.fields;
  return fields?.find((one) => one.name === name);
}
export const choiceName = (kind: string, field: string, choice: string, part = ''): string =>
  said(fieldOf(kind, field, part)?.choices.find((one) => one.name === choice)?.label) || choice;

// As people read it, whatever the core writes for it.
export function shownValue(kind: string, field: string, raw: string, persons: Member[], part = ''): string {
  const type = raw === '' ? '' : fieldOf(kind, field, part)?.type;
  if (type === 'choice') return capital(choiceName(kind, field, raw, part));
  if (type === 'yes_no') return t(raw === 'yes' ? 'yes' : 'notSo');
  if (type === 'person') return persons.find((one) => hex(one.person) === raw)?.name || t('nameComing');
  return /^\d{4}-\d\d-\d\d$/.test(raw) ? shortDate(raw) : raw;
}

// --- Records

export const value = (view: RecordView | undefined, field: string): string =>
  view?.content?.values.find((one) => one.field === field)?.text ?? '';
export const partsOf = (view: RecordView | undefined, part: string): Part[] =>
  view?.content?.parts.filter((one) => one.part === part) ?? [];
export const valueIn = (part: Part, field: string): string => part.values.find((one) => one.field === field)?.text ?? '';
export type Values = Record<string, string>;
export const valuesOf = (view: RecordView | undefined): Values =>
  Object.fromEntries((view?.content?.values ?? []).map((one) => [one.field, one.text]));
export const listed = (values: Values) => Object.entries(values).map(([field, text]) => ({ field, text }));
// Only what differs from `before` is written: another device's change of another field stays.
export function content(values: Values, before: Values = {}) {
  return { values: listed(values).filter(({ field, text }) => text.trim() !== (before[field] ?? '')).map(({ field, text }) => ({ field, text: text.trim() })) };
}
// Parts while a person changes them: a row each, with what it was when that began; 0 is the element of a new one.
export interface Row { element: number; values: Values; before: Values }
export const row = (): Row => ({ element: 0, values: {}, before: {} });
export const rowsOf = (view: RecordView | undefined, name: string): Row[] =>
  partsOf(view, name).map(({ element, values }) => {
    const before = Object.fromEntries(values.map(({ field, text }) => [field, text]));
    return { element, values: { ...before }, before };
  });
// Whether a row needs its key: a new one into which something was written.
export const begun = ({ element, values }: Row): boolean => element === 0 && Object.values(values).some((text) => text?.trim());
// What differs in them. A new one without its key is none; one that lost it is taken away.
export const written = (part: string, rows: Row[], key: string) =>
  rows.map(({ element, values, before }) => ({ part, element, ...content(values, before), remove: !values[key]?.trim() }))
    .filter(({ element, values, remove }) => values.length > 0 && (element !== 0 || !remove));
export const show = (id: string): Promise<RecordView> => ask({ case: 'recordShow', value: { id: unhex(id) } }, 'record');

// --- Places: the spaces that one writes in with others; the school first.

const PERSONAL = 1;
const SCHOOL = 3;
export const shared = () =>
  (app.status?.spaces ?? [])
    .filter((space) => space.kind !== PERSONAL && space.member && space.currentKey && !sheets.has(hex(space.id)))
    .sort((a, b) => Number(b.kind === SCHOOL) - Number(a.kind === SCHOOL));
export const personal = () => app.status?.spaces.find((space) => space.kind === PERSONAL);
export const spaceName = (id: Uint8Array): string => app.status?.spaces.find((space) => hex(space.id) === hex(id))?.name ?? '';
let chosen = $state<string | undefined>(undefined);
export const place = () => shared().find((space) => hex(space.id) === chosen) ?? shared()[0];
export const setPlace = (id: string): void => void (chosen = id);
export const isPersonal = (view: RecordView): boolean => hex(view.space) === hex(personal()?.id ?? new Uint8Array());
export const members = async (space: Uint8Array): Promise<Member[]> => (await people({ case: 'members', value: { space } }, 'members')).members;

// --- Reading for a screen

export class Live<T> {
  value = $state.raw<T | undefined>(undefined);
  problem = $state<number | undefined>(undefined);
}
// Called while a component is set up. Reads at once and whenever a record changed, or what `load` looks at before its
// first await; an answer that was overtaken by a newer one is dropped.
export function live<T>(load: () => Promise<T>): Live<T> {
  const box = new Live<T>();
  let newest = 0;
  $effect(() => {
    void app.records;
    const mine = ++newest;
    void Promise.all([load(), describe()]).then(
      ([value]) => {
        if (mine !== newest) return;
        box.value = value;
        box.problem = undefined;
      },
      (error: unknown) => {
        if (mine === newest) box.problem = failureOf(error);
      },
    );
  });
  return box;
}

// One thing that a person does at a time: busy, and the code when the core did not take it. `false` from `act`: nothing was
// done yet. What was typed into `form` is forgotten once it is done; that this did not succeed undoes nothing.
export class Doing {
  busy = $state(false);
  problem = $state<number | undefined>(undefined);
  async run(act: () => Promise<unknown>, form?: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    const ended = form === undefined ? undefined : still(form);
    try {
      if ((await act()) === false) return false;
      if (form) await forget(form).catch(() => undefined);
      return true;
    } catch (error) {
      this.problem = failureOf(error);
      return false;
    } finally {
      this.busy = false;
      // Its button can have the focus again.
      if (ended) void tick().then(ended);
    }
  }
}

// Of a record that others change, too.
export class Careful extends Doing {
  clashes = $state.raw<Clash[]>([]);
  protected seen = new Set<string>();
  // Whether there are words of others that this person has not seen; they are shown (Meanwhile).
  async unseen(id: Uint8Array, rows: Fielded[]): Promise<boolean> {
    this.clashes = clashesIn(await ask({ case: 'recordShow', value: { id } }, 'record'), rows, this.seen);
    return this.clashes.length > 0;
  }
}

// A record's fields while a person changes them on its screen; `form` is what they are kept under.
export class Changing extends Careful {
  open = $state(false);
  draft = $state<{ values: Values; before: Values }>({ values: {}, before: {} });
  form = $state('');
  whole = (): object => this.draft;
  async begin(view: RecordView, form: string): Promise<void> {
    const now = valuesOf(view);
    const { values = {}, before = {} } = await typedIn<Partial<typeof this.draft>>(form, () => ({}));
    this.draft = rebased({ values, before }, now);
    this.clashes = [];
    this.form = form;
    this.open = true;
  }
  async save(event: SubmitEvent, id: Uint8Array): Promise<void> {
    event.preventDefault();
    // By the time of an answer another form may be open.
    const { draft, form } = this;
    const act = async (): Promise<unknown> => {
      if (!(await this.unseen(id, [draft]))) return ask({ case: 'recordChange', value: { id, content: content(draft.values, draft.before) } }, 'record');
      if (this.form === form) return false;
      // Nobody saw them: they are shown when this one is saved again.
      this.clashes = [];
      this.seen.clear();
      throw new CoreError(STOPPED);
    };
    if ((await this.run(act, form)) && this.form === form) this.open = false;
  }
}

// One text after another into a list: at the tap it leaves the form, which takes the next one; what the core refuses comes
// back in front of that.
export class Adding extends Doing {
  text = $state('');
  with = $state<Values>({});
  private going = '';
  // As it is by the time that it is written down.
  whole = (): { text: string; with: Values } => {
    const now = (): string => lines(this.going, this.text);
    return { get text() { return now(); }, with: this.with };
  };
  async begin(form: string): Promise<void> {
    const held = await typedIn<Partial<ReturnType<typeof this.whole>>>(form, () => ({}));
    this.text = held.text ?? '';
    this.with = held.with ?? this.with;
  }
  async send(form: string, act: (text: string) => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    const going = this.text.trim();
    this.going = going;
    this.text = '';
    const done = await this.run(() => act(going));
    this.going = '';
    if (!done) this.text = lines(going, this.text);
    else await (this.text ? keepOn(form, this.whole()) : forget(form)).catch(() => undefined);
    return done;
  }
}
const lines = (...texts: string[]): string => texts.filter(Boolean).join('\n');

