/** Who may do what: tokens of every kind against a relay that asks for them, and rights that end. */

import { mintToken, type TokenOptions, type Verb } from 'mpl-kit/server';
import { Host } from '../host.js';
import type { Scenario } from '../scenario.js';
import { Dialer } from '../sockets.js';
import type { LocalRelay, Stage } from '../stage.js';
import { sleep, until, within } from '../until.js';

const SECRET = 'a secret of these scenarios, long enough to be one';
const OTHER = 'another secret, of somebody else, as long as the first';
const VERBS: readonly Verb[] = ['publish', 'subscribe', 'control'];

const mint = (channels: string[], can: Verb[], more: Partial<TokenOptions> = {}, secret = SECRET) =>
  mintToken({ channels, can, ...more }, { secret });

/** A token by chance, and what it lets its bearer do on the channel of the stage. */
async function anyToken({
  random,
  channel,
}: Stage): Promise<{ token: string | undefined; may: readonly Verb[]; what: string }> {
  const can = VERBS.filter(() => random.chance(0.6));
  if (can.length === 0) can.push('subscribe');
  const none: readonly Verb[] = [];
  switch (random.int(8)) {
    case 0:
      return { token: undefined, may: none, what: 'none' };
    case 1:
      return { token: random.pick(['', 'x', 'a.b.c', 'x'.repeat(3000)]), may: none, what: 'garbage' };
    case 2:
      return { token: await mint([channel], can, {}, OTHER), may: none, what: 'of another key' };
    case 3:
      return { token: await mint(['other', channel.slice(0, -1), 'x*'], can), may: none, what: 'of other channels' };
    case 4:
      return { token: await mint([channel], can, { notBefore: 3600, expiresIn: 7200 }), may: none, what: 'for later' };
    case 5: {
      const token = await mint([channel], can);
      const at = token.lastIndexOf('.') + 1 + random.int(20);
      const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      return { token: altered, may: none, what: 'altered' };
    }
    default:
      return { token: await mint([random.pick([channel, 'stress-*', '*'])], can), may: can, what: can.join() };
  }
}

/** What a bearer of this can do, by trying it. */
async function tried(stage: Stage, at: LocalRelay, token: string | undefined): Promise<Verb[]> {
  const done: Verb[] = [];
  const given = token === undefined ? {} : { token };
  const viewer = stage.viewer({ url: at.url, port: at.port }, given);
  const { receiver } = viewer;
  await until('it is let in, or not', () => ['live', 'failed'].includes(receiver.status));
  if (receiver.status === 'live') {
    done.push('subscribe');
    const steered = receiver.command({ command: 'step', n: 1 }).then(
      () => done.push('control'),
      () => {},
    );
    await within(20_000, 'an answer', steered);
  } else if (receiver.grid !== null || receiver.control !== null || receiver.viewers > 0) {
    throw new Error('one that may not watch was told of the channel');
  }
  receiver.stop();

  const host = await Host.start(`${at.url}/peer/${stage.channel}-${stage.random.int(1e9)}`, stage.random, {
    side: 64,
    uplink: given,
  });
  stage.keep(host);
  await until('it is taken as a source, or not', () => ['live', 'failed'].includes(host.uplink.status));
  if (host.uplink.status === 'live') done.push('publish');
  host.close();
  return done;
}

const tokenMatrix: Scenario = {
  name: 'token-matrix',
  about: 'tokens of every kind, for every verb: each does what was signed, and nothing else',
  short: true,
  async run(stage) {
    const at = await stage.relay({ keys: [{ secret: SECRET }], controlRate: 10_000 });
    const host = await stage.host(at, { side: 128, uplink: { token: await mint([stage.channel], ['publish']) } });
    const witness = stage.viewer(at, { token: await mint([stage.channel], ['subscribe']) });
    await host.live();
    host.run(10);
    const number = stage.scale(8, 50);
    for (let i = 0; i < number; i++) {
      const { token, may, what } = await anyToken(stage);
      // Who publishes does it on a channel of his own, which a token for exactly this one is not for.
      const wide = token !== undefined && may.length > 0 && patternIn(token).endsWith('*');
      const expected = VERBS.filter(
        (verb) =>
          may.includes(verb) && (verb !== 'publish' || wide) && (verb !== 'control' || may.includes('subscribe')),
      );
      const done = await tried(stage, at, token);
      if (done.toSorted().join() !== expected.toSorted().join()) {
        throw new Error(
          `a token (${what}) let its bearer ${done.join() || 'do nothing'}, not ${expected.join() || 'nothing'}`,
        );
      }
    }
    await stage.converge(host, [witness]);
    if (witness.receiver.counts.reconnects > 0) throw new Error('a viewer with a good token was cut off');
    return `${number} tokens, three verbs each`;
  },
};

/** The channels that a token is for. */
const patternIn = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).channels.join();

const tokenExpiry: Scenario = {
  name: 'token-expiry',
  about: 'rights that end: whoever has a newer token goes on without a drop, whoever has none is let go',
  async run(stage) {
    const at = await stage.relay({ keys: [{ secret: SECRET }], clockSkewMs: 0 });
    const { channel } = stage;
    const fresh = (can: Verb[]) => () => mint([channel], can, { expiresIn: 4 });
    const host = await stage.host(at, { uplink: { token: fresh(['publish']) } });
    const dialer = new Dialer();
    const renewed = Array.from({ length: 5 }, () =>
      stage.viewer(at, { token: fresh(['subscribe', 'control']) }, dialer),
    );
    const ending = stage.viewer(at, { token: await mint([channel], ['subscribe'], { expiresIn: 3 }) });
    await host.live();
    host.run(10);
    await until('its time is over', () => ending.receiver.status === 'failed');
    const began = performance.now();
    while (performance.now() - began < 8000) await sleep(200);
    await stage.converge(host, renewed);
    for (const { receiver, losses } of renewed) {
      if (receiver.counts.reconnects > 0)
        throw new Error(`a viewer with newer tokens was cut off: ${losses.join('; ')}`);
    }
    if (host.uplink.reconnects > 0) throw new Error('a source with newer tokens was cut off');
    const again = stage.viewer(at, { token: ending.receiver.token! });
    await until('an old token is refused', () => again.receiver.status === 'failed');
    if (again.receiver.grid !== null) throw new Error('an old token was good for a picture');
    ending.receiver.token = await mint([channel], ['subscribe']);
    await stage.converge(host, [ending]);
    return `${renewed.length} renewed their rights for ten seconds`;
  },
};

const TILE = 64;
const SIDE = 640;

const viewRight: Scenario = {
  name: 'view-right',
  about: 'tokens for a part of the world: all of that part, whatever is asked for, and not a tile beside it',
  short: true,
  async run(stage) {
    const { random, channel } = stage;
    const at = await stage.relay({ keys: [{ secret: SECRET }] });
    const host = await stage.host(at, { side: SIDE, uplink: { token: await mint([channel], ['publish']) } });
    const parts = await Promise.all(
      Array.from({ length: stage.scale(4, 12) }, async () => {
        const [x, y] = [random.int(9), random.int(9)];
        const [width, height] = [1 + random.int(10 - x), 1 + random.int(10 - y)];
        const view = { x: x * TILE, y: y * TILE, width: width * TILE, height: height * TILE };
        const token = await mint([channel], ['subscribe'], { view });
        return { tiles: { x, y, width, height }, view, ...stage.viewer(at, { token }) };
      }),
    );
    await host.live();
    host.run(15);
    for (let i = 0; i < stage.scale(10, 60); i++) {
      const { receiver, dialer } = random.pick(parts);
      if (random.chance(0.1)) {
        dialer.cut();
        receiver.retryNow();
      } else {
        const window = { x: random.int(9), y: random.int(9), width: 1 + random.int(20), height: 1 + random.int(20) };
        receiver.window = random.chance(0.3) ? null : window;
      }
      await sleep(random.int(60));
    }
    host.rest();
    for (const { receiver, tiles, view } of parts) {
      receiver.window = null;
      receiver.retryNow();
      const wanted = await host.life.digest(view);
      const shows = async () => (receiver.grid ? (await receiver.digest(view)).version === wanted.version : false);
      await until('it shows its part as it is now', shows);
      if ((await receiver.digest(view)).hash !== wanted.hash) throw new Error('its part has other cells');
      for (let key = 0; key < 100; key++) {
        const [x, y] = [(key % 10) - tiles.x, Math.floor(key / 10) - tiles.y];
        const inside = x >= 0 && y >= 0 && x < tiles.width && y < tiles.height;
        if (!inside && receiver.grid!.has(key)) throw new Error(`it has tile ${key}, which it may not see`);
      }
      const wide = await receiver.digest().then(
        () => 'taken',
        (error: Error) => error.name,
      );
      if (wide !== 'RightsError' && tiles.width * tiles.height < 100) throw new Error(`a digest of all was ${wide}`);
    }
    return `${parts.length} parts of the world`;
  },
};

export const rights: Scenario[] = [tokenMatrix, tokenExpiry, viewRight];
