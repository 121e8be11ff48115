/**
 * Latency through layers. One layer is source, relay, receiver; each further one receives the channel before it, adds one,
 * and publishes that, in a process of its own. The last receiver is in the process of the first source: one clock.
 */

import { median, quantile } from '../table.js';
import type { Crew } from './crew.js';
import type { KitName } from './worker.js';

export const LAYERS = [1, 2, 3] as const;
const ROUNDS = 4;
const SAMPLES = 40;
const FLOOR: KitName = 'ws and JSON';

interface Transit {
  layers: number;
  /** ms */
  p50: number;
  p99: number;
  /** How many times the floor's median, of the same round. */
  timesFloor: number;
  /** Of the numbers set, how many were heard: what comes too soon after another may be left out. */
  heard: number;
  sent: number;
}

export interface LatencyRow {
  kit: KitName;
  layers: Transit[];
}

async function build({ url, source, receiver, other }: Crew, layers: number): Promise<void> {
  await source.do('source', url, `${layers}-1`, 'one number');
  for (const [i, hand] of [receiver, other].slice(0, layers - 1).entries()) {
    await hand.do('layer', url, `${layers}-${i + 1}`, `${layers}-${i + 2}`);
  }
}

export async function measureLatency(crews: readonly Crew[]): Promise<LatencyRow[]> {
  const took = new Map<string, number[][]>();
  const key = (kit: KitName, layers: number) => `${kit} ${layers}`;
  for (const crew of crews) {
    // What other measurements left there has nothing to do with this one.
    await crew.receiver.do('receivers', crew.url, '', 'one number', []);
    for (const layers of LAYERS) {
      await build(crew, layers);
      took.set(key(crew.kit, layers), []);
    }
  }
  // Each chain has to settle who is watched and who is not.
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let round = 0; round < ROUNDS; round++) {
    for (const layers of LAYERS) {
      for (const { kit, url, source } of crews) {
        const transits = await source.do('transits', url, `${layers}-1`, `${layers}-${layers}`, layers, SAMPLES);
        if (round > 0) took.get(key(kit, layers))!.push(transits);
      }
    }
  }
  return crews.map(({ kit }) => ({
    kit,
    layers: LAYERS.map((layers): Transit => {
      const rounds = took.get(key(kit, layers))!;
      const floor = took.get(key(FLOOR, layers))!;
      return {
        layers,
        p50: quantile(rounds.flat(), 0.5),
        p99: quantile(rounds.flat(), 0.99),
        timesFloor: median(rounds.map((round, i) => median(round) / median(floor[i]!))),
        heard: rounds.flat().length,
        sent: rounds.length * SAMPLES,
      };
    }),
  }));
}
