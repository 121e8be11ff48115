/** Finds a GPU, and says what it is. */
import { MemoryError } from '../../errors.js';
import { type Layout, PLANE_WORDS } from '../layout.js';

export interface Gpu {
  device: GPUDevice;
  /** Computed by a processor: right, and slower than WebAssembly. */
  software: boolean;
  /** What it calls itself; may be empty. */
  name: string;
}

/** Names of adapters that are none: SwiftShader, Mesa's llvmpipe, Windows' WARP. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp\b/i;

/** Bytes of the largest buffer a grid needs: its cells, and a tile of zeros. */
export function bytesFor({ tilesX, tilesY }: Layout, planes: number): number {
  return (tilesX * tilesY + 1) * planes * PLANE_WORDS * 4;
}

/**
 * A device that can hold this grid.
 *
 * @throws Error that says why there is none; MemoryError where the grid is too large for it.
 */
export async function findGpu(layout: Layout, planes: number): Promise<Gpu> {
  const adapter = await findAdapter();
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  if (bytesFor(layout, planes) > most) throw tooLarge(layout, planes, most);
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } });
  return { device, ...describe(adapter) };
}

/** Is there a GPU that is no piece of software? */
export async function hasGpu(): Promise<boolean> {
  try {
    return !describe(await findAdapter()).software;
  } catch {
    return false;
  }
}

async function findAdapter(): Promise<GPUAdapter> {
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!gpu) throw new Error('there is no WebGPU here');
  // Null is what a browser says whose GPU it does not trust, though it has `navigator.gpu`.
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('WebGPU has no adapter here');
  return adapter;
}

function describe(adapter: GPUAdapter): { software: boolean; name: string } {
  // Older browsers say it of the adapter itself.
  const { info, isFallbackAdapter } = adapter as GPUAdapter & { isFallbackAdapter?: boolean };
  const { vendor = '', architecture = '', description = '' } = info ?? {};
  const name = description || [vendor, architecture].filter(Boolean).join(' ');
  const fallback = info?.isFallbackAdapter ?? isFallbackAdapter ?? false;
  return { name, software: fallback || SOFTWARE.test(`${architecture} ${description}`) };
}

function tooLarge({ width, height }: Layout, planes: number, most: number): MemoryError {
  const states = planes > 1 ? ` with ${planes} planes` : '';
  const needed = Math.ceil((width * height * planes) / 2 ** 23);
  return new MemoryError(
    `A grid of ${width}x${height}${states} takes ${needed} MiB in one piece, and this GPU gives ${most / 2 ** 20}: use a smaller grid, or another engine.`,
  );
}
