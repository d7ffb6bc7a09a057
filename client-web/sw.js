// The whole app from this phone. VERSION and FILES are written in by finish.mjs. A new version is fetched whole beside
// the old one, and takes over only when the page asks for it, or when no page is open.
const VERSION = '%VERSION%';
const FILES = %FILES%;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(VERSION).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))),
  );
});
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((all) => Promise.all(all.filter((name) => name !== VERSION).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const file = url.pathname;
  if (!FILES.includes(file)) return;
  event.respondWith(caches.open(VERSION).then((cache) => cache.match(file)).then((kept) => kept ?? fetch(request)));
});
