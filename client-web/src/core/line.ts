// The way to the carrier. A page may only speak to the server it came from (Content-Security-Policy), which is the home
// carrier or passes for it; whose key answers the core finds out itself.
import type { Door } from './door';
import { post } from './transport';

const CODE = { closed: 0, offline: 5, full: 9 } as const;
const OPEN_MS = 10_000;
const MAX_MESSAGE = 65_535;

// One WebSocket at a time for a live sync, POST for everything else.
export class Lines {
  private socket: WebSocket | undefined;
  private connection = 0;
  private posting = false;
  private ended = false;

  // `after` runs whenever the core may have something to say.
  constructor(
    private readonly door: Door,
    private readonly after: () => void,
    // Where the store's files are not durable by themselves: what is sealed is on the disk before it is sent.
    private readonly durable?: () => Promise<void>,
  ) {}

  // The core wants to talk: a live sync gets a channel if one can be had.
  open(connection: number, live: boolean): void {
    if (live && this.durable === undefined) this.openSocket(connection);
    else this.door.connected(connection, true);
  }

  // The core is closed: what still comes is for nobody.
  end(): void {
    this.ended = true;
    this.close(this.connection);
  }

  close(connection: number): void {
    if (connection !== this.connection) return;
    const socket = this.socket;
    this.socket = undefined;
    this.connection = 0;
    socket?.close();
  }

  // Sends what the core has to send.
  carry(): void {
    if (this.posting) return;
    for (let out = this.door.outgoing(); out !== undefined; out = this.door.outgoing()) {
      if (out.connection === this.connection && this.socket !== undefined) {
        this.socket.send(out.message);
        continue;
      }
      this.posting = true;
      void this.exchange(out.connection, out.message);
      return;
    }
  }

  private async exchange(connection: number, message: Uint8Array<ArrayBuffer>): Promise<void> {
    const saved = await (this.durable?.() ?? Promise.resolve()).then(() => true, () => false);
    const answer = saved ? await post(message) : CODE.full;
    this.posting = false;
    if (this.ended) return;
    if (typeof answer === 'number') this.door.disconnected(connection, answer);
    else this.door.received(connection, answer);
    this.after();
  }

  private openSocket(connection: number): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/sync`);
    socket.binaryType = 'arraybuffer';
    let opened = false;
    this.socket = socket;
    this.connection = connection;
    // Some networks let a page through and no channel: then it is an ordinary sync, on the same connection.
    const withoutChannel = (): void => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.connection = 0;
      socket.close();
      this.door.connected(connection, true);
      this.after();
    };
    const patience = setTimeout(withoutChannel, OPEN_MS);
    socket.onopen = () => {
      clearTimeout(patience);
      if (this.socket !== socket) return;
      opened = true;
      this.door.connected(connection, false);
      this.after();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.socket !== socket) return;
      if (!(data instanceof ArrayBuffer) || data.byteLength > MAX_MESSAGE) return this.lost(connection);
      this.door.received(connection, new Uint8Array(data));
      this.after();
    };
    socket.onclose = () => {
      clearTimeout(patience);
      if (this.socket !== socket) return;
      if (opened) this.lost(connection);
      else withoutChannel();
    };
  }

  private lost(connection: number): void {
    this.close(connection);
    this.door.disconnected(connection, CODE.offline);
    this.after();
  }
}
