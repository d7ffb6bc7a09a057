// Screens that are fetched when they are opened first, by the first part of the address; from the cache when offline.
import type { Component } from 'svelte';

// Each takes the address's parts, or nothing.
type Screen = Component<{ path: string[] }>;
type Load = () => Promise<{ default: Screen }>;

const chunk = () => import('./cycle');
type Chunk = Awaited<ReturnType<typeof chunk>>;
const cycle = (name: Exclude<keyof Chunk, 'homeCards' | 'entryProblems' | 'entryVersions'>): Load => () => chunk().then((all) => ({ default: all[name] as unknown as Screen }));
const self = () => import('./own');
const own = (name: keyof Awaited<ReturnType<typeof self>>): Load => () => self().then((all) => ({ default: all[name] as unknown as Screen }));
export const entryProblems = () => chunk().then((all) => all.entryProblems);
export const attachments = () => import('../parts/Attachments.svelte').then((part) => part.default);
export const entryVersions = () => chunk().then((all) => all.entryVersions);
export const homeCards = () => chunk().then((all) => all.homeCards);

export const lazy: Record<string, Load> = {
  alternatif: cycle('options'),
  bagikan: cycle('share'),
  diskusi: cycle('daily'),
  dukungan: cycle('support'),
  laporan: cycle('report'),
  masalah: cycle('problem'),
  notulen: cycle('minutes'),
  observasi: cycle('observations'),
  pekan: cycle('weekly'),
  praktik: cycle('practices'),
  privasi: cycle('privacy'),
  siklus: cycle('cycles'),
  tanggapi: cycle('asks'),
  ujicoba: cycle('trial'),
  rekaman: cycle('record'),
  bantuan: () => import('./HelpScreen.svelte') as Promise<{ default: Screen }>,
  kartu: own('kartu'),
  undangan: own('undangan'),
  perangkat: own('perangkat'),
  status: cycle('status'),
  akun: own('akun'),
  pengaturan: own('pengaturan'),
  pin: own('pin'),
};
