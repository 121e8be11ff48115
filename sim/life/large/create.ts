/** Makes the engine for Larger than Life: in WebAssembly where it can be, else in TypeScript. */
import { MemoryError } from '../../errors.js';
import type { Layout } from '../layout.js';
import { LargeEngine } from './engine.js';
import { createJsKernel } from './js.js';
import { createWasmKernel } from './wasm.js';

/**
 * @param plain Take the TypeScript one.
 * @throws MemoryError when the memory cannot be had.
 */
export async function createLargeEngine(
  layout: Layout,
  plain = false,
): Promise<{ engine: LargeEngine; reason: string }> {
  const what = 'the rule is one of Larger than Life';
  if (plain) return { engine: inTypeScript(layout), reason: `${what}, TypeScript is asked for` };
  try {
    return { engine: new LargeEngine(layout, await createWasmKernel(layout)), reason: what };
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { engine: inTypeScript(layout), reason: `${what}, WebAssembly cannot be used here: ${why}` };
  }
}

function inTypeScript(layout: Layout): LargeEngine {
  try {
    return new LargeEngine(layout, createJsKernel(layout));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryError(
      `A grid of ${layout.width}x${layout.height} needs ${Math.ceil((layout.tilesX * layout.tilesY * 3) / 256)} MiB under a rule of Larger than Life, which this machine does not give: use a smaller one.`,
    );
  }
}
