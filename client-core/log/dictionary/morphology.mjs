// Indonesian affixes: turns "root codes" lines of phrases.roots.txt into word forms.

const PREFIXES = ['mp', 'dp', 'm', 'd', 'b', 't', 'p', 'e', 'r', 's'];
const SUFFIXES = { k: 'kan', i: 'i', a: 'an', n: 'nya' };
const VOWELS = 'aeiou';

function nasal(root, stem) {
  const first = root[0];
  if (root.length <= 3 && !VOWELS.includes(root[root.length - 1])) return `${stem}nge${root}`;
  if (VOWELS.includes(first) || 'gh'.includes(first)) return `${stem}ng${root}`;
  if (first === 'k') return `${stem}ng${root.slice(1)}`;
  if (first === 'p') return `${stem}m${root.slice(1)}`;
  if (first === 't') return `${stem}n${root.slice(1)}`;
  if (first === 's') return `${stem}ny${root.slice(1)}`;
  if (first === 'b') return `${stem}m${root}`;
  if ('cdj'.includes(first)) return `${stem}n${root}`;
  return stem + root;
}

function prefixed(prefix, root) {
  switch (prefix) {
    case 'm': return nasal(root, 'me');
    case 'p': return nasal(root, 'pe');
    case 'mp': return `memper${root}`;
    case 'dp': return `diper${root}`;
    case 'd': return `di${root}`;
    case 'b': return root === 'ajar' ? 'belajar' : `be${root[0] === 'r' ? '' : 'r'}${root}`;
    case 't': return `te${root[0] === 'r' ? '' : 'r'}${root}`;
    case 'e': return `ke${root}`;
    case 'r': return `pe${root[0] === 'r' ? '' : 'r'}${root}`;
    case 's': return `se${root}`;
    default: return root;
  }
}

function form(root, code) {
  const prefix = PREFIXES.find((p) => code.startsWith(p)) ?? '';
  const suffixes = [...code.slice(prefix.length)].map((c) => SUFFIXES[c]);
  if (suffixes.includes(undefined)) throw new Error(`unknown affix code "${code}" at root "${root}"`);
  return prefixed(prefix, root) + suffixes.join('');
}

/** All forms of one "root code code ..." line, the bare root first. */
export function forms(line) {
  const [root, ...codes] = line.split(' ');
  return [root, ...codes.map((code) => form(root, code))];
}
