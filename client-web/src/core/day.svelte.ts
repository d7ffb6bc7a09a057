// The day where the teacher is, also for a page that stays open over midnight.
import { today } from './entry';

const LOOK_MS = 60_000;
const now = $state({ day: today() });
const look = (): void => void (now.day = today());
document.addEventListener('visibilitychange', look);
setInterval(look, LOOK_MS);

export const day = (): string => now.day;
