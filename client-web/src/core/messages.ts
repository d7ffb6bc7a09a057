// What the page and its Worker say to each other, and the Workers of several tabs.
import type { Event } from '../generated/sejawat/v1/api_pb';
import type { Command, Result } from './door';

export type { Command, Result };
export type Told = Event['event'];

// Why there is no core: what the page explains.
export type Trouble =
  | 'insecure' // no secure origin
  | 'unsupported' // no OPFS sync handles, Web Locks or WebAssembly
  | 'emptied' // the browser threw the store away
  | 'key-lost' // the store is there, its key is not
  | 'too-new'
  | 'full'
  | 'damaged';
export interface Lost {
  entries: number;
  pending: number;
}
export type State =
  | { at: 'starting'; stale?: boolean } // stale: the server has a newer version, and this one's core no more
  | { at: 'locked'; until: number; wrong: boolean; card: boolean } // until: no PIN is looked at before; card: it opens, too
  | { at: 'ready'; owner: boolean; drafts: CryptoKey; blocks: boolean }
  | { at: 'removed' } // everything of this person, at their wish
  | { at: 'trouble'; trouble: Trouble; lost?: Lost };

// What is not the core's but its host's to do.
export type Control =
  | { case: 'unlock'; pin: string }
  | { case: 'unlockWithCard'; card: string }
  | { case: 'lock' }
  | { case: 'setPin'; now: string; next: string | undefined } // now: '' when there is none
  | { case: 'remove' };
export type Wish = { command: Command } | { control: Control };

export type ToWorker =
  | ({ ask: number } & Wish)
  | { begin: 'anew' } // after `emptied`: a new store in place of the lost one
  | { online: true }
  | { withdraw: true }; // a newer version of the app is here: whoever has that one shall own the store
export type FromWorker =
  | { answer: number; result: Result }
  | { answer: number; failed: number }
  | { told: Told }
  | { state: State };

// Over BroadcastChannel: whoever holds the lock answers everybody.
export type BetweenTabs =
  | { owner: string; drafts: CryptoKey; blocks: boolean }
  | { hello: string }
  | { begin: 'anew' }
  | ({ from: string; ask: number } & Wish)
  | { to: string; answer: number; result: Result }
  | { to: string; answer: number; failed: number }
  | { told: Told }
  | { state: State; by: string };
