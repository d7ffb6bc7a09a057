// Where a screen begins: who hears the app instead of seeing it is taken there when the screen changes. Not by the first one,
// which is read out from the top, and not out of a field that the screen gives the focus to.
let screens = 0;

export function heading(title: HTMLElement): void {
  if (screens++ === 0) return;
  setTimeout(() => {
    if (document.activeElement?.closest('main')) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  });
}

// The field that somebody comes to a screen for.
export function begins(field: HTMLElement, wanted = true): void {
  if (wanted) field.focus();
}
