// An entry as the bytes that go into a segment, near enough: its fields one after the other, one byte between them.
// The numbers of an op (ids, dots, times) are not in here; measure.mjs counts them apart.
const END = '\x1f';
const DOMAIN = { pupils: '\x01', methods: '\x02', teacher: '\x03' };

export function entryBytes({ class: name, subject, events, mood = '', tags = [] }) {
  const fields = [name, subject];
  for (const { domain, happened, expected, gap } of events) {
    fields.push(DOMAIN[domain] + happened, ...[expected, gap].filter(Boolean));
  }
  return Buffer.from([...fields, mood, ...tags].join(END), 'utf8');
}
