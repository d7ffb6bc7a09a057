// Between the editor's entry and the core's.
import type { JournalEntry } from '../generated/sejawat/v1/api_pb';
import { DOMAINS, hex, isEmpty, unhex, type Entry } from './entry';

export function toWire(entry: Entry) {
  return {
    id: unhex(entry.id),
    date: entry.date,
    className: entry.className,
    subject: entry.subject,
    period: entry.period,
    kind: entry.kind,
    trialId: entry.trialId,
    mood: entry.mood,
    events: entry.events
      .filter((event) => !isEmpty(event))
      .map((event) => ({ ...event, domain: DOMAINS.indexOf(event.domain) + 1 })),
    tags: entry.tags,
  };
}

export function fromWire(entry: JournalEntry): Entry {
  return {
    id: hex(entry.id),
    date: entry.date,
    className: entry.className,
    subject: entry.subject,
    period: entry.period,
    kind: entry.kind,
    trialId: entry.trialId,
    mood: entry.mood,
    events: entry.events.map((event) => ({
      element: event.element,
      domain: DOMAINS[event.domain - 1] ?? 'pupils',
      happened: event.happened,
      expected: event.expected,
      gap: event.gap,
    })),
    tags: [...entry.tags],
  };
}
