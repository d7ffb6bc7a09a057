// The whole app from this phone. VERSION and FILES are written in by finish.mjs. A new version is fetched whole beside
// the old one, and takes over only when the page asks for it, or when no page is open.
const VERSION = '%VERSION%';
const FILES = %FILES%;

// Files under /assets/ are named after their content: what an older version has, what an install that was cut has, and
// what the browser just fetched for the page are the same, and cost no bytes again.
async function keep(cache, file) {
  const fixed = file.startsWith('/assets/');
  if (fixed) {
    const had = await caches.match(file);
    if (had) return cache.put(file, had);
  }
  const large = file.endsWith('.wasm') && 'DecompressionStream' in self;
  if (large && (await cache.match(cutMark(file)))) return keepInParts(cache, file);
  const response = await fetch(file, { cache: fixed ? 'default' : 'reload' });
  const html = (response.headers.get('content-type') ?? '').startsWith('text/html');
  // A page of somebody else's (a login, "back soon"), or of another version, is no part of this one.
  const named = file === '/' ? ((await response.clone().text()).match(/\/assets\/[^"]+/g) ?? []) : [];
  const ours = file === '/' ? named.length > 0 && named.every((name) => FILES.includes(name)) : !html;
  if (!response.ok || !ours) throw new TypeError(file);
  return cache.put(file, response).catch(async (error) => {
    if (large) await cache.put(cutMark(file), new Response());
    throw error;
  });
}

// The core is too long for some lines, and its packed twin is not: src/core/fetch.ts says why. Which it is to be the next
// time is remembered.
const cutMark = (file) => `${file}.cut`;
async function keepInParts(cache, file) {
  const { ok, body } = await fetch(`${file}.gz`);
  if (!ok) throw new TypeError(file);
  const headers = { 'content-type': 'application/wasm' };
  await cache.put(file, new Response(body.pipeThrough(new DecompressionStream('gzip')), { headers }));
  await cache.delete(cutMark(file));
}

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => Promise.all(FILES.map((file) => keep(cache, file)))));
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
