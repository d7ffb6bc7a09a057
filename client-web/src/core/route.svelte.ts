// The address after #: what the back button of a phone expects.
import { decoded } from './codes';

const parse = (): string[] => location.hash.replace(/^#\/?/, '').split('/').map(decoded);
const current = $state({ path: parse() });
addEventListener('hashchange', () => (current.path = parse()));

export const route = (): string[] => current.path;
export function go(...path: string[]): void {
  location.hash = `#/${path.map(encodeURIComponent).join('/')}`;
}
// In place of the present one, so that "back" does not return to a form that is done.
export function replace(...path: string[]): void {
  history.replaceState(null, '', `#/${path.map(encodeURIComponent).join('/')}`);
  current.path = parse();
}
