/** The kit as it is shipped: `mpl-kit/signals` and `mpl-kit/server`, with nothing set but the rate and the coding. */

import type { Kit, Values } from './kit.js';

// By their names in the package, which lead to what was built.
const entries = { signals: 'mpl-kit/signals', server: 'mpl-kit/server' };
type Signals = typeof import('../../transport/signals/node.js');
type Server = typeof import('../../server/index.js');

/** Each tick is to be a frame of its own, however soon it follows: by default there are 60 a second. */
const MAX_FPS = 1_000_000;

const load = async () => (await import(entries.signals)) as Signals;

export const mpl = (coding: 'json' | 'schema'): Kit => ({
  async relay() {
    const { createRelay } = (await import(entries.server)) as Server;
    return (await createRelay({ dist: false }).listen(0)).url;
  },

  async source(server, channel, { first, derived }) {
    const { publish, effect, batch } = await load();
    const output = [...Object.keys(first), ...Object.keys(derived)];
    const out = publish(channel, { server, output, signals: first, coding, maxFps: MAX_FPS });
    for (const [name, how] of Object.entries(derived)) out[name] = () => how((other) => out[other]);
    await new Promise<void>((resolve) =>
      effect(() => {
        if (out._connected) resolve();
      }),
    );
    return (changes) => batch(() => Object.assign(out, changes));
  },

  async receiver(server, channel, heard, { names, select } = {}) {
    const { receive, effect } = await load();
    const seen = receive<Values>(channel, { server, ...(select && { select }) });
    await seen._ready();
    const follow = (name: string) =>
      effect(() => {
        const value = seen[name];
        if (value !== undefined) heard(name, value);
      });
    const stops = (names ?? seen._names).map(follow);
    return {
      get frames() {
        return seen._frames;
      },
      values: () => ({ ...(seen as Values) }),
      close() {
        for (const stop of stops) stop();
        seen._close();
      },
    };
  },

  async layer(server, from, to) {
    const { publish, receive } = await load();
    const seen = receive<Values>(from, { server });
    publish(to, { server, output: ['x'], signals: { x: () => (seen.x ?? 0) + 1 }, coding, maxFps: MAX_FPS });
  },
});
