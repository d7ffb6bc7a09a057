// How this device shows things and what it spends; of the device, not of the person.
export type Size = 100 | 125 | 150 | 200;
const NAME = 'sejawat-settings';

function stored(): { size?: Size; saving?: boolean } {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? '{}') as { size?: Size; saving?: boolean };
  } catch {
    return {};
  }
}

class Settings {
  size = $state<Size>(stored().size ?? 100);
  // Photos and voice notes wait until somebody taps; text is never held back.
  saving = $state(stored().saving ?? false);

  setSize(size: Size): void {
    this.size = size;
    this.apply();
  }
  setSaving(saving: boolean): void {
    this.saving = saving;
    this.apply();
  }
  apply(): void {
    document.documentElement.dataset.size = String(this.size);
    if (this.size !== (stored().size ?? 100) || this.saving !== (stored().saving ?? false)) {
      localStorage.setItem(NAME, JSON.stringify({ size: this.size, saving: this.saving }));
    }
  }
}
export const settings = new Settings();
