// The module that the core is, however long the line lets it wait: nobody who writes meanwhile is told that their browser
// is too old, when only the signal went.
import createCore, { type CoreModule } from '@core/core_web.mjs';
import url from '@core/core_web.wasm?url';
import type { Handles } from './files';
import { pause } from './pause';

// The server has another version of the app by now: no waiting brings this one.
export class Gone extends Error {}

const SHORTEST_MS = 1000;
const LONGEST_MS = 60_000;

// What a server packs for the way a browser asks for from its first byte after each cut. A file that is sent as it lies
// there it goes on with where the line went, also when it was closed meanwhile. This one is larger by a quarter, and so
// only for a line that was cut. The service worker finds it in the cache, and need not fetch the other.
async function inParts(): Promise<Response> {
  const response = await fetch(`${url}.gz`);
  if (!response.ok || response.body === null) return response;
  const headers = { 'content-type': 'application/wasm' };
  const core = new Response(response.body.pipeThrough(new DecompressionStream('gzip')), { headers });
  if ('caches' in self) void keep(core.clone());
  return core;
}
async function keep(core: Response): Promise<void> {
  try {
    await (await caches.open('sejawat-parts')).put(url, core);
  } catch {
    // The line was cut again, of which whoever compiles hears as well; or there is no room, and it is fetched once more.
  }
}

async function arrive(imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  let cut = false;
  for (let wait = SHORTEST_MS; ; ) {
    try {
      const response = await (cut ? inParts() : fetch(url));
      if (response.status === 404) throw new Gone();
      // A captive portal answers with a page.
      if (response.ok && response.headers.get('content-type') === 'application/wasm') {
        // Bytes come: a line that goes again is no reason to wait longer and longer.
        [cut, wait] = ['DecompressionStream' in self, SHORTEST_MS];
        return await WebAssembly.instantiateStreaming(response, imports);
      }
    } catch (error) {
      if (error instanceof Gone || error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) throw error;
    }
    await pause(wait);
    wait = Math.min(2 * wait, LONGEST_MS);
  }
}

// Rejects when what came is nothing that this browser can run.
export function fetchCore(opfsFiles: Handles): Promise<CoreModule> {
  return new Promise((resolve, reject) => {
    createCore({
      opfsFiles,
      instantiateWasm(imports, done) {
        arrive(imports).then(({ instance }) => done(instance), reject);
        return {};
      },
    }).then(resolve, reject);
  });
}
