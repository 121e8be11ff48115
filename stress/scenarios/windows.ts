/** Viewers that want, or may have, only a part: exactly that part is what they get. */

import type { Rect, TileWindow } from 'mpl-kit/transport';
import type { Host } from '../host.js';
import type { Random } from '../random.js';
import type { Scenario } from '../scenario.js';
import type { Viewer } from '../stage.js';
import { sleep } from '../until.js';

const TILE = 64;
const SIDE = 1000;

/** Any window, some reaching beyond the grid; or all. */
function anyWindow(random: Random): TileWindow | null {
  if (random.chance(0.15)) return null;
  return { x: random.int(16), y: random.int(16), width: 1 + random.int(8), height: 1 + random.int(8) };
}

/** Its cells, in a world of `SIDE` cells. */
function cellsOf(window: TileWindow | null): Rect | undefined {
  if (window === null) return undefined;
  const [x, y] = [window.x * TILE, window.y * TILE];
  return { x, y, width: Math.min(SIDE - x, window.width * TILE), height: Math.min(SIDE - y, window.height * TILE) };
}

/** What it shows of its window is what the host has there, once nothing is missing. */
async function same(host: Host, { receiver }: Viewer, who: number): Promise<void> {
  const rect = cellsOf(receiver.window);
  const wanted = await host.life.digest(rect);
  let shown = await receiver.digest(rect);
  for (let i = 0; shown.version !== wanted.version && i < 100; i++) {
    await sleep(50);
    shown = await receiver.digest(rect);
  }
  if (shown.version !== wanted.version)
    throw new Error(`viewer ${who} stays at ${shown.version}, not ${wanted.version}`);
  if (shown.hash !== wanted.hash) throw new Error(`viewer ${who} shows other cells in ${JSON.stringify(rect)}`);
}

const panning: Scenario = {
  name: 'panning',
  about: 'viewers look at parts of a world that runs, pan, break off, and ask for few bytes: each has its part exactly',
  short: true,
  seconds: 120,
  async run(stage) {
    const { random } = stage;
    const at = await stage.relay();
    const host = await stage.host(at, { side: SIDE, density: 0.05 });
    const viewers = Array.from({ length: stage.scale(4, 10) }, () =>
      stage.viewer(at, { window: anyWindow(random) ?? undefined }),
    );
    await host.live();
    const rounds = stage.scale(2, 6);
    for (let round = 0; round < rounds; round++) {
      host.run(15);
      for (let i = 0; i < stage.scale(10, 40); i++) {
        const { receiver, dialer } = random.pick(viewers);
        if (random.chance(0.8)) receiver.window = anyWindow(random);
        else if (random.chance(0.5)) {
          dialer.cut();
          receiver.retryNow();
        } else receiver.maxBps = random.pick([undefined, 200_000, 1e6]);
        await sleep(random.int(60));
      }
      if (random.chance(0.3)) await host.restart(SIDE, 0.05);
      for (const { receiver } of viewers) receiver.maxBps = undefined;
      for (const { receiver } of viewers) receiver.retryNow();
      host.rest();
      for (const [who, viewer] of viewers.entries()) await same(host, viewer, who);
    }
    for (const { receiver } of viewers) receiver.window = null;
    await stage.converge(host, viewers);
    for (const { errors } of viewers) if (errors.length > 0) throw new Error(`a viewer said: ${errors[0]}`);
    return `${viewers.length} viewers, ${rounds} looks`;
  },
};

export const windows: Scenario[] = [panning];
