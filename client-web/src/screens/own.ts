// One chunk, too: what one sets for oneself and one's devices. Six small files pack worse than one.
export { default as kartu } from './CardScreen.svelte';
export { default as undangan } from './InviteScreen.svelte';
export { default as perangkat } from './Devices.svelte';
export { default as akun } from './AccountScreen.svelte';
export { default as pengaturan } from './Settings.svelte';
export { default as pin } from './PinScreen.svelte';
