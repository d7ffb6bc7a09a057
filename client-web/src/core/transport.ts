// POST /sync: one message and its answer.
const TIMEOUT_MS = 30_000;
const MAX_MESSAGE = 65_535;
const CODE = { offline: 5, wrongKey: 6, timedOut: 7, notOurs: 30 } as const;

// What the core is told instead of an answer is a number, a code of sejawat_disconnected.
export async function post(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array | number> {
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
