import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { mintToken } from '../../auth/mint.js';
import { closeAll, startRelay } from '../../testing/signals.js';
import { SECRET } from '../../testing/tokens.js';

afterEach(closeAll);

test('a token with maxBps gets no more by plain GET: 429 until what was answered is paid for', async () => {
  const { url } = await startRelay({ keys: [{ secret: SECRET }] });
  const at = `${url}/channels/a/signals`;
  const may = async (can: 'publish' | 'subscribe', maxBps?: number) => {
    const token = await mintToken({ channels: ['*'], can: [can], ...(maxBps && { maxBps }) }, { secret: SECRET });
    return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  };
  const body = JSON.stringify({ big: 'x'.repeat(30_000) });
  assert.equal((await fetch(at, { method: 'POST', headers: await may('publish'), body })).status, 200);
  const [few, all] = [await may('subscribe', 1000), await may('subscribe')];
  assert.equal((await fetch(at, { headers: few })).status, 200);
  const second = await fetch(at, { headers: few });
  assert.equal(second.status, 429);
  const seconds = Number(second.headers.get('retry-after'));
  assert.ok(seconds > 1 && seconds <= 31, `${seconds}`);
  for (let i = 0; i < 3; i++) assert.equal((await fetch(at, { headers: all })).status, 200);
});
