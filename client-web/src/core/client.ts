// The page's side of the core: `request` a command, hear events, know the state. Screens use nothing else.
import { ACCOUNT } from './account';
import { takeDraftKey } from './keep';
import { pause } from './pause';
import type { Command, Control, FromWorker, Result, State, ToWorker, Told, Wish } from './messages';
import { trustedUrl } from './trusted';
import workerUrl from './worker?worker&url';

export type { Command, Lost, Result, State, Told, Trouble } from './messages';

type CaseOf = NonNullable<Result['case']>;
type ValueOf<C extends CaseOf> = Extract<Result, { case: C }>['value'];

export class CoreError extends Error {
  constructor(
    readonly code: number,
    readonly detail = '',
  ) {
    super(`code ${code} ${detail}`);
  }
}

// Why something was not done, as the core's code; a fault of the page's own is one of the program (35).
export const failureOf = (error: unknown, otherwise = 35): number => (error instanceof CoreError ? error.code : otherwise);

let worker: Worker | undefined;
let lastAsk = 0;
interface Asked {
  resolve: (result: Result) => void;
  reject: (error: CoreError) => void;
}
const asked = new Map<number, Asked & { wish: Wish }>();
const listeners = new Set<(told: Told) => void>();
const watchers = new Set<(state: State) => void>();
let state: State = { at: 'starting' };

function hear({ data }: MessageEvent<FromWorker>): void {
  if ('told' in data) {
    for (const listener of listeners) listener(data.told);
  } else if ('state' in data) {
    // What was on the screen is nobody's business any more: the page begins again, and so does its Worker.
    if (data.state.at === 'locked' && state.at === 'ready') return location.reload();
    state = data.state;
    if (state.at === 'ready') takeDraftKey(state.drafts);
    for (const watcher of watchers) watcher(state);
  } else {
    const waiting = asked.get(data.answer);
    asked.delete(data.answer);
    if ('failed' in data) waiting?.reject(new CoreError(data.failed));
    else if (data.result.case === 'error') waiting?.reject(new CoreError(data.result.value.code, data.result.value.detail));
    else waiting?.resolve(data.result);
  }
}

const say = (message: ToWorker): void => worker?.postMessage(message);

function missing(): 'insecure' | 'unsupported' | undefined {
  if (!isSecureContext) return 'insecure';
  return 'locks' in navigator && 'indexedDB' in globalThis && typeof WebAssembly === 'object' && typeof BroadcastChannel === 'function' ? undefined : 'unsupported';
}

// Once. The editor does not wait for it.
export function start(): void {
  const trouble = missing();
  if (trouble !== undefined) {
    state = { at: 'trouble', trouble };
    for (const watcher of watchers) watcher(state);
    return;
  }
  begin();
}

// A Worker whose script did not arrive hears nothing: another one is asked what that one was.
function begin(wait = 1000): void {
  const begun = (worker = new Worker(trustedUrl(workerUrl), { type: 'module', name: ACCOUNT }));
  begun.onmessage = hear;
  begun.onerror = (event) => {
    // What goes wrong in a script that did arrive has a message.
    if (event instanceof ErrorEvent) return;
    begun.terminate();
    void pause(wait).then(() => {
      begin(Math.min(2 * wait, 60_000));
      for (const [ask, { wish }] of asked) say({ ask, ...wish });
    });
  };
}

function ask(wish: Wish): Promise<Result> {
  const number = ++lastAsk;
  return new Promise((resolve, reject) => {
    asked.set(number, { resolve, reject, wish });
    say({ ask: number, ...wish });
  });
}

export function watch(watcher: (state: State) => void): () => void {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
}
export function on(listener: (told: Told) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
// See `stale` and `withdraw` in messages.ts.
export const withdraw = (): void => say({ withdraw: true });
export const beginAnew = (): void => say({ begin: 'anew' });

// Of the host itself: the lock, removing everything. Rejects with CoreError (16: another PIN).
export async function control(what: Control): Promise<void> {
  await ask({ control: what });
}

// Rejects with CoreError. Waits as long as there is no core yet.
export async function request<C extends CaseOf>(command: Command, expected: C): Promise<ValueOf<C>> {
  const result = await ask({ command });
  if (result.case !== expected) throw new CoreError(35, `expected ${expected}, got ${result.case}`);
  return result.value as unknown as ValueOf<C>;
}
