/**
 * The WebGPU engine beside WebAssembly, in Chromium, in turns. Where there is only a software adapter it says nothing
 * about graphics cards, and the table says so.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import puppeteer from 'puppeteer-core';
import { chromium, chromiumArgs } from '../scripts/browsers.js';
import type { GpuTurn } from './pages/gpu.js';
import { main, median, table } from './table.js';

const quick = process.argv.includes('--quick');

export async function run(): Promise<GpuTurn[]> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/pages/gpu.ts`],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    ignoreAnnotations: true,
    write: false,
  });
  const page = `<!doctype html><title>GPU</title><script type="module">${outputFiles[0]!.text}</script>`;
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const args = [...chromiumArgs.filter((arg) => arg !== '--disable-gpu'), '--enable-unsafe-webgpu'];
  const browser = await puppeteer.launch({ executablePath: chromium!, headless: true, args });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction(() => 'contestGpu' in globalThis);
    const turns: GpuTurn[] = [];
    for (const size of quick ? [1024] : [1024, 2048, 4096]) {
      const generations = Math.max(10, (100 * 1024 ** 2) / size ** 2);
      const some = await tab.evaluate((...given) => globalThis.contestGpu(...given), size, generations, quick ? 2 : 5);
      turns.push(...some);
    }
    return turns;
  } finally {
    await browser.close();
    server.close();
  }
}

export function format(turns: GpuTurn[]): string {
  const gpu = turns.find(({ engine }) => engine === 'gpu');
  if (!gpu) return `WebGPU: not measured, ${turns[0]!.reason}`;
  const lines = turns.map(({ size, engine, generations, seconds, single }) => {
    const second = median(seconds) / generations;
    return [
      `${size}x${size}`,
      engine,
      (1 / second).toFixed(1),
      (size ** 2 / second / 1e9).toFixed(2),
      (median(single) * 1000).toFixed(1),
    ];
  });
  const head = ['grid', 'engine', 'generations/s', 'Gcell/s', 'one generation and back, ms'];
  return table(`WebGPU (${gpu.reason}): soup at density 0.5 on a torus, from generation 10`, head, lines, 2);
}

await main(import.meta.url, async () => {
  const data = await run();
  return { data, text: format(data) };
});
