// The service worker: the whole app from this phone. A new version waits until the person says so.
import { app } from './app.svelte';
import { withdraw } from './client';
import { trustedUrl } from './trusted';

const AGAIN_MS = 3_600_000;
let waiting: ServiceWorker | undefined;
let controlled = false;
let reloading = false;
let looked = 0;

function ready(worker: ServiceWorker | null): void {
  // The first one replaces nothing.
  if (worker === null || navigator.serviceWorker.controller === null) return;
  waiting = worker;
  app.newVersion = true;
}

// Installs it, or asks whether there is a new one. A line that breaks is nothing to tell of: it is looked again.
async function look(): Promise<void> {
  looked = Date.now();
  try {
    const registration = await navigator.serviceWorker.register(trustedUrl('/sw.js'));
    ready(registration.waiting);
    registration.onupdatefound = () => {
      const coming = registration.installing;
      coming?.addEventListener('statechange', () => {
        if (coming.state === 'installed') ready(coming);
      });
    };
    if (controlled) await registration.update();
  } catch {
    looked = 0;
  }
}

// A page that stays open for days hears of a new version, too; and a first visit that was cut is made good.
function lookAgain(): void {
  if (document.visibilityState === 'visible' && (!controlled || Date.now() - looked > AGAIN_MS)) void look();
}

export function install(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (reloading) location.reload();
    // Another tab's person said so. This page is of the version before, and goes on until it is told to.
    else if (controlled) {
      [waiting, app.newVersion] = [undefined, true];
      withdraw();
    }
    controlled = true;
  });
  void look();
  addEventListener('online', lookAgain);
  document.addEventListener('visibilitychange', lookAgain);
}

export async function takeNewVersion(): Promise<void> {
  reloading = true;
  // What was typed this moment is kept as when the page is left, and has time to be.
  document.dispatchEvent(new Event('visibilitychange'));
  await new Promise((resolve) => setTimeout(resolve, 300));
  if (waiting === undefined) location.reload();
  else waiting.postMessage('take over');
}
