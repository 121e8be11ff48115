/** What each command of a viewer, or of the page itself, does to a world. */

import type { ControlCommand } from '../../transport/index.js';
import { readPattern } from './build-life.js';
import type { RunningWorld } from './running-world.js';

/** Whoever asks for these does not wait until a long step is done. */
export const ENDS_STEP: ReadonlySet<ControlCommand['command']> = new Set(['play', 'pause', 'reset', 'stop']);
/** These take no time. */
export const AT_ONCE: ReadonlySet<ControlCommand['command']> = new Set(['play', 'pause', 'stop']);

/** Throws, or rejects, with the reason where it cannot be done. `signal` ends a step. To stop is not the world's affair. */
export async function obey(
  world: RunningWorld,
  command: Exclude<ControlCommand, { command: 'stop' }>,
  signal: AbortSignal,
): Promise<void> {
  switch (command.command) {
    case 'play':
      return world.setPace({ paused: false });
    case 'pause':
      return world.setPace({ paused: true });
    case 'step':
      return world.step(command.n, signal);
    case 'speed':
      return world.setPace({ speed: command.value });
    case 'rule':
      return world.change({ rule: command.rule, neighborhood: command.neighborhood });
    case 'wrap':
      return world.change({ wrap: command.wrap });
    case 'grid':
      return world.rebuild({ width: command.width, height: command.height });
    case 'pattern': {
      // A pattern brings its own rule, where its file states one, and may ask for a larger grid.
      const pattern = { text: command.text, name: command.name };
      if (world.sim !== 'life') return world.rebuild({ pattern });
      const { rule, width, height } = readPattern(pattern);
      const grid = { width: Math.max(world.world.width, width), height: Math.max(world.world.height, height) };
      return world.rebuild({ pattern, ...grid, ...(rule && { rule, neighborhood: undefined }) });
    }
    case 'soup':
      return world.rebuild({ pattern: null, density: command.density, seed: command.seed });
    case 'reset':
      return world.rebuild({});
    case 'clear':
      await world.settled();
      world.world.clear();
      break;
    case 'draw':
      await world.settled();
      world.world.draw(command.cells, command.alive);
      break;
  }
  world.source.publish();
}
