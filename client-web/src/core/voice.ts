// A voice note while it is made: Opus at 16 kbit/s at most, one minute at most. What was said is given out every few
// seconds, so a killed browser costs no more than that.
export const VOICE_MOST_MS = 60_000;
const VOICE_MOST = 120 * 1024;
const EVERY_MS = 3000;
// A whole minute with what the container adds stays below the limit.
const BITS = 14_500;
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

// Of everything that was said so far. Does not reject.
export type Heard = (content: Uint8Array<ArrayBuffer>) => Promise<void>;

export class Recording {
  private parts: Blob[] = [];
  private size = 0;
  private full = false;
  private spokenMs = 0;
  private since: number | undefined;
  private queue: Promise<void> = Promise.resolve();
  thrown = false;
  private readonly clock: ReturnType<typeof setInterval>;
  readonly ended: Promise<void>;

  // `tick` hears how long was spoken, and how loud it is now, 0 to 1.
  private constructor(
    stream: MediaStream,
    private readonly recorder: MediaRecorder,
    heard: Heard,
    tick: (ms: number, level: number) => void,
  ) {
    const level = levelOf(stream);
    this.ended = new Promise((resolve) => {
      const give = (last: boolean): void => {
        const all = new Blob(this.parts);
        this.queue = this.queue.then(async () => {
          if (!this.thrown) await heard(new Uint8Array(await all.arrayBuffer()));
          if (last) resolve();
        });
      };
      recorder.ondataavailable = ({ data }) => {
        this.full ||= this.size + data.size > VOICE_MOST;
        if (this.full) return this.stop();
        if (data.size === 0) return;
        this.parts.push(data);
        this.size += data.size;
        if (recorder.state !== 'inactive') give(false);
      };
      recorder.onstop = () => {
        clearInterval(this.clock);
        level.close();
        for (const track of stream.getTracks()) track.stop();
        give(true);
      };
    });
    this.clock = setInterval(() => {
      tick(this.ms, level.now());
      if (this.ms >= VOICE_MOST_MS) this.stop();
    }, 100);
    recorder.start(EVERY_MS);
    this.since = performance.now();
  }

  // Rejects with the DOMException of getUserMedia: NotAllowedError, NotFoundError, ...
  static async start(heard: Heard, tick: (ms: number, level: number) => void): Promise<Recording> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    try {
      return new Recording(stream, new MediaRecorder(stream, { ...(mimeType !== undefined && { mimeType }), audioBitsPerSecond: BITS }), heard, tick);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  get ms(): number {
    return Math.min(VOICE_MOST_MS, this.spokenMs + (this.since === undefined ? 0 : performance.now() - this.since));
  }
  get paused(): boolean {
    return this.recorder.state === 'paused';
  }
  pause(): void {
    if (this.recorder.state !== 'recording') return;
    this.spokenMs = this.ms;
    this.since = undefined;
    this.recorder.pause();
    this.recorder.requestData();
  }
  resume(): void {
    if (!this.paused) return;
    this.since = performance.now();
    this.recorder.resume();
  }
  stop(): void {
    if (this.recorder.state === 'inactive') return;
    this.spokenMs = this.ms;
    this.since = undefined;
    this.recorder.stop();
  }
  // Nothing of it is given out any more.
  discard(): void {
    this.thrown = true;
    this.stop();
  }
}

function levelOf(stream: MediaStream): { now: () => number; close: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Uint8Array(analyser.fftSize);
  return {
    now(): number {
      analyser.getByteTimeDomainData(wave);
      return Math.min(1, wave.reduce((most, point) => Math.max(most, Math.abs(point - 128)), 0) / 100);
    },
    close: () => void context.close(),
  };
}
