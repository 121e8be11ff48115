/** What each command of a viewer, or of the page itself, does to a world. */

import type { ControlCommand } from '../../transport/index.js';
import type { BuildOptions } from './build-life.js';
import { kept, readPattern } from './read-pattern.js';
import type { RunningWorld } from './running-world.js';
import type { GivenPattern } from './world-messages.js';

/** Whoever asks for these does not wait until a long step is done. */
export const ENDS_STEP: ReadonlySet<ControlCommand['command']> = new Set(['play', 'pause', 'reset', 'stop']);
/** Whoever asks for these does not want the pattern that is on its way. */
export const ENDS_LOADING: ReadonlySet<ControlCommand['command']> = new Set(['pattern', 'soup', 'reset', 'stop']);
/** These take no time. */
export const AT_ONCE: ReadonlySet<ControlCommand['command']> = new Set(['play', 'pause', 'stop']);

/** The pattern with which the world begins again for this command; null where it does without one, or goes on. */
export function patternFor(world: RunningWorld, command: ControlCommand): GivenPattern | null {
  if (world.sim !== 'life') return null;
  if (command.command === 'pattern') return { name: command.name, text: command.text };
  return command.command === 'grid' || command.command === 'reset' ? world.settings.pattern : null;
}

/** A pattern brings its own rule, where its file states one, and may ask for a larger grid. */
export async function takePattern(world: RunningWorld, pattern: GivenPattern, load: BuildOptions): Promise<void> {
  if (world.sim !== 'life') return world.rebuild({ pattern }, load);
  const read = load.pattern ?? (await readPattern(pattern, load));
  const { rule } = read;
  const width = Math.max(world.world.width, read.width);
  const height = Math.max(world.world.height, read.height);
  const change = { pattern: kept(pattern), width, height, ...(rule && { rule, neighborhood: undefined }) };
  return world.rebuild(change, { ...load, pattern: read });
}

/** Throws, or rejects, with the reason where it cannot be done. `signal` ends a step. To stop is not the world's affair. */
export async function obey(
  world: RunningWorld,
  command: Exclude<ControlCommand, { command: 'stop' }>,
  signal: AbortSignal,
  load: BuildOptions,
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
      return world.change({ rule: command.rule, neighborhood: command.neighborhood }, load);
    case 'wrap':
      return world.change({ wrap: command.wrap }, load);
    case 'grid':
      return world.rebuild({ width: command.width, height: command.height }, load);
    case 'pattern':
      return takePattern(world, { text: command.text, name: command.name }, load);
    case 'soup':
      return world.rebuild({ pattern: null, density: command.density, seed: command.seed }, load);
    case 'reset':
      return world.rebuild({}, load);
    case 'clear':
      await world.settled();
      world.world.clear();
      break;
    case 'draw':
      await world.settled();
      world.world.draw(command.cells, command.alive);
      break;
  }
  world.edited();
  world.source.publish();
}
