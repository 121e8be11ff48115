import { expect } from '@open-wc/testing';
import { waitUntil } from '../testing/wait-until.js';
import { Heart } from './heart.js';
import { HostWorld, type HostWorldEvent } from './host-world.js';
import { worldPace, worldSettings } from './settings.js';
import { Workers } from './testing/hosts.js';

describe('the heartbeat of a worker', () => {
  /** Answers as long as it is to; counts how often it was asked since it answered last. */
  function listen(answers: boolean, busy = false) {
    const state = { answers, asked: 0, inVain: 0, stopped: false };
    const heart: Heart = new Heart(
      () => {
        state.asked++;
        state.inVain++;
        if (!state.answers) return;
        state.inVain = 0;
        heart.heard();
      },
      () => {
        state.stopped = true;
      },
      { every: 2, misses: 3, missesBusy: 9 },
    );
    heart.busy = busy;
    return { state, heart };
  }

  it('goes on as long as it answers, and ends after so many questions in vain', async () => {
    const { state } = listen(true);
    await waitUntil(() => state.asked > 30);
    expect(state.stopped).to.equal(false);
    state.answers = false;
    await waitUntil(() => state.stopped);
    expect(state.inVain).to.equal(3);
  });

  it('waits longer for one that said it was busy', async () => {
    const { state } = listen(false, true);
    await waitUntil(() => state.stopped);
    expect(state.inVain).to.equal(9);
  });

  it('is not heard any more once it is let go of', async () => {
    const { state, heart } = listen(false);
    heart.stop();
    const { state: other } = listen(false);
    await waitUntil(() => other.stopped);
    expect(state).to.include({ asked: 0, stopped: false });
  });

  it('tells that a worker is gone where nothing else does', async () => {
    const workers = new Workers();
    workers.watch();
    // As on a page that is not secure.
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    const events: HostWorldEvent[] = [];
    const host = { sim: 'life', engine: 'auto', rule: null, wrap: 'torus', density: 0.3 } as const;
    const pace = { paused: true, speed: '30', control: 'none', controllers: 'many', token: null } as const;
    // It may take its time to begin.
    const pulse = { every: 100, misses: 1000, missesBusy: 1000 };
    const world = new HostWorld(
      '',
      worldSettings(host, null),
      worldPace(pace),
      (e) => events.push(e),
      undefined,
      pulse,
    );
    try {
      await waitUntil(() => world.ready, 'it stands');
      workers.last!.terminate();
      pulse.misses = 20;
      const crash = () => events.find((event) => event.type === 'error');
      await waitUntil(crash, 'it is noticed');
      pulse.misses = 1000;
      const { error, fatal } = crash() as Extract<HostWorldEvent, { type: 'error' }>;
      expect(error.message).to.match(/does not answer any more/);
      expect(fatal).to.equal(false);
      await waitUntil(() => workers.made === 2 && workers.running === 1, 'another is at work');
    } finally {
      await world.dispose();
      Reflect.deleteProperty(navigator, 'locks');
      workers.unwatch();
    }
    expect(navigator.locks).to.be.instanceOf(LockManager);
  });
});
