// Runs in a browser that was told to give pages WebGPU: npx wtr --group gpu
import { expect } from '@open-wc/testing';
import { createLife, type Life, NAMED_RULES, parseRule } from '../../index.js';
import type { Wrap } from '../grid.js';

const adapter = await navigator.gpu?.requestAdapter();
/** What cannot be shown without an adapter is skipped, and says so. */
const suite: typeof describe = (adapter ? describe : describe.skip) as typeof describe;
const without = adapter
  ? ''
  : ` (skipped: ${navigator.gpu ? 'WebGPU has no adapter here' : 'there is no WebGPU here'})`;

async function pair(options: { width: number; height: number; rule?: string; wrap?: Wrap }): Promise<[Life, Life]> {
  const gpu = await createLife({ ...options, engine: 'gpu' });
  expect(gpu.engine, gpu.engineReason).to.equal('gpu');
  return [gpu, await createLife({ ...options, engine: 'wasm' })];
}

suite(`the GPU engine${without}`, () => {
  it('is digest-equal with WebAssembly for every named rule, on tori and bounded grids', async () => {
    for (const [i, [name, rule]] of Object.entries(NAMED_RULES).entries()) {
      // Larger than Life has an engine of its own.
      if (parseRule(rule).kind === 'larger') continue;
      const width = [256, 200, 129, 64, 33][i % 5];
      const height = [128, 71, 200, 64][i % 4];
      for (const wrap of ['torus', 'bounded'] as const) {
        const [gpu, wasm] = await pair({ width, height, rule, wrap });
        for (const life of [gpu, wasm]) {
          life.soup({ density: 0.3, seed: i });
          life.step(100);
          await life.settled();
        }
        expect(await gpu.digest(), `${name} ${width}x${height} ${wrap}`).to.deep.equal(await wasm.digest());
        expect(gpu.population()).to.equal(wasm.population());
        gpu.dispose();
      }
    }
  });
});
