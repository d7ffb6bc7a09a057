// Which of the people on this device this page is for. Each has files, a second store, a lock and a channel of their
// own, named after a random id; the first one's is empty. Fixed while the page lives: another person is a reload.
const NAME = 'sejawat-account';
export const NOBODY = '?'; // signed out: the page asks who is there

function stored(): string {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? '';
  } catch {
    return '';
  }
}
// A Worker has its page's account as its name.
export const ACCOUNT = typeof document === 'undefined' ? self.name : stored();

export const own = (name: string): string => (ACCOUNT === '' ? name : `${name}-${ACCOUNT}`);

// The next page is somebody else's, or nobody's; this one stays whose it is. An invitation is for whoever comes in.
export function choose(id: string): void {
  sessionStorage.setItem(NAME, id);
  localStorage.setItem(NAME, id);
  history.replaceState(null, '', location.pathname + (/^#\/gabung\/./.test(location.hash) ? location.hash : ''));
}
export function become(id: string): void {
  choose(id);
  location.reload();
}
