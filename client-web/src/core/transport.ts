// POST /sync: one message and its answer.
const TIMEOUT_MS = 30_000;
const MAX_MESSAGE = 65_535;
const CODE = { offline: 5, wrongKey: 6, timedOut: 7, notOurs: 30 } as const;

// What the core is told instead of an answer is a number, a code of sejawat_disconnected.
export async function post(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array | number> {
  const tooLong = new AbortController();
  // AbortSignal.timeout is younger than the browsers that this runs in.
  const timer = setTimeout(() => tooLong.abort(), TIMEOUT_MS);
  try {
    const response = await fetch('/sync', {
      method: 'POST',
      body: message,
      headers: { 'content-type': 'application/octet-stream' },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: tooLong.signal,
    });
    if (response.status === 403) return CODE.wrongKey;
    if (response.status === 503 || response.status === 429) return CODE.timedOut;
    // A captive portal answers everything with a page.
    if (!response.ok || (response.headers.get('content-type') ?? '').startsWith('text/')) return CODE.notOurs;
    const body = new Uint8Array(await response.arrayBuffer());
    return body.length > MAX_MESSAGE ? CODE.notOurs : body;
  } catch {
    return tooLong.signal.aborted ? CODE.timedOut : CODE.offline;
  } finally {
    clearTimeout(timer);
  }
}
