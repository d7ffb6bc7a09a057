// The service worker: the whole app from this phone. A new version waits until the person says so.
import { app } from './app.svelte';
import { trustedUrl } from './trusted';

let waiting: ServiceWorker | undefined;

function ready(worker: ServiceWorker | null): void {
  // The first one replaces nothing.
  if (worker === null || navigator.serviceWorker.controller === null) return;
  waiting = worker;
  app.newVersion = true;
}

export function install(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  void navigator.serviceWorker.register(trustedUrl('/sw.js')).then((registration) => {
    ready(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const coming = registration.installing;
      coming?.addEventListener('statechange', () => {
        if (coming.state === 'installed') ready(coming);
      });
    });
  });
}

export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  waiting?.postMessage('take over');
}
