import { expect } from '@open-wc/testing';
import { createLife, formatMacrocell, type Life, parsePattern } from '../../index.js';

describe('HashLife in a page', () => {
  it('is loaded when it is asked for, and is the same world as in blocks, from a macrocell file on', async () => {
    const from = await createLife({ width: 300, height: 200, engine: 'wasm' });
    from.soup({ density: 0.2, seed: 4 });
    const pattern = parsePattern(formatMacrocell(from), { name: 'soup.mc' });
    for (const wrap of ['torus', 'bounded'] as const) {
      const worlds: Life[] = [];
      for (const engine of ['hash', 'wasm'] as const) {
        const life = await createLife({ width: 512, height: 512, wrap, engine });
        expect(life.engine).to.equal(engine);
        life.load(pattern);
        life.step(300);
        worlds.push(life);
      }
      const [hash, blocks] = worlds;
      expect(await hash.digest()).to.deep.equal(await blocks.digest());
      expect([...hash.changedTiles()]).to.deep.equal([...blocks.changedTiles()]);
    }
  });
});
