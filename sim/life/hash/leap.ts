/** How far a tree may leap, and how: what the edges of the grid have to say about it. */
import type { Layout } from '../layout.js';
import { type HashKernel, HOLD } from './kernel.js';
import type { Leaper } from './leaper.js';
import { ringOf } from './ring.js';

/** Generations in which nothing living can reach an edge and matter there; not for a ring, which has none. */
export function reach({ kernel, layout, rule, torus, root }: Leaper): number {
  // Out there, too, cells would be born of nothing; they matter one generation later.
  if (rule.birth & 1) return torus ? 0 : 1;
  const box = kernel.box(root);
  if (!box) return Number.POSITIVE_INFINITY;
  const empty = Math.min(box.minX, box.minY, layout.width - 1 - box.maxX, layout.height - 1 - box.maxY);
  // What is born just outside a bounded grid is cut off before it has an effect.
  return torus ? empty : empty + 1;
}

/** Takes the tree of a world that is no ring 1 to `most` generations on: as far as one leap goes. */
export function leap(world: Leaper, most: number): { root: number; done: number } {
  const { kernel, layout, level, root } = world;
  const { wasm } = kernel;
  wasm.prepare(1 << 14);
  const far = reach(world);
  if (far === Number.POSITIVE_INFINITY) return { root, done: most };
  let k = far > 0 ? power(Math.min(most, far), level - 1) : -1;
  let around = framed(kernel, level, root);
  const slow = power(most, Math.min(6, level - 1));
  if (world.torus && k < slow) {
    k = slow;
    around = ringOf(world, around);
  }
  wasm.hold(HOLD.work, around);
  const id = wasm.jump(around, level + 1, k);
  wasm.hold(HOLD.work, id);
  wasm.prepare(roomFor(layout));
  const cut = wasm.crop(id, level, layout.width, layout.height);
  wasm.hold(HOLD.work, 0);
  return { root: cut, done: 2 ** k };
}

/** Nodes that an edit along the edges of a grid may make. */
export function roomFor({ tilesX, tilesY }: Layout): number {
  return 4096 + 64 * (tilesX + tilesY);
}

/** The greatest k with 2^k <= n, but at most `limit`. */
function power(n: number, limit: number): number {
  return Math.min(limit, Math.floor(Math.log2(n)));
}

function children({ words }: HashKernel, id: number): [number, number, number, number] {
  return [words[id * 8], words[id * 8 + 1], words[id * 8 + 2], words[id * 8 + 3]];
}

/** A tree with nothing around it, twice as wide and high. */
function framed(kernel: HashKernel, level: number, root: number): number {
  const { wasm } = kernel;
  const [nw, ne, sw, se] = children(kernel, root);
  const e = wasm.empty(level - 1);
  return wasm.join(
    level + 1,
    wasm.join(level, e, e, e, nw),
    wasm.join(level, e, e, ne, e),
    wasm.join(level, e, sw, e, e),
    wasm.join(level, se, e, e, e),
  );
}
