// Floods from one place: what costs us anything has a rate, and no place takes all connections.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

test('a flood from one address is held back: of handshakes, of lines that stay, of such that come and go', (t) => {
  const script = fileURLToPath(new URL('./strangers.mjs', import.meta.url));
  const preload = fileURLToPath(new URL('../preload.cjs', import.meta.url));
  const flags = process.getuid() === 0 ? ['-n'] : ['-U', '-r', '-n'];
  const setUp = 'ip link set lo up && ip addr add 192.0.2.1/32 dev lo && ip addr add 192.0.2.2/32 dev lo && exec "$0" "$@"';
  if (spawnSync('unshare', [...flags, 'sh', '-c', setUp, 'true']).status !== 0) return t.skip('no network namespaces here');
  const done = spawnSync('unshare', [...flags, 'sh', '-c', setUp, process.execPath, '--require', preload, script], { encoding: 'utf8', timeout: 60000 });
  assert.equal(done.status, 0, done.stderr);
  const saw = JSON.parse(done.stdout.trim().split('\n').at(-1));
  // 500 at once, and 50 a second while it goes on.
  assert.ok(saw.statuses['403'] >= 500 && saw.statuses['403'] < 700, JSON.stringify(saw));
  assert.ok(saw.statuses['429'] >= 2, 'each refusal ends its connection');
  assert.ok(saw.retryAfter);
  assert.equal(saw.upgrade, 429);
  assert.equal(saw.page, 200, 'what costs nothing is not limited');
  assert.equal(saw.metrics, 404, 'and metrics are not for strangers');
  assert.equal(saw.later, 403, 'after a while it is heard again');
  assert.equal(saw.held, 10);
  assert.equal(saw.oldest, 5, 'the newest stay');
  assert.equal(saw.created, 0, 'so that whoever else comes from there is served among them');
  assert.equal(saw.newcomer, 200);
  assert.equal(saw.watching, true);
  assert.equal(saw.watchEnded, false, 'and who is known loses nothing');
  // 2,000 that come at once, and 200 a second while it goes on.
  const most = 2000 + 200 * (saw.arrivals.seconds + 1);
  assert.ok(saw.arrivals.welcome > 1000 && saw.arrivals.welcome <= most, JSON.stringify(saw));
  assert.ok(saw.arrivals.turned >= 4000 - most, JSON.stringify(saw));
  assert.equal(saw.elsewhere, 200, 'and whoever comes from elsewhere meanwhile is served');
});
