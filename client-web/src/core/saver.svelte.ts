// What a sync may carry now. Text always; photos and voice notes not while they would cost somebody's quota. Where the
// browser does not tell what kind of line there is, only the person can: "send photos now".
import { SyncMedia } from '../generated/sejawat/v1/api_pb';
import { settings } from './settings.svelte';

interface Connection extends EventTarget {
  type?: string;
  saveData?: boolean;
}
const connection = (navigator as { connection?: Connection }).connection;
const FREE = ['wifi', 'ethernet'];

class Line {
  type = $state(connection?.type);
  saving = $state(connection?.saveData === true);
}
const line = new Line();

export const mediaPaused = (): boolean => (settings.saving || line.saving) && !FREE.includes(line.type ?? '');
// What somebody asked for comes either way.
export const carried = (): SyncMedia => (mediaPaused() ? SyncMedia.MEDIA_ASKED : SyncMedia.MEDIA_ALL);

// `act` hears when what may be carried became another.
export function onLineChange(act: () => void): void {
  connection?.addEventListener('change', () => {
    const before = mediaPaused();
    line.type = connection.type;
    line.saving = connection.saveData === true;
    if (mediaPaused() !== before) act();
  });
}
