// Everything a person wrote, or one thing of it, without asking a server.
import type { JournalView } from '../generated/sejawat/v1/api_pb';
import { request } from './client';
import { ask, hex, people, type RecordView } from './cycle.svelte';
import { typedTexts } from './kept';
import { drafts } from './spool';
import { fromWire } from './wire';

const PAGE = 500;

const entryOut = (view: JournalView): unknown[] => (view.entry ? [{ ...fromWire(view.entry), trashed: view.trashed, versions: view.conflicts.map(({ element, field, values }) => ({ element, field, values })) }] : []);

const named = (values: { field: string; text: string }[]): Record<string, string> => Object.fromEntries(values.map(({ field, text }) => [field, text]));
const recordOut = (view: RecordView): unknown => ({
  id: hex(view.id),
  kind: view.kind,
  state: view.state,
  written: new Date(Number(view.begunMs)).toISOString(),
  values: named(view.content?.values ?? []),
  parts: (view.content?.parts ?? []).map((part) => ({ part: part.part, element: part.element, values: named(part.values) })),
  versions: view.versions.map(({ part, element, field, versions }) => ({ part, element, field, values: versions.map(({ text }) => text) })),
});

export async function one(kind: string, id: Uint8Array): Promise<unknown> {
  if (kind === 'journal_entry') return entryOut(await request({ case: 'journalShow', value: { id } }, 'entry'))[0];
  return recordOut(await ask({ case: 'recordShow', value: { id } }, 'record'));
}

export async function everything(): Promise<unknown> {
  const entries: unknown[] = [];
  const records: unknown[] = [];
  for (const trashed of [false, true]) {
    let after: Uint8Array = new Uint8Array(0);
    do {
      const page = await request({ case: 'journalList', value: { trashed, limit: PAGE, after } }, 'page');
      entries.push(...page.entries.flatMap(entryOut));
      after = page.next;
    } while (after.length > 0);
    do {
      const page = await ask({ case: 'recordList', value: { mine: true, trashed, limit: PAGE, after } }, 'records');
      for (const view of page.records) records.push(view.brief ? await one(view.kind, view.id) : recordOut(view));
      after = page.next;
    } while (after.length > 0);
  }
  let unreadDrafts = 0;
  const open = await drafts(() => void unreadDrafts++);
  return { entries, records, drafts: open, unreadDrafts, typed: await typedTexts() };
}

const base64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

// What is held back of one log, readable and sealed, in the form of `sejawat quarantine export`.
export async function late(log: Uint8Array): Promise<unknown> {
  const changes: unknown[] = [];
  const sealed: string[] = [];
  let unreadable = 0;
  for (const locked of [false, true]) {
    for (let offset = 0, total = 1; offset < total; ) {
      const page = await people({ case: 'quarantineShow', value: { log, offset, limit: PAGE, sealed: locked } }, 'lateWork');
      for (const change of page.changes) {
        changes.push({
          object: hex(change.id), type: change.kind, kind: change.what, written: Math.floor(Number(change.writtenMs) / 1000),
          fields: change.fields.map((field) => ({ element: field.element, field: field.field, value: field.removed ? null : field.text })),
        });
      }
      sealed.push(...page.sealed.map(base64url));
      ({ total } = page);
      unreadable = Number(page.unreadable);
      const got = page.changes.length + page.sealed.length;
      if (got === 0) break;
      offset += got;
    }
  }
  return { format: 'sejawat-quarantine-1', logs: [{ log: hex(log), unreadable, changes, sealed }] };
}
