/** In a page: generations on a GPU beside WebAssembly, in turns. */

import { createLife } from '../../sim/index.js';

export interface GpuTurn {
  /** Cells along a side of the square torus. */
  size: number;
  engine: string;
  reason: string;
  /** Generations a round. */
  generations: number;
  /** Of each round, in which all generations are computed and what changed is read back. */
  seconds: number[];
  /** Of single generations, each read back. */
  single: number[];
}

const START = 10;

async function contest(size: number, generations: number, rounds: number): Promise<GpuTurn[]> {
  const turns: GpuTurn[] = [];
  const worlds = [];
  for (const engine of ['gpu', 'wasm'] as const) {
    const life = await createLife({ width: size, height: size, engine });
    worlds.push(life);
    turns.push({ size, engine: life.engine, reason: life.engineReason, generations, seconds: [], single: [] });
  }
  // The first round warms up, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const hashes = new Set<string>();
    for (const [i, life] of worlds.entries()) {
      life.soup({ density: 0.5, seed: 1 });
      life.step(START);
      await life.settled();
      const began = performance.now();
      life.step(generations);
      await life.settled();
      const ended = performance.now();
      life.step(1);
      await life.settled();
      const single = performance.now();
      hashes.add((await life.digest()).hash);
      if (round === 0) continue;
      turns[i]!.seconds.push((ended - began) / 1000);
      turns[i]!.single.push((single - ended) / 1000);
    }
    if (hashes.size !== 1) throw new Error('The engines disagree.');
  }
  for (const life of worlds) life.dispose();
  return turns;
}

declare global {
  var contestGpu: typeof contest;
}
globalThis.contestGpu = contest;
