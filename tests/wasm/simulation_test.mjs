// Schedules of the simulator, real clients and a real carrier, natively and in WebAssembly: every event of every device
// and server, every byte on every disk and wire, is the same, or the hashes over them differ.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

const tests = process.env.SEJAWAT_TESTS_DIR;
const native = path.join(tests, '../build/release/bin/simulation_traces');
const program = path.join(process.env.SEJAWAT_BIN, 'simulation_traces.js');
const run = promisify(execFile);

async function traces(command, ...parts) {
  const { stdout } = await run(command, parts, { maxBuffer: 1 << 24 });
  return stdout.trim().split('\n');
}

test('the same seeds leave the same traces natively and in WebAssembly', async () => {
  const [seed, count] = ['20261126', '60'];
  const [here, there] = await Promise.all([
    traces(native, seed, count),
    traces(process.execPath, path.join(tests, 'wasm/run.cjs'), program, seed, count),
  ]);
  assert.equal(here.length, Number(count));
  assert.deepEqual(there, here);
});
