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
  | { at: 'starting' }
  | { at: 'ready'; owner: boolean }
  | { at: 'trouble'; trouble: Trouble; lost?: Lost };

export type ToWorker =
  | { ask: number; command: Command }
  | { begin: 'anew' } // after `emptied`: a new store in place of the lost one
  | { online: true };
export type FromWorker =
  | { answer: number; result: Result }
  | { answer: number; failed: number }
  | { told: Told }
  | { state: State };

// Over BroadcastChannel: whoever holds the lock answers everybody.
export type BetweenTabs =
  | { owner: string }
  | { hello: string }
  | { from: string; ask: number; command: Command }
  | { to: string; answer: number; result: Result }
  | { to: string; answer: number; failed: number }
  | { told: Told }
  | { state: State };
