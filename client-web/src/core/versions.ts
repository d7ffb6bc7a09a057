// Two versions of one text, put together for somebody to go over.
const paragraphs = (text: string): string[] => text.split(/\n{2,}/).map((one) => one.trim()).filter((one) => one !== '');

// Every paragraph of both, those that they share once, in the order of both (by their longest common run).
export function together(a: string, b: string): string {
  const [left, right] = [paragraphs(a), paragraphs(b)];
  const length = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; --i) {
    for (let j = right.length - 1; j >= 0; --j) {
      const row = length[i];
      if (row) row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      all.push(left[i] ?? '');
      [i, j] = [i + 1, j + 1];
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      all.push(left[i++] ?? '');
    } else {
      all.push(right[j++] ?? '');
    }
  }
  return all.join('\n\n');
}

// Both as they are, one after the other.
export const both = (texts: string[], prose: boolean): string => texts.filter((text) => text.trim() !== '').join(prose ? '\n\n' : ' / ');
