// Hands a file to the person: readable by anybody who holds it.
const HELD_MS = 10_000;

export function download(name: string, what: unknown): void {
  const file = new Blob([JSON.stringify(what, null, 1)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}
