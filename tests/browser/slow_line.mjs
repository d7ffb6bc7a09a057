// A line that lets so many bytes a second through to a server, and counts those that go up. In a thread of its own: tests wait
// for native programs without turning.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export async function slowLine(port) {
  const shared = new Float64Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, shared } });
  const listening = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return {
    port: listening,
    set rate(rate) {
      shared[0] = rate;
    },
    get up() {
      return shared[1];
    },
    set up(up) {
      shared[1] = up;
    },
    close: () => worker.terminate(),
  };
}

function serve({ port, shared }) {
  const server = net.createServer((client) => {
    const far = net.connect(port, '127.0.0.1');
    far.pipe(client);
    const end = () => (client.destroy(), far.destroy());
    client.on('error', end).on('close', end);
    far.on('error', end).on('close', end);
    client.on('data', async (bytes) => {
      client.pause();
      for (let at = 0; at < bytes.length && !far.destroyed; at += 2048) {
        const part = bytes.subarray(at, at + 2048);
        if (shared[0] > 0) await sleep((part.length / shared[0]) * 1000);
        shared[1] += part.length;
        far.write(part);
      }
      client.resume();
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}
if (!isMainThread && workerData?.shared) serve(workerData);
