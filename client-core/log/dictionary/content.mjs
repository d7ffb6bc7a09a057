// The raw content of the dictionary. zstd reaches its end with the shortest offsets, so what is worth most comes last.
import { common, frames, general, prose, rootForms, slots, words } from './phrases.mjs';

const SEPARATOR = '\x1f';

/** Every frame once and every filling of every slot once at least, woven into plain sentences. */
export function coveringSentences() {
  const next = new Map([...slots.keys()].map((name) => [name, 0]));
  const fill = (frame) => frame.replace(/\{(\w+)\}/g, (_, name) => {
    const list = slots.get(name);
    const index = next.get(name);
    next.set(name, index + 1);
    return index < list.length ? list[index] : '';
  });
  const sentences = [...frames].filter(([title]) => title.includes('.') || title === 'expected' || title === 'gap')
    .flatMap(([, list]) => list.map(fill));
  const rest = [...slots].flatMap(([name, list]) => list.slice(next.get(name)));
  return [...rest, ...sentences].map((s) => s.replace(/ +/g, ' ').replace(/ ([.,])/g, '$1').trim());
}

export function content() {
  const body = [...prose, ...coveringSentences()].join(SEPARATOR);
  const tail = [...frames.get('mood'), ...frames.get('tags'), ...common].join(' ');
  const single = new Set([...general, ...rootForms.flat(), ...words]);
  const missing = [...single].filter((word) => !body.includes(` ${word}`));
  return Buffer.from([` ${missing.join(' ')}`, body, tail].join(SEPARATOR), 'utf8');
}
