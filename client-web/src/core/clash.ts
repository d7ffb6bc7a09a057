// What somebody else wrote into a field since this person began to change it, too. The core would put the later words in
// the place of the earlier ones, so whoever saves reads those first.
import { partsOf, value, valueIn, type RecordView, type Row } from './cycle.svelte';

// The record's own fields are a row without a part.
export interface Fielded extends Omit<Row, 'element'> { element?: number; part?: string }
export interface Clash { row: Fielded; part: string; field: string; theirs: string }

export function clashesIn(view: RecordView, rows: Fielded[], seen: Set<string>): Clash[] {
  const found: Clash[] = [];
  for (const row of rows) {
    const { part = '', element = 0, values, before } = row;
    for (const [field, text] of Object.entries(values)) {
      const [mine, was] = [text.trim(), before[field] ?? ''];
      const held = partsOf(view, part).find((one) => one.element === element);
      // A row of one's own, or one that was taken away.
      if (mine === was || (part !== '' && held === undefined)) continue;
      const torn = view.versions.find((one) => !one.merged && one.part === part && one.element === element && one.field === field)?.versions.map((one) => one.text);
      for (const theirs of torn ?? [held ? valueIn(held, field) : value(view, field)]) {
        const key = [part, element, field, theirs].join('\n');
        if (theirs === mine || theirs === was || seen.has(key)) continue;
        seen.add(key);
        found.push({ row, part, field, theirs });
      }
    }
  }
  return found;
}

// What was begun on an earlier day, on what stands there now: only what this person changed is still theirs.
export function rebased<T extends Fielded>(kept: T, now: Record<string, string>): T {
  const mine = Object.entries(kept.values).filter(([field, text]) => text.trim() !== (kept.before[field] ?? ''));
  const before = { ...now, ...Object.fromEntries(mine.map(([field]) => [field, kept.before[field] ?? ''])) };
  return { ...kept, before, values: { ...now, ...Object.fromEntries(mine) } };
}
