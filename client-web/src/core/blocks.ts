// The store's files where OPFS has no synchronous handles: whole in memory, and in IndexedDB by blocks. What one call
// into the core changed goes in with one transaction, so what a crash leaves is always the store between two calls.
// Whoever answers for the core waits for `settle` first: nothing counts as saved, and nothing is sent, before.
export interface Change {
  file: string;
  size: number;
  blocks: Map<number, Uint8Array<ArrayBuffer>>;
}
// Where blocks are durable. `commit` is all or nothing, and durable when it resolves.
export interface Base {
  load(): Promise<Change[]>;
  commit(changes: Change[]): Promise<void>;
}

export const BLOCK = 16_384;

// As much of FileSystemSyncAccessHandle as the core uses.
class MemoryFile {
  size = 0;
  bytes = new Uint8Array(BLOCK);
  dirty = new Set<number>();
  changed = false;

  getSize = (): number => this.size;
  read(into: Uint8Array, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, Math.min(at + into.length, this.size));
    into.set(part);
    return part.length;
  }
  write(bytes: Uint8Array, { at }: { at: number }): number {
    const end = at + bytes.length;
    this.hold(end);
    this.bytes.set(bytes, at);
    for (let block = Math.floor(Math.min(at, this.size) / BLOCK); block * BLOCK < end; ++block) this.dirty.add(block);
    this.size = Math.max(this.size, end);
    this.changed = true;
    return bytes.length;
  }
  private hold(size: number): void {
    if (size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, Math.ceil(size / BLOCK) * BLOCK));
    grown.set(this.bytes.subarray(0, this.size));
    this.bytes = grown;
  }
  truncate(size: number): void {
    this.hold(size);
    if (size < this.size) this.bytes.fill(0, size, this.size);
    // Cut and made longer again before a commit: what lies there durably is older than the cut.
    for (let block = Math.floor(Math.min(size, this.size) / BLOCK); block * BLOCK < size; ++block) this.dirty.add(block);
    this.size = size;
    this.changed = true;
  }
  flush(): void {}
  close(): void {}

  take(file: string): Change {
    const blocks = new Map<number, Uint8Array<ArrayBuffer>>();
    for (const block of this.dirty) {
      if (block * BLOCK < this.size) blocks.set(block, this.bytes.slice(block * BLOCK, (block + 1) * BLOCK));
    }
    const change = { file, size: this.size, blocks };
    this.dirty = new Set();
    this.changed = false;
    return change;
  }
}

export class BlockFiles {
  private readonly files = new Map<string, MemoryFile>();
  private queue: Promise<void> = Promise.resolve();
  private constructor(private readonly base: Base) {}

  static async open(base: Base, names: readonly string[]): Promise<BlockFiles> {
    const made = new BlockFiles(base);
    for (const name of names) made.files.set(name, new MemoryFile());
    for (const { file, size, blocks } of await base.load()) {
      const memory = made.files.get(file);
      if (memory === undefined) continue;
      for (const [block, bytes] of blocks) memory.write(bytes, { at: block * BLOCK });
      memory.truncate(size);
      memory.take(file);
    }
    return made;
  }

  get handles(): Record<string, FileSystemSyncAccessHandle> {
    return Object.fromEntries(this.files) as unknown as Record<string, FileSystemSyncAccessHandle>;
  }

  // Resolves when everything that was written until now is durable; rejects when it is not: it is tried again with the
  // next one, and goes on being unsaved until then.
  settle(): Promise<void> {
    const next = this.queue.then(() => this.commit());
    this.queue = next.catch(() => undefined);
    return next;
  }

  private async commit(): Promise<void> {
    const changed = [...this.files].filter(([, file]) => file.changed);
    if (changed.length === 0) return;
    const changes = changed.map(([name, file]) => file.take(name));
    try {
      await this.base.commit(changes);
    } catch (error) {
      for (const change of changes) {
        const file = this.files.get(change.file);
        if (file === undefined) continue;
        file.changed = true;
        for (const block of change.blocks.keys()) file.dirty.add(block);
      }
      throw error;
    }
  }
}
