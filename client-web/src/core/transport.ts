// Carries the core's messages: POST /sync, each its own exchange. A page may only speak to the server it came from
// (Content-Security-Policy), which is the home carrier or passes for it; whose key answers the core finds out itself.
import type { Door } from './door';

const TIMEOUT_MS = 30_000;
const MAX_MESSAGE = 65_535;
const CODE = { closed: 0, offline: 5, wrongKey: 6, timedOut: 7, notOurs: 30 } as const;

async function post(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array | number> {
  let response: Response;
  try {
    response = await fetch('/sync', {
      method: 'POST',
      body: message,
      headers: { 'content-type': 'application/octet-stream' },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 403) return CODE.wrongKey;
    if (response.status === 503) return CODE.timedOut;
    // A captive portal answers everything with a page.
    if (!response.ok || (response.headers.get('content-type') ?? '').startsWith('text/')) return CODE.notOurs;
    const body = new Uint8Array(await response.arrayBuffer());
    return body.length > MAX_MESSAGE ? CODE.notOurs : body;
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? CODE.timedOut : CODE.offline;
  }
}

// Sends what the core has to send until it has nothing more. `after` runs after each exchange.
export async function carry(door: Door, after: () => void): Promise<void> {
  for (let out = door.outgoing(); out !== undefined; out = door.outgoing()) {
    const answer = await post(out.message);
    if (typeof answer === 'number') door.disconnected(out.connection, answer);
    else door.received(out.connection, answer);
    after();
  }
}
