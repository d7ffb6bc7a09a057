// Where a record is opened: on the screen made for its kind, else on the one that shows any.
const paths: Record<string, string> = {
  journal_entry: 'catatan', problem: 'masalah', alternative: 'alternatif', trial: 'ujicoba', support_request: 'dukungan',
  weekly_discussion: 'pekan', practice: 'praktik', observation: 'observasi',
};
export const hasScreen = (kind: string): boolean => paths[kind] !== undefined;
export const pathOf = (kind: string, id: string): string => `#/${paths[kind] ?? 'rekaman'}/${id}`;
