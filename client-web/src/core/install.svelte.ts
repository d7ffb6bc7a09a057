// Installing as an app: offered once there is something to lose, never on the first visit.
interface Prompt extends Event {
  prompt(): Promise<{ outcome: string }>;
}
const NAME = 'sejawat-install';
const offer = $state<{ event: Prompt | undefined; refused: boolean }>({ event: undefined, refused: localStorage.getItem(NAME) === 'no' });

export function listenForInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer.event = event as Prompt;
  });
  addEventListener('appinstalled', () => {
    offer.event = undefined;
    // The browser keeps what an installed app stores, when it is asked.
    void navigator.storage.persist?.();
  });
}
export const canInstall = (): boolean => offer.event !== undefined && !offer.refused;
export async function install(): Promise<void> {
  const asked = offer.event;
  offer.event = undefined;
  await asked?.prompt();
}
export function notNow(): void {
  offer.refused = true;
  localStorage.setItem(NAME, 'no');
}
