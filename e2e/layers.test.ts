import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import type {} from '../components/index.js';
import { launch, type RelayProcess, startRelay } from './harness.js';

let browser: Browser;
let relay: RelayProcess;
before(async () => {
  [browser, relay] = await Promise.all([launch(), startRelay()]);
});
after(async () => {
  await browser.close();
  await relay.kill();
});

/** Colors on the screen itself, at points given in CSS pixels from the corner of the viewer. */
async function colorsAt(page: Page, points: [number, number][]): Promise<number[][]> {
  const shot = await page.screenshot({ encoding: 'base64' });
  return page.evaluate(
    async (data, list) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { left, top } = document.querySelector('mpl-viewer')!.getBoundingClientRect();
      return list.map(([x, y]) => [...context.getImageData(left + x, top + y, 1, 1).data].slice(0, 3));
    },
    shot,
    points,
  );
}

const layer = (z: number, region: string, more: string, inside = ''): string =>
  `<mpl-layer transport="relay" z="${z}" region="${region}" ${more}>${inside}</mpl-layer>`;
const host = (channel: string, side: number, density: number): string =>
  `<mpl-host channel="${channel}" sim="life" grid="${side}x${side}" density="${density}" paused style="width: 64px"></mpl-host>`;
/** 512 pixels for 256 cells: two a cell. All cells of "full" live, and none of "ground". */
const BODY = `
  <mpl-viewer channel="ground" transport="relay" colors="#f00 transparent" style="width: 512px; height: 512px">
    ${layer(3, '0 0 64 64', 'channel="full" colors="#00f #fff" opacity="0.5"')}
    ${layer(1, '0 0 128 128', 'channel="full" colors="#0f0 #fff"')}
    ${layer(-1, '128 128 128 128', 'channel="full" colors="#ff0 #fff"')}
    ${layer(2, '32 32 64 64', '', '<div style="background: #fff; height: 100%"></div>')}
  </mpl-viewer>
  ${host('ground', 256, 0)}${host('full', 64, 1)}`;

describe('layers, as the browser puts them together', () => {
  test('by z, by opacity, through what is transparent, beneath the ground; HTML among them', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(relay.url);
    await page.evaluate(async (body) => {
      await customElements.whenDefined('mpl-layer');
      document.body.innerHTML = body;
      const pictures = [...document.querySelectorAll('mpl-layer')].filter((layer) => layer.channel);
      const end = performance.now() + 60_000;
      while (!pictures.every((layer) => layer.status === 'live' && layer.size) && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }, BODY);
    const [half, white, green, yellow] = await colorsAt(page, [
      [48, 110],
      [150, 150],
      [220, 40],
      [400, 400],
    ]);
    const near = (is: number[] | undefined, wanted: number[], what: string): void =>
      assert.ok(
        is?.every((c, i) => Math.abs(c - wanted[i]!) <= 2),
        `${what}: ${is}, not ${wanted}`,
      );
    near(half, [0, 128, 128], 'blue, half transparent, on green');
    near(white, [255, 255, 255], 'HTML on green');
    near(green, [0, 255, 0], 'green on the ground');
    near(yellow, [255, 255, 0], 'yellow through the ground');
    assert.deepEqual(errors, []);
    await page.close();
  });
});
