// The C door, typed: bytes in and out of the module's memory. No browser here, so node can play it, too.
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { EventSchema, ReplySchema, RequestSchema, type Event, type Reply } from '../generated/sejawat/v1/api_pb';
import type { CoreModule } from '@core/core_web.mjs';

export type Command = NonNullable<MessageInitShape<typeof RequestSchema>['command']>;
export type Result = Reply['result'];

export class DoorError extends Error {
  constructor(readonly code: number) {
    super(`core: code ${code}`);
  }
}

const ABI = 1;
const VERSION = 1;
const KEY = 32;
const CARD_SEAL = 80;
export const FILES = ['core.db', 'core.db-wal', 'core.db-journal'] as const;

// What the module does without a store.
export class Module {
  constructor(readonly core: CoreModule) {}

  // Argon2id. Throws DoorError.
  stretch(password: string, salt: Uint8Array, memoryKib: number, passes: number): Uint8Array<ArrayBuffer> {
    const text = new TextEncoder().encode(password);
    return this.keyOut((at) => {
      const code = this.borrow([text, salt], ([textAt, saltAt]) =>
        this.core._sejawat_stretch(textAt, text.length, saltAt, memoryKib, passes, at),
      );
      text.fill(0);
      return code;
    });
  }

  // Throws DoorError: card_invalid, cannot_decrypt.
  openWithCard(card: string, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
    const text = new TextEncoder().encode(card);
    if (sealed.length !== CARD_SEAL) throw new DoorError(2);
    return this.keyOut((at) =>
      this.borrow([text, sealed], ([textAt, sealedAt]) => this.core._sejawat_card_open(textAt, text.length, sealedAt, at)),
    );
  }

  private keyOut(make: (at: number) => number): Uint8Array<ArrayBuffer> {
    const at = this.core._malloc(KEY);
    const code = make(at);
    const key = new Uint8Array(this.core.HEAPU8.subarray(at, at + KEY));
    this.core.HEAPU8.fill(0, at, at + KEY);
    this.core._free(at);
    if (code !== 0) throw new DoorError(code);
    return key;
  }

  borrow(parts: Uint8Array[], use: (at: [number, number]) => number): number {
    const places = parts.map((part) => this.core._malloc(part.length || 1));
    parts.forEach((part, i) => this.core.HEAPU8.set(part, places[i]));
    const code = use([places[0] ?? 0, places[1] ?? 0]);
    parts.forEach((part, i) => {
      const at = places[i] ?? 0;
      this.core.HEAPU8.fill(0, at, at + part.length);
      this.core._free(at);
    });
    return code;
  }
}

export class Door {
  private readonly out: number;
  private lastId = 0n;
  private constructor(
    private readonly module: CoreModule,
    private core: number,
  ) {
    this.out = module._malloc(12);
  }

  // Throws DoorError: storage_failed, disk_full, store_too_new, store_key_wrong. `key` is wiped.
  static open(module: CoreModule, key: Uint8Array): Door {
    if (module._sejawat_opfs_install() !== 0) throw new DoorError(8);
    const path = new TextEncoder().encode('core.db\0');
    const options = module._malloc(28 + path.length + key.length + 4);
    const pathAt = options + 28;
    const keyAt = pathAt + path.length;
    const coreAt = (keyAt + key.length + 3) & ~3;
    module.HEAPU8.set(path, pathAt);
    module.HEAPU8.set(key, keyAt);
    const view = new DataView(module.HEAPU8.buffer);
    [ABI, 0, pathAt, keyAt, 0, 0, 0].forEach((word, i) => view.setUint32(options + 4 * i, word, true));
    const code = module._sejawat_open(options, coreAt);
    const core = new DataView(module.HEAPU8.buffer).getUint32(coreAt, true);
    module.HEAPU8.fill(0, keyAt, keyAt + key.length);
    key.fill(0);
    module._free(options);
    if (code !== 0) throw new DoorError(code);
    return new Door(module, core);
  }

  // Throws DoorError: interrupted, after `close`.
  call(command: Command): Result {
    if (this.core === 0) throw new DoorError(34);
    this.lastId += 1n;
    const request = toBinary(RequestSchema, create(RequestSchema, { version: VERSION, id: this.lastId, command }));
    const code = this.withBytes(request, (at) =>
      this.module._sejawat_call(this.core, at, request.length, this.out, this.out + 4),
    );
    if (code !== 0) throw new DoorError(code);
    return fromBinary(ReplySchema, this.take(this.word(0), this.word(1))).result;
  }

  event(): Event | undefined {
    if (this.module._sejawat_event(this.core, this.out, this.out + 4) !== 0) return undefined;
    if (this.word(0) === 0) return undefined;
    return fromBinary(EventSchema, this.take(this.word(0), this.word(1)));
  }

  connected(connection: number, oneShot: boolean): boolean {
    return this.module._sejawat_connected(this.core, connection, oneShot ? 1 : 0) === 0;
  }

  outgoing(): { connection: number; message: Uint8Array<ArrayBuffer> } | undefined {
    if (this.module._sejawat_outgoing(this.core, this.out, this.out + 4, this.out + 8) !== 0) return undefined;
    if (this.word(1) === 0) return undefined;
    return { connection: this.word(0), message: this.take(this.word(1), this.word(2)) };
  }

  received(connection: number, message: Uint8Array): number {
    return this.withBytes(message, (at) =>
      this.module._sejawat_received(this.core, connection, at, message.length),
    );
  }

  disconnected(connection: number, code: number): void {
    this.module._sejawat_disconnected(this.core, connection, code);
  }

  tick(): void {
    this.module._sejawat_tick(this.core);
  }

  close(): void {
    this.module._sejawat_close(this.core);
    this.core = 0;
  }

  // For Module.openWithCard. Throws DoorError: not_found, no person yet.
  sealForCard(key: Uint8Array): Uint8Array<ArrayBuffer> {
    const at = this.module._malloc(CARD_SEAL);
    const code = this.withBytes(key, (keyAt) => this.module._sejawat_card_seal(this.core, keyAt, at));
    const sealed = new Uint8Array(this.module.HEAPU8.subarray(at, at + CARD_SEAL));
    this.module._free(at);
    if (code !== 0) throw new DoorError(code);
    return sealed;
  }

  private word(index: number): number {
    return new DataView(this.module.HEAPU8.buffer).getUint32(this.out + 4 * index, true);
  }

  private take(at: number, size: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.module.HEAPU8.subarray(at, at + size));
    this.module._sejawat_free(at, size);
    return copy;
  }

  private withBytes(bytes: Uint8Array, use: (at: number) => number): number {
    const at = this.module._malloc(bytes.length || 1);
    this.module.HEAPU8.set(bytes, at);
    const code = use(at);
    this.module.HEAPU8.fill(0, at, at + bytes.length);
    this.module._free(at);
    return code;
  }
}
