// Screens that are fetched when they are opened first, by the first part of the address; from the cache when offline.
import type { Component } from 'svelte';

// Either takes the address's parts, or nothing.
type Screen = Component<{ path: string[] }>;
type Plain = Component<Record<string, never>>;
type Load = () => Promise<{ default: Screen }>;
const plain = (load: () => Promise<{ default: Plain }>): Load => load as unknown as Load;

export const lazy: Record<string, Load> = {
  kartu: plain(() => import('./CardScreen.svelte')),
  undangan: plain(() => import('./InviteScreen.svelte')),
  perangkat: plain(() => import('./Devices.svelte')),
  status: plain(() => import('./StatusScreen.svelte')),
  akun: plain(() => import('./AccountScreen.svelte')),
  pengaturan: plain(() => import('./Settings.svelte')),
  pin: plain(() => import('./PinScreen.svelte')),
};
