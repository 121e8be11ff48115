import { expect } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import { type Clock, SystemClock } from './clock.js';
import { Pacemaker } from './pacemaker.js';
import { FakeClock } from './testing/fake-clock.js';

/** A world that only counts, and takes its time where it is told to. */
class Counter {
  readonly strides: number[] = [];
  readonly publishedAt: number[] = [];
  /** Generations up to each frame. */
  readonly frames: number[] = [];
  generation = 0;
  /** Milliseconds that a generation takes. */
  cost = 0.001;
  /** Milliseconds that it has worked. */
  busy = 0;
  /** The longest time nothing else could be done, ms. */
  longest = 0;

  constructor(readonly clock: FakeClock) {}

  step(n: number): void {
    const spent = n * this.cost;
    this.strides.push(n);
    this.generation += n;
    this.clock.spend(spent);
    this.busy += spent;
    this.longest = Math.max(this.longest, spent);
  }
  publish(): void {
    this.publishedAt.push(this.clock.now());
    this.frames.push(this.generation);
  }
}

function pace(speed: number, maxFps = 30, cost = 0.001) {
  const clock = new FakeClock();
  const world = new Counter(clock);
  world.cost = cost;
  const pacemaker = new Pacemaker(world, clock);
  pacemaker.maxFps = maxFps;
  pacemaker.speed = speed;
  pacemaker.play();
  return { clock, world, pacemaker };
}

describe('the pacemaker', () => {
  for (const fps of [1, 5, 30, 120])
    for (const speed of [0.5, 1, 2, 4, 20, 59, 60, 200, 5000])
      it(`keeps the speed asked for, and never goes beyond it (${speed}/s, ${fps} frames/s)`, () => {
        const { clock, world } = pace(speed, fps);
        clock.advance(10_000);
        const asked = speed * 10;
        // What time has brought last may still wait for the next frame.
        const waiting = speed / Math.min(fps, speed) + 1;
        expect(world.generation).to.be.within(Math.floor(asked * 0.98 - waiting), asked);
        // What was computed was shown, but for what the next frame brings.
        expect(world.generation - (world.frames.at(-1) ?? 0)).to.be.at.most(waiting);
      });

  it('publishes as often as there is something new, and no more often than it may', () => {
    for (const speed of [0, 40, 5000])
      for (const fps of [1, 5, 30, 120]) {
        const { clock, world } = pace(speed, fps);
        clock.advance(5000);
        const what = `speed ${speed}, ${fps} frames/s`;
        const often = Math.min(fps, speed || fps) * 5;
        expect(world.publishedAt.length, what).to.be.within(Math.floor(often * 0.7) - 1, Math.ceil(often * 1.05) + 1);
        const gaps = world.publishedAt.slice(1).map((at, i) => at - world.publishedAt[i]!);
        expect(Math.min(...gaps), what).to.be.at.least(900 / fps - 0.01);
        expect(new Set(world.frames).size, what).to.equal(world.frames.length);
      }
  });

  it('goes in even strides where many generations pass between two frames', () => {
    for (const [speed, cost] of [
      [60, 0.001],
      [1000, 0.001],
      [5000, 0.001],
      [0, 0.001],
      // Too slow for what is asked: what is cut short stays even.
      [1000, 0.9],
      [1000, 3],
      [60, 20],
      [0, 0.7],
    ] as const) {
      const { clock, world } = pace(speed, 30, cost);
      clock.advance(2000);
      expect(world.generation, `speed ${speed}`).to.be.greaterThan(1);
      const odd = world.strides.filter((n) => n % 2 === 1);
      expect(odd, `speed ${speed}, ${cost} ms`).to.deep.equal([]);
    }
  });

  it('takes every generation by itself where there are fewer of them than frames', () => {
    for (const speed of [1, 12, 29]) {
      const { clock, world } = pace(speed);
      clock.advance(3000);
      expect(world.frames.length).to.be.at.least(2);
      expect(world.frames).to.deep.equal(world.frames.map((_, i) => i + 1));
    }
  });

  for (const [speed, fps, cost] of [
    [1000, 30, 2],
    [1000, 30, 3],
    [1000, 30, 1.5],
    [1000, 2, 2],
    [60, 30, 20],
    [10, 30, 200],
  ] as const)
    it(`does not idle while the machine cannot keep up (${speed}/s at ${cost} ms each, ${fps} frames/s)`, () => {
      const { clock, world } = pace(speed, fps, cost);
      const began = clock.now();
      clock.advance(10_000);
      expect(world.busy / (clock.now() - began)).to.be.greaterThan(0.9);
      expect(world.generation).to.be.greaterThan((10_000 / cost) * 0.9);
      // And it is seen to go.
      expect(world.publishedAt.length).to.be.greaterThan(Math.min(fps, 500 / cost) * 10 * 0.6);
    });

  it('keeps the speed that it just so can', () => {
    for (const fps of [1, 3, 30]) {
      const { clock, world } = pace(1000, fps, 0.9);
      clock.advance(10_000);
      expect(world.generation, `${fps} frames/s`).to.be.greaterThan(9700 - 1000 / fps);
    }
  });

  it('forgets what a slow world owes, instead of running after it', () => {
    const { clock, world } = pace(500, 30, 20); // 50 a second, a tenth of what is asked.
    clock.advance(3000);
    expect(world.generation).to.be.greaterThan(100);
    world.cost = 0.001;
    const before = world.generation;
    clock.advance(400);
    // What time has brought since, and no more than 200 ms of the past.
    expect(world.generation - before).to.be.within(0.4 * 500, (0.4 + 0.2) * 500 + 4);
  });

  for (const speed of [0, 5000])
    it(`never freezes when the world becomes slow all of a sudden (speed ${speed || 'max'})`, () => {
      const { clock, world } = pace(speed);
      clock.advance(1000);
      world.longest = 0;
      world.cost = 5;
      clock.advance(300);
      expect(world.longest).to.be.within(5, 40);
      const { length } = world.strides;
      clock.advance(100);
      expect(world.strides.length).to.be.greaterThan(length);
    });

  it('begins a slow world without a long first stride', () => {
    const { clock, world } = pace(0, 30, 5);
    clock.advance(200);
    expect(world.longest).to.be.within(5, 10);
  });

  it('stands still while paused, and goes on without making up for it', () => {
    const { clock, world, pacemaker } = pace(100);
    clock.advance(1000);
    pacemaker.pause();
    expect(pacemaker.running).to.equal(false);
    const { generation } = world;
    expect(generation).to.be.within(90, 100);
    clock.advance(5000);
    expect(world.generation).to.equal(generation);
    pacemaker.play();
    pacemaker.play();
    expect(pacemaker.running).to.equal(true);
    clock.advance(1000);
    expect(world.generation - generation).to.be.within(90, 100);
  });

  it('takes up another speed at once, without what was owed at the old one', () => {
    const { clock, world, pacemaker } = pace(0.01);
    clock.advance(90_000);
    expect(world.generation).to.equal(0);
    pacemaker.speed = 100;
    clock.advance(1000);
    const { generation } = world;
    expect(generation).to.be.within(90, 100);
    pacemaker.speed = 0;
    clock.advance(1000);
    expect(world.generation).to.be.greaterThan(100 * generation);
    pacemaker.speed = 1;
    const before = world.generation;
    clock.advance(900);
    expect(world.generation).to.equal(before);
    // The last that was computed at the old speed is shown all the same.
    expect(world.frames.at(-1)).to.equal(before);
  });

  it('wakes no more often after many changes of speed, in play and in pause', () => {
    const { clock, pacemaker } = pace(0);
    clock.advance(50);
    for (let i = 0; i < 50; i++) pacemaker.speed = 0; // A slider at its end says so again and again.
    for (let i = 0; i < 50; i++) {
      pacemaker.pause();
      pacemaker.play();
    }
    for (let i = 0; i < 50; i++) pacemaker.speed = i % 2 === 0 ? 0 : 30;
    clock.advance(300);
    clock.wakes = 0;
    clock.advance(2000);
    expect(clock.wakes / 2).to.be.within(25, 40);
  });

  it('sleeps while there is nothing to do, however slow it is to go', () => {
    for (const [speed, most] of [
      [1, 5],
      [30, 40],
      [5000, 200],
      // Longer to the next generation than a timer can be set for.
      [3e-7, 2],
    ] as const) {
      const { clock, pacemaker } = pace(speed);
      clock.advance(1000);
      clock.wakes = 0;
      clock.advance(1000);
      expect(clock.wakes, `speed ${speed}`).to.be.at.most(most);
      pacemaker.pause();
      clock.advance(1000);
      clock.wakes = 0;
      clock.advance(10_000);
      expect(clock.wakes, `speed ${speed}, paused`).to.equal(0);
    }
  });

  it('does nothing any more once closed, nor before it is told to play', () => {
    const { clock, world, pacemaker } = pace(0);
    const idle = new Counter(clock);
    new Pacemaker(idle, clock).speed = 0;
    clock.advance(100);
    const { generation } = world;
    expect(generation).to.be.greaterThan(0);
    pacemaker.close();
    clock.advance(1000);
    expect(world.generation).to.equal(generation);
    expect(idle.generation).to.equal(0);
  });
});

/** A world that computes elsewhere: it takes its time while others go on, and shows nothing until it is done. */
class Distant {
  readonly strides: number[] = [];
  readonly frames: number[] = [];
  shown = 0;
  underWay = 0;
  /** Milliseconds that a generation takes, and the way there and back. */
  cost = 0.1;
  way = 2;

  constructor(readonly clock: FakeClock) {}

  step(n: number): Promise<void> {
    expect(this.underWay, 'strides at a time').to.equal(0);
    this.strides.push(n);
    this.underWay = n;
    return new Promise((resolve) => {
      this.clock.after(this.way + n * this.cost, () => {
        this.shown += n;
        this.underWay = 0;
        resolve();
      });
    });
  }
  publish(): void {
    this.frames.push(this.shown);
  }
}

describe('the pacemaker of a world that computes elsewhere', () => {
  function pace(speed: number) {
    const clock = new FakeClock();
    const world = new Distant(clock);
    const pacemaker = new Pacemaker(world, clock);
    pacemaker.maxFps = 30;
    pacemaker.speed = speed;
    /** As `clock.advance`, with promises kept in between. */
    const advance = async (ms: number) => {
      for (let i = 0; i < ms; i++) {
        clock.advance(1);
        for (let j = 0; j < 5; j++) await Promise.resolve();
      }
    };
    return { clock, world, pacemaker, advance };
  }

  it('has one stride at a time under way, and finds out how long it may be', async () => {
    const { world, pacemaker, advance } = pace(0);
    pacemaker.play();
    await advance(3000);
    // 12 to 24 ms, the way included.
    expect(world.strides.at(-1)).to.be.within(100, 220);
    expect(world.strides.every((n) => n % 2 === 0)).to.equal(true);
    expect(world.shown).to.be.greaterThan(3000 * 7);
    world.cost = 5;
    await advance(3000);
    expect(world.strides.at(-1)).to.be.at.most(4);
  });

  it('keeps the speed asked for, and shows what was done', async () => {
    for (const speed of [1, 20, 60, 1000]) {
      const { world, pacemaker, advance } = pace(speed);
      pacemaker.play();
      await advance(4000);
      expect(world.shown, `speed ${speed}`).to.be.within(speed * 4 * 0.95 - 2, speed * 4);
      expect(new Set(world.frames).size, 'nothing twice').to.equal(world.frames.length);
      expect(world.shown - world.frames.at(-1)!).to.be.at.most(speed / 30 + 2);
    }
  });

  it('shows what was under way when it was paused, and goes no further', async () => {
    const { world, pacemaker, advance } = pace(0);
    pacemaker.play();
    await advance(1000);
    while (world.underWay === 0) await advance(1);
    const { underWay, shown } = world;
    pacemaker.pause();
    await advance(1000);
    expect(world.shown).to.equal(shown + underWay);
    expect(world.frames.at(-1)).to.equal(world.shown);
  });

  it('goes as many generations as asked while it does not play', async () => {
    const { world, pacemaker, advance } = pace(30);
    let done = 0;
    const going = pacemaker.go(1001, { ms: 5000, signal: new AbortController().signal }).then((n) => {
      done = n;
    });
    await advance(1000);
    await going;
    expect(done).to.equal(1001);
    expect(world.shown).to.equal(1001);
  });

  it('is not called any more once closed', async () => {
    const { world, pacemaker, advance } = pace(0);
    pacemaker.play();
    await advance(100);
    const { length } = world.strides;
    const frames = world.frames.length;
    pacemaker.close();
    await advance(100);
    expect(world.strides.length).to.equal(length);
    expect(world.frames.length).to.equal(frames);
  });
});

describe('the pacemaker by a real clock', () => {
  it('goes, at full speed and in time, and stops', async () => {
    const clock: Clock = new SystemClock();
    let generation = 0;
    let frames = 0;
    const step = (n: number) => {
      generation += n;
    };
    const pacemaker = new Pacemaker({ step, publish: () => frames++ }, clock);
    pacemaker.speed = 0;
    pacemaker.play();
    await waitUntil(() => frames >= 3, 'it goes');
    pacemaker.speed = 50;
    generation = 0;
    const began = clock.now();
    await waitUntil(() => generation >= 10, 'it goes in time');
    expect(clock.now() - began).to.be.at.least(10 * 20 - 1);
    pacemaker.close();
    const last = generation;
    // No timer can be set for a year.
    let years = 0;
    const forget = clock.after(365 * 86_400_000, () => years++);
    await new Promise((resolve) => clock.after(60, () => resolve(null)));
    forget();
    expect(generation).to.equal(last);
    expect(years).to.equal(0);
  });
});
