// An entry as the editor holds it: plain values, no protobuf, so that typing needs nothing but this.
export const DOMAINS = ['pupils', 'methods', 'teacher'] as const;
export type Domain = (typeof DOMAINS)[number];
export const TEXTS = ['happened', 'expected', 'gap'] as const;
export type Text = (typeof TEXTS)[number];

export interface EventText {
  element: number; // identity within the entry; 0: new
  domain: Domain;
  happened: string;
  expected: string;
  gap: string;
}
export interface Entry {
  id: string; // 16 hexadecimal digits
  date: string;
  className: string;
  subject: string;
  period: string;
  kind: string;
  trialId: string;
  mood: string;
  events: EventText[];
  tags: string[];
}

export const hex = (bytes: Uint8Array): string => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

// The day where the teacher is, not in Greenwich.
export function today(now = new Date()): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export function fresh(previous?: { className: string; subject: string }): Entry {
  return {
    id: hex(crypto.getRandomValues(new Uint8Array(8))),
    date: today(),
    className: previous?.className ?? '',
    subject: previous?.subject ?? '',
    period: '',
    kind: '',
    trialId: '',
    mood: '',
    events: DOMAINS.map((domain) => ({ element: 0, domain, happened: '', expected: '', gap: '' })),
    tags: [],
  };
}

// The editor shows one card for each domain, whichever of them the entry has.
export function withAllDomains(entry: Entry): Entry {
  const missing = DOMAINS.filter((domain) => !entry.events.some((event) => event.domain === domain));
  const added = missing.map((domain) => ({ element: 0, domain, happened: '', expected: '', gap: '' }));
  const order = (event: EventText): number => DOMAINS.indexOf(event.domain);
  return { ...entry, events: [...entry.events, ...added].sort((a, b) => order(a) - order(b)) };
}

export const isEmpty = (event: EventText): boolean => TEXTS.every((text) => event[text].trim() === '');
export const hasWords = (entry: Entry): boolean => entry.events.some((event) => !isEmpty(event));
// An event needs what happened. Words that stand only under "expected" or "gap" are not thrown away.
export const complete = (entry: Entry): boolean =>
  hasWords(entry) && entry.events.every((event) => isEmpty(event) || event.happened.trim() !== '');

// A whole text put on `there`, which an earlier one of it became: its events take the places of those of their domain.
export function written(mine: Entry, there: Entry): Entry {
  const free = [...there.events];
  const events = mine.events.map((event) => {
    const at = event.element === 0 ? free.findIndex(({ domain }) => domain === event.domain) : -1;
    return at < 0 ? event : { ...event, element: free.splice(at, 1)[0]?.element ?? 0 };
  });
  return merged(there, { ...mine, events: events.filter((event) => !isEmpty(event)) }, there);
}

// What this device changed since `base`, put on top of `current`: another device's changes stay.
export function merged(base: Entry, mine: Entry, current: Entry): Entry {
  const pick = <T>(was: T, now: T, there: T): T => (JSON.stringify(was) === JSON.stringify(now) ? there : now);
  const was = new Map(base.events.map((event) => [event.element, event]));
  const now = new Map(mine.events.filter((event) => event.element !== 0).map((event) => [event.element, event]));
  const kept = current.events.flatMap((there) => {
    const before = was.get(there.element);
    const here = now.get(there.element);
    if (before === undefined) return [there];
    if (here === undefined) return [];
    return [
      {
        element: there.element,
        domain: pick(before.domain, here.domain, there.domain),
        happened: pick(before.happened, here.happened, there.happened),
        expected: pick(before.expected, here.expected, there.expected),
        gap: pick(before.gap, here.gap, there.gap),
      },
    ];
  });
  // Taken away elsewhere while words were written into it here: the words win.
  const there = new Set(current.events.map((event) => event.element));
  const rescued = [...now.values()].filter(
    (event) => !there.has(event.element) && JSON.stringify(event) !== JSON.stringify(was.get(event.element)),
  );
  // An edit whose arrival nobody heard of is delivered again: what it added is there already, under ids of its own.
  const arrived = current.events.filter((event) => !was.has(event.element));
  const added = [...rescued, ...mine.events.filter((event) => event.element === 0 && !isEmpty(event))].filter((event) => {
    const same = arrived.findIndex((one) => one.domain === event.domain && TEXTS.every((text) => one[text] === event[text]));
    return same < 0 || arrived.splice(same, 1).length === 0;
  });
  return {
    id: mine.id,
    date: pick(base.date, mine.date, current.date),
    className: pick(base.className, mine.className, current.className),
    subject: pick(base.subject, mine.subject, current.subject),
    period: pick(base.period, mine.period, current.period),
    kind: pick(base.kind, mine.kind, current.kind),
    trialId: pick(base.trialId, mine.trialId, current.trialId),
    mood: pick(base.mood, mine.mood, current.mood),
    events: [...kept, ...added.map((event) => ({ ...event, element: 0 }))],
    tags: pick(base.tags, mine.tags, current.tags),
  };
}
