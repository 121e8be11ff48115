/** Where else a world may be computed than where it lives. */
import { parseRule } from '../rule/parse.js';
import { canRun } from './able.js';
import type { Elsewhere } from './elsewhere.js';
import type { Layout } from './layout.js';
import type { Life } from './life.js';
import type { ThreadOptions } from './wasm/engine.js';
import { spawnHelper } from './workers/environment.js';

/** Cells of a grid, at most: what is seen of it takes a quarter of a byte for each here, empty or not. */
const MOST_CELLS = 2 ** 28;

/**
 * A GPU that is one, and bands where several threads are allowed but no memory can be shared.
 *
 * @param threads As for `createLife`.
 */
export function placesFor(
  life: Life,
  layout: Layout,
  { threads = 1, spawn = spawnHelper }: ThreadOptions,
): Elsewhere[] {
  const places: Elsewhere[] = [];
  if (layout.width * layout.height > MOST_CELLS) return places;
  if ((globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu)
    places.push(async () => {
      const { hasGpu } = await import('./gpu/adapter.js');
      if (!canRun('gpu', parseRule(life.rule)) || !(await hasGpu())) return undefined;
      const { createGpuEngine } = await import('./gpu/engine.js');
      const engine = await createGpuEngine(layout, life.planes);
      return { engine, reason: `the GPU computes it${engine.name && ` (${engine.name})`}` };
    });
  if (threads > 1 && typeof SharedArrayBuffer === 'undefined')
    places.push(async () => {
      const [{ BandsEngine, mostBands }, { bandPort }] = await Promise.all([
        import('./bands/engine.js'),
        import('./bands/port.js'),
      ]);
      const bands = Math.min(threads, mostBands(layout));
      if (bands < 2 || !canRun('bands', parseRule(life.rule))) return undefined;
      const ports = Array.from({ length: bands }, () => bandPort(spawn));
      return { engine: new BandsEngine(layout, ports), reason: `${bands} workers hold bands of it` };
    });
  return places;
}
