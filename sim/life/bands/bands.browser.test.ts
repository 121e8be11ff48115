import { expect } from '@open-wc/testing';
import { createLife } from '../create.js';
import { Layout } from '../layout.js';
import type { SpawnHelper } from '../workers/environment.js';
import { BandsEngine } from './engine.js';
import { bandPort } from './port.js';

const spawn: SpawnHelper = (failed) => {
  const worker = new Worker(new URL('../workers/helper.worker.ts', import.meta.url), { type: 'module' });
  worker.onerror = () => failed('it could not be loaded');
  return worker;
};

it('in a page that may share no memory, workers hold bands of a world, which stays the same', async () => {
  expect(crossOriginIsolated).to.equal(false);
  const [width, height] = [1000, 1100];
  const life = await createLife({ width, height, rule: 'B36/S23' });
  const twin = await createLife({ width, height, rule: 'B36/S23' });
  for (const world of [life, twin]) world.soup({ density: 0.3, seed: 9 });
  life.adopt(new BandsEngine(new Layout(width, height), [bandPort(spawn), bandPort(spawn)]), 'for a test');
  for (const steps of [1, 200, 7]) {
    for (const world of [life, twin]) world.step(steps);
    await life.settled();
    for (const world of [life, twin]) world.draw([5, 5, 6, 5, 7, 5], true);
  }
  expect(life.engine).to.equal('bands');
  expect(await life.digest()).to.deep.equal(await twin.digest());
  life.dispose();
});
