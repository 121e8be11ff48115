/** From the attributes of a host to the settings of its world. */

import type { ControlCommand } from '../../transport/wire/messages.js';
import type { ValueRules } from '../screen/values.js';
import { oneOf, within } from '../screen/values.js';
import type { WorldPace, WorldSettings } from './world-messages.js';

const GRID = /^(\d{1,5})\s*[x×]\s*(\d{1,5})$/i;
const MAX_SIDE = 65536;

/** `4096x4096` as two numbers, or null. */
export function splitGrid(text: string): { width: number; height: number } | null {
  const [, width = 0, height = 0] = GRID.exec(text.trim())?.map(Number) ?? [];
  const fits = (side: number) => side >= 1 && side <= MAX_SIDE;
  return fits(width) && fits(height) ? { width, height } : null;
}

/** Generations a second; 0 for as fast as it goes; null for what cannot be. */
export function parseSpeed(text: string): number | null {
  if (text.trim() === 'max') return 0;
  const speed = Number(text);
  return speed > 0 && speed <= 1e6 ? speed : null;
}

/** What values the host's own attributes may have. */
export const HOST_RULES: ValueRules = {
  sim: oneOf('life', 'gray-scott', 'lenia'),
  engine: oneOf('auto', 'gpu', 'wasm', 'js', 'hash'),
  wrap: oneOf('torus', 'bounded'),
  neighborhood: { expects: '"moore" or "von-neumann"', ok: (v: string) => v === 'moore' || v === 'von-neumann' },
  control: oneOf('none', 'viewers', 'token'),
  controllers: oneOf('many', 'one'),
  grid: {
    expects: 'width x height in cells, 1 to 65536 each, as in "512x512"',
    ok: (v: string) => splitGrid(v) !== null,
  },
  density: { ...within(0, 1), fallback: 0.3 },
  seed: within(0, 2 ** 32 - 1, true),
  speed: {
    expects: 'generations a second, up to 1000000, or "max"',
    ok: (v: string) => parseSpeed(v) !== null,
    fallback: '30',
  },
  maxPattern: { ...within(1, 480, true), fallback: 256 },
  maxPeers: { ...within(0, 256, true), fallback: 8 },
};

/** The attributes that make the world what it is. */
export interface HostAttributes {
  sim: WorldSettings['sim'];
  engine: WorldSettings['engine'];
  grid?: string | null;
  rule: string | null;
  neighborhood?: WorldSettings['neighborhood'] | null;
  wrap: WorldSettings['wrap'];
  density: number;
  seed?: number;
}

export function worldSettings(host: HostAttributes, pattern: WorldSettings['pattern']): WorldSettings {
  const { width, height } = (host.grid && splitGrid(host.grid)) || { width: 0, height: 0 };
  return {
    sim: host.sim,
    engine: host.engine,
    width,
    height,
    rule: host.rule ?? '',
    neighborhood: host.neighborhood ?? undefined,
    wrap: host.wrap,
    pattern,
    density: host.density,
    // Another world each time, unless one is asked for.
    seed: host.seed ?? Math.floor(Math.random() * 2 ** 32),
  };
}

/** What a command asks of a world that does not stand yet; null where there has to be one. */
export function settingsOf(command: ControlCommand): Partial<WorldSettings> | null {
  switch (command.command) {
    case 'pattern':
      return { pattern: { name: command.name, text: command.text } };
    case 'soup':
      return { pattern: null, density: command.density, seed: command.seed };
    case 'grid':
      return { width: command.width, height: command.height };
    case 'rule':
      return { rule: command.rule, neighborhood: command.neighborhood };
    case 'wrap':
      return { wrap: command.wrap };
    case 'reset':
      return {};
    default:
      return null;
  }
}

/** The settings that hang on an attribute. */
export const settingsUnder = (attribute: string): readonly (keyof WorldSettings)[] =>
  attribute === 'grid' ? ['width', 'height'] : [attribute as keyof WorldSettings];

export interface PaceAttributes {
  paused: boolean;
  speed: string;
  maxFps?: number;
  tileBudget?: number | null;
  control: WorldPace['control'];
  controllers: WorldPace['controllers'];
  token: string | null;
}

export function worldPace(host: PaceAttributes): WorldPace {
  return {
    paused: host.paused,
    speed: parseSpeed(host.speed) ?? 30,
    maxFps: host.maxFps ?? 30,
    tileBudget: host.tileBudget ?? 0,
    control: host.control,
    controllers: host.controllers,
    token: host.token ?? '',
  };
}
