import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { encodeFrame } from '../../transport/index.js';
import { type PublishedChannel, publish, type ReceivedChannel, receive } from '../../transport/signals/node.js';
import * as session from '../../transport/wire/session.js';
import { closeAll, later, startRelay } from '../testing/signals.js';
import { connect } from '../testing/sockets.js';
import { forge, SECRET } from '../testing/tokens.js';
import { until } from '../testing/until.js';

afterEach(closeAll);

let made = 0;
const token = (can: string[], ms = 60_000): string =>
  forge({ alg: 'HS256' }, { channels: ['counter'], can, exp: (Date.now() + ms) / 1000, jti: `${++made}` }, SECRET);
const keep = <Channel extends PublishedChannel | ReceivedChannel>(channel: Channel): Channel => {
  later(() => channel._close());
  return channel;
};
const OUTPUT = { output: ['count'], signals: { count: 1 } };

describe('programs and a relay with keys', () => {
  test('publish and receive with tokens, as texts and from functions', async () => {
    const { url: server } = await startRelay({ keys: [{ secret: SECRET }], clockSkewMs: 0 });
    let asked = 0;
    const source = keep(publish('counter', { ...OUTPUT, server, token: async () => token(['publish'], 2500) }));
    const reader = () => {
      asked++;
      return token(['subscribe'], 2500);
    };
    const one = keep(receive('counter', { server, token: token(['subscribe']) }));
    const other = keep(receive('counter', { server, token: reader }));
    assert.deepEqual({ ...(await one._ready()) }, { count: 1 });
    assert.deepEqual({ ...(await other._ready()) }, { count: 1 });
    await until(() => asked >= 3);
    source.count = 2;
    await until(() => one.count === 2 && other.count === 2);
    assert.equal(one._reconnects + other._reconnects, 0);
    assert.equal(source._status, 'live');
  });

  test('are told what is missing', async () => {
    const { url: server } = await startRelay({ keys: [{ secret: SECRET }] });
    const source = keep(publish('counter', { ...OUTPUT, server }));
    const reader = keep(receive('counter', { server, token: token(['publish']) }));
    await assert.rejects(reader._ready(), /the token does not grant to watch/);
    await until(() => source._status === 'failed');
    assert.match(source._reason, /asks for a token to publish, and none was shown/);
    assert.throws(
      () => receive('counter', { server, token: 7 as never }),
      /token is a text, or a function that gives one/,
    );
    assert.throws(
      () => publish('counter', { ...OUTPUT, server, token: {} as never }),
      /token is a text, or a function/,
    );
  });

  test('show what the environment has for this relay, and to no other', async () => {
    const { url: server } = await startRelay({ keys: [{ secret: SECRET }] });
    const { url: elsewhere } = await startRelay({ keys: [{ secret: SECRET }] });
    process.env.MPL_SERVER = server;
    process.env.MPL_TOKEN = token(['publish', 'subscribe']);
    later(() => {
      delete process.env.MPL_SERVER;
      delete process.env.MPL_TOKEN;
    });
    keep(publish('counter', OUTPUT));
    assert.deepEqual({ ...(await keep(receive('counter'))._ready()) }, { count: 1 });
    await assert.rejects(keep(receive('counter', { server: elsewhere }))._ready(), /none was shown/);
  });
});

test('who shows another token over and over is let go', async () => {
  const { url } = await startRelay({ keys: [{ secret: SECRET }] });
  const { socket, closed } = await connect(`${url}/stream/counter`);
  const show = (text: string): void =>
    socket.send(encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, update: true, token: text })));
  for (let i = 0; i < 20; i++) show(token(['subscribe']));
  const { code, reason } = await closed;
  assert.equal(code, 4429);
  assert.match(reason, /other tokens are shown too often/);
});
