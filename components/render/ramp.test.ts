import { expect } from '@open-wc/testing';
import { paletteOf } from './colors.js';
import { RAMP } from './ramp.js';

const brightness = ([r, g, b]: readonly number[]) => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
const spread = (color: readonly number[]) => Math.max(...color.slice(0, 3)) - Math.min(...color.slice(0, 3));

describe('the ramp of a palette', () => {
  it('goes from dead to alive to the bit, and is ever brighter', () => {
    for (const [alive, dead] of [
      ['#e6f1ff', '#0b1017'],
      ['#7df9ff', '#05070a'],
      ['lime', 'black'],
    ] as const) {
      const palette = paletteOf({ alive, dead });
      expect(palette.ramp).to.have.length(RAMP);
      expect(palette.ramp[0]).to.deep.equal(palette.dead);
      expect(palette.ramp[RAMP - 1]).to.deep.equal(palette.alive);
      for (let i = 32; i < RAMP; i += 32)
        expect(brightness(palette.ramp[i]!), `${alive} ${i}`).to.be.greaterThan(brightness(palette.ramp[i - 32]!));
    }
  });

  it('has hues of its own where what is alive has none, and no other than that where it has', () => {
    expect(spread(paletteOf({ alive: '#fff', dead: '#000' }).ramp[128]!)).to.be.greaterThan(80);
    const [r, g, b] = paletteOf({ alive: 'lime', dead: 'black' }).ramp[128]!;
    expect([r, b]).to.deep.equal([0, 0]);
    expect(g).to.be.greaterThan(50);
  });

  it('passes through the colors between, and fades where what is dead is transparent', () => {
    const { ramp } = paletteOf({ alive: '#fff', between: ['#123456', '#f00'], dead: '#000' });
    expect(ramp[85]).to.deep.equal([0x12, 0x34, 0x56, 255]);
    expect(ramp[170]).to.deep.equal([255, 0, 0, 255]);
    const glass = paletteOf({ alive: '#0f0', dead: 'transparent' });
    expect(glass.opaque).to.equal(false);
    for (let c = 0; c < 3; c++) expect(glass.ramp[128]![c]).to.be.closeTo([0, 255, 0][c]!, 2);
    expect(glass.ramp[128]![3]).to.be.closeTo(128, 1);
  });
});
