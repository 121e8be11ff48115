import { expect } from '@open-wc/testing';
import { TILE_WORDS } from '../../transport/state/tile.js';
import { ATLAS_WIDTH } from './shaders.js';
import { needsWebGL2 } from './testing/webgl2.js';
import { TileAtlas } from './tile-atlas.js';

const SLOTS_PER_ROW = ATLAS_WIDTH / 2;

function context(): WebGL2RenderingContext {
  return document.createElement('canvas').getContext('webgl2')!;
}
const tile = (seed: number): Uint32Array => Uint32Array.from({ length: TILE_WORDS }, (_, i) => seed * 1000 + i);

function slotContent(gl: WebGL2RenderingContext, atlas: TileAtlas, slot: number): Uint32Array {
  const target = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, target);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, atlas.texture, 0);
  const rgba = new Uint32Array(TILE_WORDS * 4);
  const x = (slot % SLOTS_PER_ROW) * 2;
  gl.readPixels(x, Math.floor(slot / SLOTS_PER_ROW) * 64, 2, 64, gl.RGBA_INTEGER, gl.UNSIGNED_INT, rgba);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.deleteFramebuffer(target);
  return rgba.filter((_, i) => i % 4 === 0);
}

describe('TileAtlas', () => {
  before(needsWebGL2);

  it('grows without losing what it holds', () => {
    const gl = context();
    const atlas = new TileAtlas(gl);
    const never = (): never => {
      throw new Error('nobody is to be evicted');
    };
    expect(atlas.capacity).to.equal(512);
    for (let key = 0; key < 1500; key++) {
      const slot = atlas.claim(key, never, never);
      expect(slot).to.equal(key + 1);
      atlas.write(slot, { words: tile(key), offset: 0, stride: 2 });
    }
    expect(atlas.capacity).to.equal(2048);
    for (const key of [0, 510, 511, 512, 1023, 1499]) expect(slotContent(gl, atlas, key + 1)).to.deep.equal(tile(key));
    expect(gl.getError()).to.equal(0);
    atlas.release(700);
    expect(atlas.claim(9999, never, never)).to.equal(700);
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  });

  it('keeps the planes of a tile beside each other', () => {
    const gl = context();
    const atlas = new TileAtlas(gl, 3);
    const never = (): never => {
      throw new Error('nobody is to be evicted');
    };
    for (let key = 0; key < 200; key++) {
      const slot = atlas.claim(key, never, never);
      for (let plane = 0; plane < 3; plane++)
        atlas.write(slot, { words: tile(key * 3 + plane), offset: 0, stride: 2 }, plane);
    }
    // 170 slots in the first row of slots: 3 planes are as wide as 3 slots of one plane.
    for (const key of [0, 1, 168, 169, 170, 199])
      for (let plane = 0; plane < 3; plane++) {
        const slot = key + 1;
        const place = Math.floor(slot / 170) * SLOTS_PER_ROW + (slot % 170) * 3 + plane;
        expect(slotContent(gl, atlas, place)).to.deep.equal(tile(key * 3 + plane));
      }
    expect(gl.getError()).to.equal(0);
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  });

  it('full, takes slots only from tiles out of view, and gives none where all are in view', () => {
    const gl = context();
    const atlas = new TileAtlas(gl);
    expect(atlas.limit).to.be.within(SLOTS_PER_ROW, 65536);
    const evicted: number[] = [];
    const claim = (key: number, inView: ((key: number) => boolean) | null): number =>
      atlas.claim(key, inView, (k) => evicted.push(k));
    for (let key = 0; key < atlas.limit - 1; key++) claim(key, () => true);
    expect(evicted).to.deep.equal([]);
    expect(claim(100000, () => true)).to.equal(0);
    expect(claim(100000, null)).to.equal(0);
    const slot = claim(100000, (key) => key !== 77);
    expect([slot, evicted]).to.deep.equal([78, [77]]);
    expect(claim(100001, (key) => key !== 77)).to.equal(0);
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  });
});
