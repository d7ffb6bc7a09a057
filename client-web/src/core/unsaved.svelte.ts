// Words that are on no disk yet, by whoever holds them. While there are any the page does not lock itself, and asks before
// it goes.
const holders = new Set<object>();
const any = $state({ yes: false });
const ask = (event: BeforeUnloadEvent): void => {
  event.preventDefault();
  // Chrome before 119 hears only this.
  event.returnValue = '';
};

export const unsaved = (): boolean => any.yes;
export function setUnsaved(holder: object, yes: boolean): void {
  if (yes) holders.add(holder);
  else holders.delete(holder);
  any.yes = holders.size > 0;
  if (any.yes) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}
