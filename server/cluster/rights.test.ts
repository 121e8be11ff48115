/** Who may do what, at relays that are joined: each asks those who come to it, and vouches for them to the others. */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { closeAll, startReceiver, startSource } from '../testing/signals.js';
import { forge, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';
import { converged, Host, joinRelays, startViewer } from './testing/stage.js';

afterEach(closeAll);

const token = (can: string[], ms = 60_000, claims: object = {}): string =>
  forge({ alg: 'HS256' }, { channels: ['demo'], can, exp: (Date.now() + ms) / 1000, ...claims }, SECRET);

const join = () => joinRelays(2, { keys: [{ secret: SECRET }], clockSkewMs: 0 });

describe('rights at relays that are joined', { timeout: 300_000 }, () => {
  it('are those of the token that was shown where a viewer came', async () => {
    const { urls } = await join();
    const host = new Host(urls[0]!, 'demo', 512, token(['publish']));
    const steering = startViewer(urls[1]!, host, { token: token(['subscribe', 'control']) });
    const watching = startViewer(urls[1]!, host, { token: token(['subscribe']) });
    const view = { x: 0, y: 0, width: 128, height: 64 };
    const narrow = startViewer(urls[1]!, undefined, { token: token(['subscribe'], 60_000, { view }) });
    await converged(host, steering, watching);
    await steering.command({ command: 'pause' });
    await assert.rejects(watching.command({ command: 'play' }), /does not grant to steer/);
    assert.deepEqual(
      host.commands.map(({ command }) => command),
      ['pause'],
    );
    const { hash } = await narrow.digest(view);
    assert.equal(hash, host.hashOf(view));
    await assert.rejects(narrow.digest(), /may/);
    const stranger = startViewer(urls[1]!, undefined, { token: token(['publish']) });
    await until(() => stranger.status === 'failed');
    const other = startSource(urls[1]!, 'demo', true, token(['subscribe']));
    await until(() => other.uplink.over);
  });

  it('last as long for a source whose channel is at another relay', async () => {
    const { urls } = await join();
    const first = startSource(urls[0]!, 'demo', true, token(['publish']));
    first.set({ a: 1 });
    await until(() => first.uplink.status === 'live');
    let made = 0;
    const asked = () => token(['publish'], 1_500, { jti: `${++made}` });
    const renewing = startSource(urls[1]!, 'demo', true, asked);
    const expiring = startSource(urls[1]!, 'demo', true, token(['publish'], 1_000));
    renewing.set({ b: 1 });
    expiring.set({ c: 1 });
    const receiver = startReceiver(urls[0]!, 'demo', { token: token(['subscribe']) });
    await until(() => receiver.signals?.get('b') === 1 && receiver.signals.get('c') === 1);
    await until(() => expiring.uplink.over);
    assert.match(expiring.uplink.reason, /expired|ran out|no longer/i);
    await until(() => made > 3);
    renewing.set({ b: 2 });
    await until(() => receiver.signals?.get('b') === 2);
    assert.equal(renewing.uplink.reconnects, 0);
  });
});
