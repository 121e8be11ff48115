import { expect } from '@open-wc/testing';
import { buildLife } from './build-life.js';
import type { WorldSettings } from './world-messages.js';

const SETTINGS: WorldSettings = {
  ...{ sim: 'life', engine: 'auto', width: 0, height: 0, rule: '', neighborhood: undefined, wrap: 'torus' },
  ...{ pattern: null, density: 0.3, seed: 1 },
};

const OPTIONS = { signal: new AbortController().signal, onprogress: () => {} };

/** A cell in each square of 8x8, on 2^level cells by half as many. */
function sparse(level: number): string {
  const lines = ['[M2]', '$$$*'];
  for (let at = 4; at < level; at++) lines.push(`${at} ${[1, 1, 1, 1].map(() => at - 3).join(' ')}`);
  lines.push(`${level} ${level - 3} ${level - 3} 0 0`);
  return lines.join('\n');
}

describe('a world of Life', () => {
  it('of a macrocell file that blocks have no room for is given to HashLife, and says why', async () => {
    const huge = { ...SETTINGS, pattern: { name: 'huge.mc', text: sparse(16) } };
    const { world, stepper } = await buildLife(huge, OPTIONS);
    expect(world.engine).to.equal('hash');
    expect(world.engineReason).to.match(/33554432 living cells in 524288 tiles would take blocks too much memory/);
    expect(world.population()).to.equal(2 ** 25);
    // Few generations are wanted, for which blocks would do, had they room.
    stepper.wanted = 30;
    stepper.step(1);
    expect([world.engine, world.generation, world.population()]).to.deep.equal(['hash', 1, 0]);
    const small = await buildLife({ ...SETTINGS, pattern: { name: 'small.mc', text: sparse(9) } }, OPTIONS);
    expect(small.world.engine).to.equal('wasm');
  });
});
