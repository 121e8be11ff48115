import { aTimeout, expect } from '@open-wc/testing';
import { createLife, patternByName } from '../../sim/index.js';
import { accessible } from '../testing/accessible.js';
import { waitUntil } from '../testing/wait-until.js';
import type { MplHost } from './mpl-host.js';
import { addHost, hashOf, openHost, soup, Workers } from './testing/hosts.js';

const FIXED = { grid: '200x130', density: '0.4', seed: '11', paused: '' };
const fixedSoup = (steps = 0, more = {}) => soup({ width: 200, height: 130, ...more }, 0.4, 11, steps);
const state = (host: MplHost) => host.controlState!;

describe('<mpl-host>', () => {
  for (const engine of ['wasm', 'js', 'auto', 'gpu', 'hash'] as const) {
    it(`runs the soup that its seed says, cell by cell (engine="${engine}")`, async () => {
      const host = await openHost({ ...FIXED, engine });
      const first = await host.digest();
      expect(first).to.deep.equal({ version: 0, hash: await hashOf(await fixedSoup()) });
      await host.step(57);
      const later = await host.digest();
      expect(later).to.deep.equal({ version: 57, hash: await hashOf(await fixedSoup(57)) });
      await waitUntil(() => host.stats.generation === 57, 'it reports');
      expect(host.stats.engine).to.equal(engine === 'js' || engine === 'hash' ? engine : 'wasm');
      expect(host.stats.population).to.equal((await fixedSoup(57)).population());
      expect(host.stats.engineReason).to.contain(engine === 'gpu' ? 'WebGPU' : '');
    });
  }

  it('shows the same cells as it has', async () => {
    const host = await openHost(FIXED);
    await host.step(3);
    await waitUntil(() => host.version === 3);
    expect(host.stats.width).to.equal(200);
    expect(host.stats.height).to.equal(130);
    expect(host.link).to.equal('none');
    const canvas = host.shadowRoot!.querySelector('canvas')!;
    await waitUntil(() => canvas.width > 0);
    await accessible(host);
  });

  it('has another soup each time where there is no seed', async () => {
    const [a, b] = await Promise.all([openHost({ paused: '' }), openHost({ paused: '', channel: 'y' })]);
    expect((await a.digest()).hash).not.to.equal((await b.digest()).hash);
    expect(state(a).width).to.equal(512);
  });

  it('tells the digest of a part, and of no part that is not there', async () => {
    const host = await openHost(FIXED);
    const rect = { x: 61, y: 3, width: 70, height: 100 };
    expect(await host.digest(rect)).to.deep.equal(await (await fixedSoup()).digest(rect));
    const error = await host.digest({ ...rect, x: 150 }).catch((e: Error) => e);
    expect(error).to.be.instanceOf(RangeError);
    expect((error as Error).message).to.contain('200x130');
  });

  it('runs by itself, at its speed, and stands still when told to', async () => {
    const host = await openHost({ ...FIXED, speed: '50' });
    expect(state(host)).to.include({ paused: true, speed: 50 });
    await host.play();
    await waitUntil(() => host.version > 10);
    await waitUntil(() => !host.paused);
    await host.pause();
    await waitUntil(() => host.paused);
    const { version, hash } = await host.digest();
    expect(hash).to.equal(await hashOf(await fixedSoup(version)));
    await aTimeout(150);
    expect((await host.digest()).version).to.equal(version);
  });

  describe('takes a pattern', () => {
    const placed = async (name: string, width: number, height: number) => {
      const life = await createLife({ width, height });
      life.load(patternByName(name)!);
      return hashOf(life);
    };

    it('by the name of one it knows, with room to grow', async () => {
      const host = await openHost({ pattern: 'Gosper gun', paused: '' });
      expect(state(host)).to.include({ width: 256, height: 256, pattern: 'Gosper gun' });
      expect((await host.digest()).hash).to.equal(await placed('gosper-gun', 256, 256));
      await host.step(30);
      expect((await host.digest()).version).to.equal(30);
    });

    it('by the URL of a file that is served, relative to the page', async () => {
      const base = document.createElement('base');
      base.href = '/demo/';
      document.head.append(base);
      try {
        const host = await openHost({ pattern: 'patterns/acorn.rle', paused: '', grid: '300x200' });
        expect(state(host).pattern).to.equal('acorn');
        expect((await host.digest()).hash).to.equal(await placed('acorn', 300, 200));
      } finally {
        base.remove();
      }
    });

    it('by the URL of data and of a blob, with the rule it states', async () => {
      const rle = 'x = 3, y = 3, rule = B36/S23\nbo$2bo$3o!';
      const url = URL.createObjectURL(new Blob([rle]));
      for (const pattern of [url, `data:text/plain,${encodeURIComponent(rle)}`]) {
        const host = await openHost({ pattern, paused: '', grid: '64x64' });
        expect(state(host).rule).to.equal('B36/S23');
        expect((await host.digest()).hash).to.equal(await placed('glider', 64, 64));
        host.remove();
      }
      URL.revokeObjectURL(url);
    });

    it('that its attribute names by the time the world begins, not before', async () => {
      const host = await addHost({ pattern: '/demo/patterns/acorn.rle', paused: '', grid: '300x200' });
      host.pattern = 'glider';
      host.grid = '100x100';
      await waitUntil(() => host.controlState?.pattern === 'glider', 'it is the glider');
      expect((await host.digest()).hash).to.equal(await placed('glider', 100, 100));
    });

    it('that is named last, of two in a row', async () => {
      const host = await openHost({ ...FIXED, grid: '300x200' });
      host.pattern = '/demo/patterns/acorn.rle';
      await host.updateComplete;
      host.pattern = 'glider';
      await waitUntil(() => state(host).pattern === 'glider', 'it is the glider');
      await aTimeout(500);
      expect(state(host).pattern).to.equal('glider');
      expect((await host.digest()).hash).to.equal(await placed('glider', 300, 200));
    });
  });

  it('has grids of one cell, and of no whole tiles', async () => {
    const one = await openHost({ grid: '1x1', density: '1', seed: '1', paused: '', wrap: 'bounded' });
    expect((await one.digest()).hash).to.equal(
      await hashOf(await soup({ width: 1, height: 1, wrap: 'bounded' }, 1, 1)),
    );
    await one.step();
    expect((await one.digest()).hash).to.equal(
      await hashOf(await soup({ width: 1, height: 1, wrap: 'bounded' }, 1, 1, 1)),
    );
    for (const wrap of ['torus', 'bounded'] as const) {
      const odd = await openHost({ grid: '100x70', density: '0.5', seed: '5', paused: '', wrap });
      await odd.step(40);
      expect(await odd.digest()).to.deep.equal({
        version: 40,
        hash: await hashOf(await soup({ width: 100, height: 70, wrap }, 0.5, 5, 40)),
      });
    }
  });
});

describe('attributes of a running <mpl-host>', () => {
  it('change rule, neighbourhood and edges from the next generation on', async () => {
    const host = await openHost(FIXED);
    const truth = await fixedSoup();
    const both = async (): Promise<void> => {
      await host.step(9);
      truth.step(9);
      expect((await host.digest()).hash).to.equal(await hashOf(truth));
    };
    host.rule = 'HighLife';
    await waitUntil(() => state(host).rule === 'B36/S23');
    truth.setRule('HighLife');
    await both();
    host.wrap = 'bounded';
    await waitUntil(() => state(host).wrap === 'bounded');
    truth.setWrap('bounded');
    await both();
    host.rule = 'B2/S013';
    host.neighborhood = 'von-neumann';
    await waitUntil(() => state(host).neighborhood === 'von-neumann');
    truth.setRule('B2/S013', 'von-neumann');
    await both();
    // One alone leaves the other as it was said to be.
    host.rule = 'B1/S1';
    await waitUntil(() => state(host).rule === 'B1/S1V');
    truth.setRule('B1/S1', 'von-neumann');
    await both();
    host.neighborhood = 'moore';
    await waitUntil(() => state(host).neighborhood === 'moore');
    truth.setRule('B1/S1', 'moore');
    await both();
    expect((await host.digest()).version).to.equal(45);
  });

  it('go back to the default when they are removed', async () => {
    const host = await openHost({ ...FIXED, rule: 'B36/S23', wrap: 'bounded', speed: '7' });
    expect(state(host)).to.include({ rule: 'B36/S23', wrap: 'bounded', speed: 7 });
    for (const name of ['rule', 'wrap', 'speed']) host.removeAttribute(name);
    await waitUntil(() => state(host).wrap === 'torus' && state(host).speed === 30);
    expect(state(host).rule).to.equal('B3/S23');
    host.neighborhood = 'von-neumann';
    await waitUntil(() => state(host).neighborhood === 'von-neumann');
    host.removeAttribute('neighborhood');
    host.neighborhood = null;
    await waitUntil(() => state(host).neighborhood === 'moore');
  });

  it('change pace and state of motion, and nothing else with them', async () => {
    const host = await openHost({ ...FIXED, speed: '3' });
    host.speed = 'max';
    await waitUntil(() => state(host).speed === 0);
    host.paused = false;
    await waitUntil(() => host.version > 1000, 'it goes fast');
    // What was said by a command stays, until the attribute says something new.
    await host.request({ command: 'speed', value: 70 });
    host.paused = true;
    await waitUntil(() => state(host).paused);
    host.paused = false;
    await waitUntil(() => !state(host).paused);
    host.maxFps = 10;
    host.control = 'viewers';
    await waitUntil(() => state(host).control === 'viewers');
    expect(state(host).speed).to.equal(70);
    await host.pause();
    expect((await host.digest()).hash).to.equal(await hashOf(await fixedSoup((await host.digest()).version)));
  });

  it('hold as they were set last, also before the world has answered', async () => {
    const host = await openHost({ ...FIXED, speed: '20' });
    for (const paused of [false, true, false]) {
      host.paused = paused;
      await host.updateComplete;
    }
    await waitUntil(() => host.version > 3, 'it runs');
    expect(host.paused).to.equal(false);
    for (const paused of [true, false, true]) {
      host.paused = paused;
      await host.updateComplete;
    }
    // None of those before comes late.
    await waitUntil(async () => {
      const paused = host.paused && state(host).paused;
      await aTimeout(100);
      return paused && host.paused && state(host).paused;
    }, 'it stands still');
  });

  it('hold as they were set last, while the world still tells how it stood before', async () => {
    const host = await openHost(FIXED);
    for (const paused of [false, true]) {
      host.paused = paused;
      await host.updateComplete;
    }
    // It tells that it goes, as it was told first, and knows of the second only later.
    host.addEventListener('mpl-control', () => queueMicrotask(() => (host.paused = false)), { once: true });
    await waitUntil(() => host.version > 3, 'it runs');
    expect(host.paused).to.equal(false);
    // It tells that it goes, in the moment in which it is to stand still.
    host.addEventListener('mpl-control', () => (host.paused = true), { once: true });
    await host.request({ command: 'speed', value: 50 });
    await waitUntil(() => state(host).paused, 'it stands still');
    expect(host.paused).to.equal(true);
  });

  describe('while what the world tells of its pace comes late', () => {
    const workers = new Workers();
    beforeEach(() => {
      workers.watch();
      workers.late = { type: 'standing', ms: 100 };
    });
    afterEach(() => workers.unwatch());

    it('hold, and are as commands have made them since', async () => {
      const host = await openHost(FIXED);
      await aTimeout(200);
      host.paused = false;
      await waitUntil(() => !state(host).paused, 'it runs');
      await host.pause();
      expect(state(host).paused).to.equal(true);
      await aTimeout(200);
      expect(host.paused).to.equal(true);
    });

    it('hold where a listener to mpl-control sets them', async () => {
      const host = await openHost(FIXED);
      await aTimeout(200);
      let told = 0;
      host.addEventListener('mpl-control', ({ control }) => {
        if (!control.paused && ++told === 1) host.paused = true;
      });
      await host.play();
      await waitUntil(() => told > 0, 'it is told that it runs');
      await waitUntil(() => state(host).paused, 'it stands still again');
      await aTimeout(200);
      expect(host.paused).to.equal(true);
      expect(state(host).paused).to.equal(true);
    });
  });

  it('make another world: grid, pattern, seed, density, engine', async () => {
    const host = await openHost(FIXED);
    await host.step(5);
    host.grid = '90x300';
    await waitUntil(() => state(host).height === 300);
    expect(await host.digest()).to.deep.equal({
      version: 0,
      hash: await hashOf(await soup({ width: 90, height: 300 }, 0.4, 11)),
    });
    host.seed = 12;
    host.density = 0.1;
    await waitUntil(
      async () => (await host.digest()).hash === (await hashOf(await soup({ width: 90, height: 300 }, 0.1, 12))),
    );
    host.pattern = 'pulsar';
    await waitUntil(() => state(host).pattern === 'pulsar');
    host.engine = 'js';
    await waitUntil(() => host.stats.engine === 'js', 'another engine');
    const pulsar = await host.digest();
    await host.step(3);
    expect((await host.digest()).hash).to.equal(pulsar.hash);
    host.pattern = null;
    await waitUntil(() => state(host).pattern === '');
    await waitUntil(() => host.stats.height === 300);
  });
});

describe('steering <mpl-host>', () => {
  it('by commands: step, draw, clear, soup, pattern, grid, rule, reset', async () => {
    const host = await openHost(FIXED);
    const hash = async () => (await host.digest()).hash;
    const truth = await fixedSoup();
    await host.request({ command: 'draw', alive: true, cells: [0, 0, 199, 129, 64, 63] });
    truth.draw([0, 0, 199, 129, 64, 63], true);
    expect(await host.digest()).to.deep.equal(await truth.digest());
    await host.step(1000);
    truth.step(1000);
    expect(await host.digest()).to.deep.equal(await truth.digest());
    await host.request({ command: 'clear' });
    truth.clear();
    expect(await host.digest()).to.deep.equal(await truth.digest());
    await host.request({ command: 'soup', density: 0.2, seed: 99 });
    expect(await hash()).to.equal(await hashOf(await soup({ width: 200, height: 130 }, 0.2, 99)));
    await host.step(7);
    await host.reset();
    expect(await hash()).to.equal(await hashOf(await soup({ width: 200, height: 130 }, 0.2, 99)));
    await host.request({ command: 'grid', width: 77, height: 33 });
    expect(await hash()).to.equal(await hashOf(await soup({ width: 77, height: 33 }, 0.2, 99)));
    await host.request({ command: 'pattern', name: 'mine.rle', text: 'x = 100, y = 1, rule = B36/S23\n100o!' });
    expect(state(host)).to.include({ width: 100, height: 33, rule: 'B36/S23' });
    await host.request({ command: 'rule', rule: 'B2/S013', neighborhood: 'von-neumann' });
    await host.step(3);
    await host.reset();
    expect(state(host)).to.include({ rule: 'B2/S013V', width: 100, height: 33 });
  });

  it('refuses what cannot be, with a reason, and goes on', async () => {
    const host = await openHost(FIXED);
    const before = await host.digest();
    for (const [command, reason] of [
      [{ command: 'rule', rule: 'B9/S23' }, /B9/],
      [{ command: 'pattern', name: 'x.rle', text: 'x = 3, y = 3\nbo$2bq$3o!' }, /Line 2, column \d/],
      [{ command: 'step', n: 1_000_001 }, /too many/],
    ] as const) {
      const error = await host.request(command).catch((e: Error) => e);
      expect((error as Error).message, command.command).to.match(reason);
    }
    expect(await host.digest()).to.deep.equal(before);
    await host.step();
    expect((await host.digest()).hash).to.equal(await hashOf(await fixedSoup(1)));
  });

  it('takes commands one after another, also while a slow one is at work', async () => {
    const host = await openHost({ ...FIXED, grid: '1024x1024' });
    const order: string[] = [];
    const told = (name: string) => (): void => void order.push(name);
    await Promise.all([
      host.step(300).then(told('step')),
      host.request({ command: 'draw', alive: true, cells: [1, 1] }).then(told('draw')),
      host.request({ command: 'clear' }).then(told('clear')),
      host.step(2).then(told('two')),
    ]);
    expect(order).to.deep.equal(['step', 'draw', 'clear', 'two']);
    expect((await host.digest()).version).to.equal(304);
  });
});
