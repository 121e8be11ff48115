import { expect } from '@open-wc/testing';
import { paletteOf } from './colors.js';
import { Field } from './testing/field.js';
import { needsWebGL2 } from './testing/webgl2.js';
import { View, type ViewOptions } from './view.js';

const COLORS = {
  alive: '#fe8040',
  dead: '#102030',
  outside: '#000',
  grid: 'rgb(255 255 255 / 0.5)',
  unknown: '#405060',
};
const ALIVE = [0xfe, 0x80, 0x40];
const DEAD = [0x10, 0x20, 0x30];
const UNKNOWN = [0x40, 0x50, 0x60];

/** A world of which not every tile is known. */
class Heard extends Field {
  readonly heard = new Set<number>();
  knows(key: number): boolean {
    return this.heard.has(key);
  }
}

function view(renderer: ViewOptions['renderer'], field: Field, width: number, height: number, dpr = 1): View {
  const container = document.createElement('div');
  document.body.append(container);
  const v = new View(container, { renderer, colors: COLORS });
  v.resize(width, height, dpr);
  v.grid = field;
  v.camera.fit('none');
  open.push(v);
  return v;
}
const open: View[] = [];
afterEach(() => {
  for (const v of open.splice(0)) v.dispose();
});

const place = (v: View, x: number, y: number, scale: number): void => {
  v.camera.scale = scale;
  v.camera.x = x;
  v.camera.y = y;
};
const pixel = (image: ImageData, x: number, y: number): number[] => [
  ...image.data.subarray((y * image.width + x) * 4, (y * image.width + x) * 4 + 3),
];
/** Largest and mean difference of two pictures, in steps of a color channel. */
function difference(a: ImageData, b: ImageData): { most: number; mean: number } {
  expect([a.width, a.height]).to.deep.equal([b.width, b.height]);
  let most = 0;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const d = Math.abs(a.data[i]! - b.data[i]!);
    sum += d;
    if (d > most) most = d;
  }
  return { most, mean: sum / a.data.length };
}

/** What the picture must be, pixel by pixel, from the cells alone; from 1:1 on and without grid lines. */
function expectCells(image: ImageData, v: View, field: Field): void {
  const dpr = v.camera.dpr;
  for (let py = 0; py < image.height; py++) {
    for (let px = 0; px < image.width; px++) {
      const cell = v.camera.cellAt((px + 0.5) / dpr, (py + 0.5) / dpr);
      const inside = cell.x >= 0 && cell.y >= 0 && cell.x < field.width && cell.y < field.height;
      const wanted = inside ? (field.get(cell.x, cell.y) ? ALIVE : DEAD) : [0, 0, 0];
      const at = (py * image.width + px) * 4;
      for (let c = 0; c < 3; c++) {
        if (image.data[at + c] !== wanted[c]) {
          throw new Error(`pixel ${px}, ${py} (cell ${cell.x}, ${cell.y}): ${pixel(image, px, py)}, not ${wanted}`);
        }
      }
    }
  }
}

for (const renderer of ['webgl2', 'canvas2d'] as const) {
  describe(`${renderer} painter`, () => {
    if (renderer === 'webgl2') before(needsWebGL2);

    it('is the one asked for', () => {
      const v = view(renderer, new Field(64, 64), 64, 64);
      expect(v.stats.renderer).to.equal(renderer);
      expect(v.stats.why).to.contain('asked for');
    });

    it('shows every cell at 1, 2 and 4 pixels, anywhere, on worlds of any size', () => {
      const field = Field.soup(333, 210, 0.3, 7);
      const v = view(renderer, field, 200, 150);
      for (const scale of [1, 2, 4]) {
        for (const [x, y] of [
          [166, 105],
          [0, 0],
          [333, 210],
          [101.3, 77.7],
        ] as const) {
          place(v, x, y, scale);
          expectCells(v.capture(), v, field);
        }
      }
    });

    it('shows every cell on fine screens and between whole scales', () => {
      const field = Field.soup(200, 130, 0.4, 3);
      const v = view(renderer, field, 120, 90, 2);
      for (const scale of [0.5, 1, 0.8, 1.7, 3.9]) {
        place(v, 93.4, 61.2, scale);
        expectCells(v.capture(), v, field);
      }
    });

    it('reads tiles of stride 4 where they lie', () => {
      const strided = Field.soup(300, 100, 0.3, 5, 4);
      const v = view(renderer, strided, 300, 100);
      expectCells(v.capture(), v, strided);
    });

    it('gives each state a color of its own: steps of dying, or amounts', () => {
      const field = new Field(128, 64, 3);
      for (let state = 0; state < 8; state++)
        for (let plane = 0; plane < 3; plane++) field.set(60 + state, 6, ((state >> plane) & 1) === 1, plane);
      const v = view(renderer, field, 128, 64);
      const colors = (image: ImageData, row: number) =>
        Array.from({ length: 8 }, (_, state) => pixel(image, 60 + state, row));
      const { ramp } = paletteOf(COLORS);
      const expectColors = (wanted: number[]) => {
        const seen = colors(v.capture(), 6);
        for (const [state, share] of wanted.entries())
          expect(seen[state], `state ${state}`).to.deep.equal(ramp[Math.round(255 * share)]!.slice(0, 3));
      };
      place(v, 64, 32, 1);
      const dying = [0, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7].map(Math.sqrt);
      expectColors(dying);
      expect(colors(v.capture(), 7)).to.deep.equal(Array(8).fill(DEAD));
      v.amounts = true;
      expectColors([0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7, 1]);
      v.amounts = false;
      expectColors(dying);
      // Another world with fewer planes, and back.
      const plain = Field.soup(128, 64, 0.3, 3);
      v.grid = plain;
      place(v, 64, 32, 1);
      expectCells(v.capture(), v, plain);
      v.grid = field;
      place(v, 64, 32, 1);
      expectColors(dying);
    });

    it('shows tiles of which nothing is known as neither dead nor alive, until they are told', () => {
      const field = new Heard(300, 256);
      for (let i = 0; i < 256; i++) field.set(i, i);
      field.heard.add(field.keyOf(0, 0)).add(field.keyOf(200, 200));
      const v = view(renderer, field, 300, 256);
      const colorOf = (image: ImageData, x: number, y: number): number[] => {
        const { scale, originX, originY } = v.camera.frame();
        return pixel(image, Math.floor(originX + (x + 0.5) * scale), Math.floor(originY + (y + 0.5) * scale));
      };
      for (const scale of [1, 0.5, 1 / 4]) {
        place(v, 150, 128, scale);
        const image = v.capture();
        // In the middle of tiles, and off the diagonal: two that are known, two that are not, and the last, which is partial.
        const seen = [
          [20, 40],
          [224, 208],
          [100, 100],
          [100, 20],
          [280, 220],
        ].map(([x, y]) => colorOf(image, x!, y!));
        expect(seen, `at ${scale}`).to.deep.equal([DEAD, DEAD, UNKNOWN, UNKNOWN, UNKNOWN]);
      }
      expect(v.stats.pending).to.equal(18);
      place(v, 150, 128, 1);
      field.heard.add(field.keyOf(100, 100));
      v.changed([field.keyOf(100, 100)]);
      expect([colorOf(v.capture(), 100, 101), colorOf(v.capture(), 100, 100)]).to.deep.equal([DEAD, ALIVE]);
      expect(v.stats.pending).to.equal(17);
      // What is not known any more is shown so.
      field.heard.delete(field.keyOf(100, 100));
      v.changed([field.keyOf(100, 100)]);
      expect(colorOf(v.capture(), 100, 100)).to.deep.equal(UNKNOWN);
      expect(v.stats.pending).to.equal(18);
    });

    it('shows what there is no time for as unknown, not as dead', () => {
      const field = new Field(1024, 1024);
      const v = view(renderer, field, 256, 256);
      place(v, 512, 512, 1 / 4);
      v.paused = true;
      v.paused = false;
      v.frameBudget = 0;
      v.tileBudget = 1;
      v.render();
      const { width, height } = v.canvas;
      expect([width, height]).to.deep.equal([256, 256]);
      expect(v.stats.pending).to.equal(255);
      const copy = new OffscreenCanvas(256, 256).getContext('2d')!;
      copy.drawImage(v.canvas, 0, 0);
      expect(pixel(copy.getImageData(0, 0, 256, 256), 20, 20)).to.deep.equal(UNKNOWN);
    });

    it('shades boxes of cells by their live share, sparse ones brighter', () => {
      const field = new Field(512, 512);
      field.set(64, 64);
      for (let i = 0; i < 64; i++) field.set(128 + (i & 7), 128 + (i >> 3));
      const v = view(renderer, field, 64, 64);
      place(v, 256, 256, 1 / 8);
      const image = v.capture();
      expect(pixel(image, 16, 16)).to.deep.equal(ALIVE);
      const sparse = DEAD.map((d, i) => Math.round(d + (ALIVE[i]! - d) / 8));
      for (const [i, c] of pixel(image, 8, 8).entries()) expect(c).to.be.closeTo(sparse[i]!, 1);
      expect(pixel(image, 9, 8)).to.deep.equal(DEAD);
    });

    it('leaves transparent what its colors leave transparent, whatever the scale, and draws nothing twice', () => {
      const field = new Field(64, 64);
      for (let x = 0; x < 64; x++) for (let y = 0; y < 32; y++) field.set(x, y);
      const v = view(renderer, field, 100, 100);
      const rgba = (x: number, y: number): number[] => [
        ...v
          .capture()
          .data.subarray((y * 100 + x) * 4)
          .subarray(0, 4),
      ];
      v.colors = { alive: '#f00', dead: 'transparent', outside: 'rgb(0 0 255 / 0.5)', grid: 'transparent' };
      for (const scale of [1, 1 / 2, 1.3]) {
        place(v, 32, 32, scale);
        for (let again = 0; again < 3; again++) {
          expect(rgba(50, 50 - 4), `alive at ${scale}`).to.deep.equal([255, 0, 0, 255]);
          expect(rgba(50, 50 + 4)[3], `dead at ${scale}`).to.equal(0);
          for (const [x, y] of [
            [2, 2],
            [2, 50],
            [50, 97],
          ] as const) {
            expect(rgba(x, y)[2]!, `outside at ${scale}`).to.be.closeTo(255, 2);
            expect(rgba(x, y)[3]!, `outside at ${scale}`).to.be.closeTo(128, 1);
          }
        }
      }
      v.grid = null;
      expect(rgba(50, 50)[3]!).to.be.closeTo(128, 1);
    });

    it('gives a box of few cells the hue of the living, thinly', () => {
      const field = new Field(512, 512);
      for (let y = 0; y < 512; y += 2) for (let x = 0; x < 512; x += 2) field.set(x, y);
      const v = view(renderer, field, 64, 64);
      v.colors = { alive: '#0f0', dead: 'transparent', outside: '#000' };
      place(v, 256, 256, 1 / 8);
      const [r, g, b, a] = v.capture().data.subarray((20 * 64 + 20) * 4);
      expect([r, b]).to.deep.equal([0, 0]);
      expect(g!).to.be.greaterThan(250);
      expect(a!).to.be.closeTo(128, 1);
    });

    it('shows changed tiles, and forgets cells that died', () => {
      const field = Field.soup(256, 256, 0.2, 9);
      const v = view(renderer, field, 256, 256);
      v.capture();
      field.set(10, 10, !field.get(10, 10));
      for (let y = 64; y < 128; y++) for (let x = 64; x < 128; x++) field.set(x, y, false);
      field.reads = 0;
      v.changed([field.keyOf(10, 10), field.keyOf(64, 64), -1, 1e9, 0.5]);
      expectCells(v.capture(), v, field);
      expect(field.reads).to.equal(2);
      v.capture();
      expect(field.reads).to.equal(2);
    });

    it('keeps what stays in view while dragged, and reads only what comes in', () => {
      const field = Field.soup(1024, 1024, 0.25, 11);
      const v = view(renderer, field, 256, 192);
      place(v, 500, 500, 1);
      v.capture();
      for (const [dx, dy] of [
        [70, 0],
        [-200, -90],
        [64, 64],
        [0, 129],
        [-1000, -1000],
        [33, 400],
      ] as const) {
        v.camera.panBy(dx, dy);
        expectCells(v.capture(), v, field);
      }
      place(v, 512, 512, 1);
      v.capture();
      field.reads = 0;
      v.camera.panBy(-64, 0);
      v.capture();
      expect(field.reads).to.be.at.most(4);
    });

    it('is right wherever a long walk with changes on the way leads', () => {
      const field = Field.soup(500, 400, 0.25, 41);
      const v = view(renderer, field, 128, 128);
      place(v, 250, 200, 1);
      let state = 12345;
      const random = (below: number): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      for (let step = 0; step < 120; step++) {
        const kind = random(8);
        if (kind === 0) v.camera.scale = [1, 2, 0.5, 1.5, 0.25][random(5)]!;
        else if (kind < 3) v.camera.panBy(random(5) - 2, random(5) - 2);
        else v.camera.panBy(random(200) - 100, random(160) - 80);
        const key = random(field.tilesX * field.tilesY);
        const x = (key % field.tilesX) * 64 + random(50);
        const y = Math.floor(key / field.tilesX) * 64 + random(16);
        field.set(x, y, random(2) === 0);
        v.changed([key]);
        const image = v.capture();
        if (v.camera.scale >= 1) expectCells(image, v, field);
      }
    });

    it('reads shared memory', function () {
      if (typeof SharedArrayBuffer === 'undefined') this.skip();
      const field = Field.soup(100, 100, 0.3, 43);
      const shared = new Uint32Array(new SharedArrayBuffer(512));
      const tile = field.tile.bind(field);
      field.tile = (key) => {
        const { words, offset } = tile(key);
        shared.set(words.subarray(offset, offset + 128));
        return { words: shared, offset: 0, stride: 2 };
      };
      const v = view(renderer, field, 100, 100);
      expectCells(v.capture(), v, field);
    });

    it('draws an old level of detail anew when the scale changes', () => {
      const field = Field.soup(640, 640, 0.25, 13);
      const v = view(renderer, field, 160, 160);
      for (const scale of [1 / 4, 1, 1 / 16, 2, 1 / 2, 1]) {
        place(v, 320, 320, scale);
        const image = v.capture();
        if (scale >= 1) expectCells(image, v, field);
      }
    });

    it('takes new colors, a new size and a new world', () => {
      const field = Field.soup(128, 128, 0.5, 17);
      const v = view(renderer, field, 128, 128);
      v.capture();
      v.colors = { ...COLORS, alive: 'rgb(1, 2, 3)', dead: 'no color at all' };
      const image = v.capture();
      const x = [...Array(128).keys()].find((i) => field.get(i, 3))!;
      expect(pixel(image, x, 3)).to.deep.equal([1, 2, 3]);
      v.colors = COLORS;
      v.resize(90, 70, 2);
      expectCells(v.capture(), v, field);
      expect([v.canvas.width, v.canvas.height]).to.deep.equal([180, 140]);
      const other = Field.soup(70, 300, 0.5, 19);
      v.grid = other;
      expectCells(v.capture(), v, other);
      v.grid = null;
      expect(pixel(v.capture(), 5, 5)).to.deep.equal([0, 0, 0]);
    });
  });
}

describe('both painters', () => {
  before(needsWebGL2);

  it('give the same picture with grid lines', () => {
    const field = Field.soup(100, 80, 0.3, 23);
    for (const dpr of [1, 2]) {
      const [a, b] = [view('webgl2', field, 240, 180, dpr), view('canvas2d', field, 240, 180, dpr)];
      // None puts the middle of a pixel on the border of two cells: there, rounding may choose either.
      for (const scale of [8, 9.4, 12, 16, 37.4, 64]) {
        for (const v of [a, b]) place(v, 97.3, 3.1, scale);
        const image = a.capture();
        expect(difference(image, b.capture()).most, `scale ${scale}`).to.be.at.most(2);
      }
    }
  });

  it('give the same picture below 1:1 at powers of two', () => {
    const field = Field.soup(1500, 1100, 0.08, 29);
    for (const dpr of [1, 2]) {
      const [a, b] = [view('webgl2', field, 150, 110, dpr), view('canvas2d', field, 150, 110, dpr)];
      for (const scale of [1 / 2, 1 / 4, 1 / 8, 1 / 16]) {
        for (const v of [a, b]) place(v, 701.3, 1000.9, scale);
        expect(difference(a.capture(), b.capture()).most, `scale ${scale}`).to.be.at.most(1);
      }
    }
  });

  it('give the same picture of many states, whatever they mean', () => {
    for (const planes of [2, 3, 8]) {
      const field = new Field(500, 300, planes);
      let state = 7;
      for (let y = 0; y < 300; y++)
        for (let x = 0; x < 500; x++)
          for (let plane = 0; plane < planes; plane++) {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            if (state < 2 ** 32 * 0.1 && (x >> 5) % 3 !== 1) field.set(x, y, true, plane);
          }
      const [a, b] = [view('webgl2', field, 150, 110), view('canvas2d', field, 150, 110)];
      for (const amounts of [false, true])
        for (const scale of [4, 1, 1 / 2, 1 / 4, 1 / 8]) {
          for (const v of [a, b]) {
            v.amounts = amounts;
            place(v, 250.3, 140.9, scale);
          }
          expect(difference(a.capture(), b.capture()).most, `${planes} planes, scale ${scale}`).to.be.at.most(4);
        }
    }
  });

  it('agree on density between powers of two, and on worlds too large for 1/16', () => {
    const field = Field.soup(1500, 1100, 0.08, 31);
    const [a, b] = [view('webgl2', field, 300, 220), view('canvas2d', field, 300, 220)];
    for (const scale of [0.7, 0.3, 0.15, 0.09]) {
      for (const v of [a, b]) place(v, 750, 550, scale);
      expect(difference(a.capture(), b.capture()).mean, `scale ${scale}`).to.be.at.most(16);
    }
    const huge = new Field(16384, 12000);
    for (let key = 0; key < huge.tilesX * huge.tilesY; key += 3) huge.scramble(key, key);
    const [c, d] = [view('webgl2', huge, 64, 48), view('canvas2d', huge, 64, 48)];
    for (const v of [c, d]) v.camera.fit('contain');
    expect(c.camera.scale).to.be.lessThan(1 / 64);
    expect(difference(c.capture(), d.capture()).mean).to.be.at.most(12);
    expect(c.stats.visible).to.equal(huge.tilesX * huge.tilesY);
    // Tiles that were only counted so far get their cells when they are near enough.
    for (const v of [c, d]) place(v, 8000, 6000, 1);
    expectCells(c.capture(), c, huge);
    expectCells(d.capture(), d, huge);
  });
});
