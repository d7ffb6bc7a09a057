// A module of the phone client as node can run it: types taken off, and what it imports put in.
import { createRequire } from 'node:module';

const root = new URL('../../client-web/', import.meta.url).pathname;
const require = createRequire(`${root}package.json`);

export async function load(file) {
  const { rolldown } = await import(require.resolve('rolldown'));
  const bundle = await rolldown({ input: `${root}src/core/${file}`, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'es' });
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}
