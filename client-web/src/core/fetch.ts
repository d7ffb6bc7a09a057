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

async function arrive(imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  for (let wait = SHORTEST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    try {
      const response = await fetch(url);
      if (response.status === 404) throw new Gone();
      // A captive portal answers with a page.
      if (response.ok && response.headers.get('content-type') === 'application/wasm') return await WebAssembly.instantiateStreaming(response, imports);
    } catch (error) {
      if (error instanceof Gone || error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) throw error;
    }
    await pause(wait);
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
