// The C door (client-core/include/sejawat/core.h) as emscripten exports it.
export interface CoreModule {
  HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _sejawat_opfs_install(): number;
  _sejawat_open(options: number, core: number): number;
  _sejawat_call(core: number, request: number, size: number, reply: number, replySize: number): number;
  _sejawat_event(core: number, event: number, size: number): number;
  _sejawat_connected(core: number, connection: number, oneShot: number): number;
  _sejawat_outgoing(core: number, connection: number, message: number, size: number): number;
  _sejawat_received(core: number, connection: number, message: number, size: number): number;
  _sejawat_disconnected(core: number, connection: number, code: number): number;
  _sejawat_tick(core: number): number;
  _sejawat_free(bytes: number, size: number): void;
  _sejawat_close(core: number): void;
  _sejawat_stretch(password: number, size: number, salt: number, memoryKib: number, passes: number, out: number): number;
  _sejawat_card_seal(core: number, key: number, sealed: number): number;
  _sejawat_card_open(card: number, size: number, sealed: number, out: number): number;
}
export interface CoreSettings {
  opfsFiles: Record<string, FileSystemSyncAccessHandle>;
  wasmBinary?: ArrayBuffer;
  locateFile?: (name: string) => string;
  instantiateWasm?: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
}
export default function createCore(settings: CoreSettings): Promise<CoreModule>;
