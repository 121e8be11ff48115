import { aTimeout, expect } from '@open-wc/testing';
import { Pacemaker } from './pacemaker.js';

/** A world that only counts, and takes its time where it is told to. */
class Counter {
  readonly strides: number[] = [];
  readonly publishedAt: number[] = [];
  /** Generations up to each frame. */
  readonly frames: number[] = [];
  generation = 0;
  /** Milliseconds that a generation takes. */
  cost = 0;
  /** The longest time nothing else could be done, ms. */
  longest = 0;

  step(n: number): void {
    const began = performance.now();
    this.strides.push(n);
    this.generation += n;
    // A stride that would freeze the test for minutes has failed it after a second.
    while (performance.now() - began < Math.min(n * this.cost, 1000));
    this.longest = Math.max(this.longest, n * this.cost);
  }
  publish(): void {
    this.publishedAt.push(performance.now());
    this.frames.push(this.generation);
  }
}

const made: Pacemaker[] = [];
afterEach(() => {
  for (const pacemaker of made.splice(0)) pacemaker.close();
});
function pace(speed: number, maxFps = 30): { world: Counter; pacemaker: Pacemaker; seconds: () => number } {
  const world = new Counter();
  const pacemaker = new Pacemaker(world);
  made.push(pacemaker);
  pacemaker.maxFps = maxFps;
  pacemaker.speed = speed;
  const began = performance.now();
  pacemaker.play();
  return { world, pacemaker, seconds: () => (performance.now() - began) / 1000 };
}

describe('the pacemaker', () => {
  it('keeps the speed asked for, from one generation a second to thousands, and never goes beyond it', async () => {
    const paced = [1, 2, 4, 20, 200, 5000].map((speed) => ({ speed, ...pace(speed) }));
    await aTimeout(2600);
    for (const { speed, world, pacemaker, seconds } of paced) {
      pacemaker.pause();
      const asked = speed * seconds();
      expect(world.generation, `speed ${speed}`).to.be.at.most(Math.ceil(asked));
      expect(world.generation, `speed ${speed}`).to.be.at.least(Math.floor(asked / 2));
      // What was computed was shown, but for what the next frame would have brought.
      expect(world.generation - (world.frames.at(-1) ?? 0), `speed ${speed}`).to.be.at.most(speed / 4);
    }
  });

  it('publishes no more often than it may, however fast the world goes', async () => {
    const paced = [0, 40, 5000].flatMap((speed) => [5, 30].map((fps) => ({ speed, fps, ...pace(speed, fps) })));
    await aTimeout(1000);
    for (const { speed, fps, world, pacemaker, seconds } of paced) {
      pacemaker.pause();
      const frames = world.publishedAt.length;
      expect(frames, `speed ${speed}, ${fps} frames/s`).to.be.within(2, Math.ceil(fps * seconds() * 1.05) + 1);
      const gaps = world.publishedAt.slice(1).map((at, i) => at - world.publishedAt[i]!);
      expect(Math.min(...gaps), `speed ${speed}, ${fps} frames/s`).to.be.at.least(1000 / fps - 2);
    }
  });

  it('goes in even strides where many generations pass between two frames', async () => {
    for (const [speed, cost] of [
      [60, 0],
      [1000, 0],
      [5000, 0],
      [0, 0],
      // Too slow for what is asked: what is cut short stays even.
      [1000, 0.9],
      [0, 0.7],
    ] as const) {
      const { world, pacemaker } = pace(speed);
      world.cost = cost;
      await aTimeout(250);
      pacemaker.pause();
      expect(world.generation, `speed ${speed}`).to.be.greaterThan(1);
      const odd = world.strides.filter((n) => n % 2 === 1);
      expect(odd, `speed ${speed}, ${cost} ms`).to.deep.equal([]);
    }
  });

  it('takes every generation by itself where there are fewer of them than frames', async () => {
    const { world } = pace(12);
    await aTimeout(600);
    expect(world.frames.length).to.be.greaterThan(2);
    expect(world.frames).to.deep.equal(world.frames.map((_, i) => i + 1));
  });

  it('forgets what a slow world owes, instead of running after it', async () => {
    const { world } = pace(500);
    world.cost = 20; // 50 a second, a tenth of what is asked.
    await aTimeout(1000);
    expect(world.generation).to.be.greaterThan(5);
    world.cost = 0;
    const before = world.generation;
    const began = performance.now();
    await aTimeout(400);
    // What time has brought since, and no more than 200 ms of the past.
    const most = ((performance.now() - began + 200) / 1000) * 500 + 2;
    expect(world.generation - before).to.be.at.most(most);
  });

  for (const speed of [0, 5000]) {
    it(`never freezes when the world becomes slow all of a sudden (speed ${speed || 'max'})`, async () => {
      const { world } = pace(speed);
      await aTimeout(300);
      world.longest = 0;
      world.cost = 5;
      await aTimeout(300);
      expect(world.longest).to.be.within(5, 40);
      const { length } = world.strides;
      await aTimeout(100);
      expect(world.strides.length).to.be.greaterThan(length);
    });
  }

  it('begins a slow world without a long first stride', async () => {
    const { world, pacemaker } = pace(0);
    pacemaker.pause();
    world.cost = 5;
    pacemaker.play();
    await aTimeout(200);
    expect(world.longest).to.be.within(5, 40);
  });

  it('stands still while paused, and goes on without making up for it', async () => {
    const { world, pacemaker } = pace(100);
    await aTimeout(200);
    pacemaker.pause();
    expect(pacemaker.running).to.equal(false);
    const { generation } = world;
    expect(generation).to.be.greaterThan(0);
    await aTimeout(500);
    expect(world.generation).to.equal(generation);
    pacemaker.play();
    pacemaker.play();
    expect(pacemaker.running).to.equal(true);
    const began = performance.now();
    await aTimeout(300);
    pacemaker.pause();
    const asked = (performance.now() - began) / 10;
    expect(world.generation - generation).to.be.within(Math.floor(asked / 2), Math.ceil(asked));
  });

  it('takes up another speed at once, without what was owed at the old one', async () => {
    const { world, pacemaker } = pace(0.01);
    await aTimeout(100);
    expect(world.generation).to.equal(0);
    pacemaker.speed = 100;
    await aTimeout(300);
    const { generation } = world;
    expect(generation).to.be.within(10, 60);
    pacemaker.speed = 0;
    await aTimeout(200);
    expect(world.generation).to.be.greaterThan(10 * generation);
    pacemaker.speed = 1;
    const before = world.generation;
    await aTimeout(300);
    expect(world.generation).to.equal(before);
  });

  it('sleeps, however slow it is to go', async () => {
    const { setTimeout } = globalThis;
    let woken = 0;
    globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
      woken++;
      return setTimeout(...args);
    }) as typeof setTimeout;
    try {
      // Longer to the next generation than a timer can be set for.
      const { world } = pace(3e-7);
      await aTimeout(200);
      expect(world.generation).to.equal(0);
      expect(woken).to.be.within(1, 10);
    } finally {
      globalThis.setTimeout = setTimeout;
    }
  });

  it('does nothing any more once closed, nor before it is told to play', async () => {
    const idle = new Counter();
    const waiting = new Pacemaker(idle);
    made.push(waiting);
    waiting.speed = 0;
    const { world, pacemaker } = pace(0);
    await aTimeout(100);
    pacemaker.close();
    const { generation } = world;
    await aTimeout(100);
    expect(world.generation).to.equal(generation);
    expect(idle.generation).to.equal(0);
  });
});
