/** Session messages for a fuzzer: such as honest sides send, and some that say too much. */

import type { FrameName } from '../wire/types.js';
import type { Chance } from './chance.js';

/** What JSON can hold and a field should not. */
const ODD: unknown[] = [
  null,
  -1,
  1e308,
  2 ** 53,
  0.1,
  '',
  'x'.repeat(5000),
  [],
  {},
  { __proto__: null, a: 1 },
  true,
  [[[[]]]],
];
const SESSIONS = [`viewer-1.${'s'.repeat(16)}`, `viewer-2.${'t'.repeat(64)}`, 'viewer-1.short', '__proto__.'];
/** Names of fields, signals and commands that an object of JavaScript has without being told. */
export const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'id', 'command', ''];

/** A message of each type that is JSON, but for schemas and signals. */
export function makeMessages(chance: Chance): Partial<Record<FrameName, () => object>> {
  const { random } = chance;
  /** Mostly one that overlaps the grid; some are as large, or as far away, as a number can say. */
  const windowed = (): { window?: object } => {
    if (random() < 0.6) return {};
    const at = () => chance.pick([0, 1, chance.int(5), 65_535, 2 ** 53, -1, 0.5]);
    const side = () => chance.pick([1, 2, chance.int(5), 65_536, 2 ** 53, -1]);
    return { window: { x: at(), y: at(), width: side(), height: side() } };
  };

  const rights = (): object => {
    return {
      control: random() < 0.5,
      ...(random() < 0.5 && { view: { x: chance.int(99), y: 0, width: 1 + chance.int(300), height: 64 } }),
      ...(random() < 0.5 && { maxBps: chance.pick([1, 1e9]) }),
      ...(random() < 0.5 && { expires: chance.pick([0, 1e3, 1e300]) }),
    };
  };

  return {
    SubscribeFilter: () => ({
      protocol: 1,
      ...(random() < 0.5 && {
        resume: { epoch: chance.pick([77, 1]), version: chance.int(20), seen: chance.int(40), ...windowed() },
      }),
      ...(random() < 0.3 && { update: random() < 0.5 }),
      ...(random() < 0.3 && { session: chance.pick(SESSIONS), name: chance.pick(['Ada', 'x'.repeat(41)]) }),
      ...(random() < 0.2 && { token: chance.pick(['', 'a.b.c', 'x'.repeat(5000)]) }),
      ...windowed(),
      ...(random() < 0.2 && { lod: chance.int(20) }),
      ...(random() < 0.3 && { maxBps: chance.pick([1e-9, 1, 1e6, 1e300]) }),
      ...(random() < 0.3 && { standby: random() < 0.5 }),
      ...(random() < 0.3 && { maxFps: chance.pick([1e-300, 0.5, 30, 1e300]) }),
      ...(random() < 0.3 && { grid: random() < 0.5 }),
      ...(random() < 0.5 && {
        signals: {
          ...(random() < 0.5 && { coded: true }),
          ...(random() < 0.5 && { select: [chance.pick(['n', 's', 'none']), chance.pick(ODD_NAMES)] }),
          ...(random() < 0.5 && { resume: { epoch: chance.pick([78, 1]), version: chance.int(20) } }),
        },
      }),
    }),
    Control: () => ({
      id: chance.int(9),
      ...chance.pick([
        { command: 'play' },
        { command: 'step', n: 3 },
        { command: 'draw', alive: true, cells: [1, 2] },
        { command: 'soup', density: 0.3, seed: 1 },
        { command: 'controller', action: chance.pick(['request', 'release', 'take', 'give', '']), to: 'somebody' },
        { command: chance.pick(ODD_NAMES) },
      ]),
      ...(random() < 0.2 && {
        from: { session: chance.pick(SESSIONS), id: chance.int(9), control: random() < 0.5 },
      }),
    }),
    ControlState: () => ({
      ...{ control: 'none', paused: false, speed: 1, rule: 'B3/S23', neighborhood: 'moore', wrap: 'torus' },
      ...{ width: 3, height: 4, pattern: '' },
      ...(random() < 0.3 && { desk: chance.int(2 ** 32), controllers: chance.pick(['one', 'many', 'few']) }),
      ...(random() < 0.3 && { controller: { id: 'viewer-1' }, asking: [{ id: 'viewer-2', name: 'Ada' }] }),
    }),
    Status: () => ({
      state: chance.pick(['live', 'waiting', 'ended']),
      viewers: chance.int(9),
      watching: 1,
      clock: chance.int(99),
    }),
    Welcome: () => ({
      ...{ protocol: 1, channel: 'x', state: 'live', resume: 'full', answers: chance.int(4), peers: true },
      ...(random() < 0.3 && { epoch: chance.pick([77, 1]), age: chance.int(99) }),
      ...(random() < 0.3 && { rights: rights() }),
    }),
    Error: () => ({ code: 4400, reason: 'so' }),
    Publish: () => ({
      ...{ protocol: 1, claim: 'a-claim-that-is-long', peer: 'p', maxPeers: 3 },
      ...(random() < 0.2 && { merge: random() < 0.5 }),
    }),
    ControlReply: () => ({
      ...{ id: chance.int(9), ok: random() < 0.5 },
      ...(random() < 0.3 && { retry: random() < 0.5, lost: random() < 0.5 }),
    }),
    Introduce: () => ({
      peer: 'p',
      ...(random() < 0.3 && { rights: rights(), session: chance.pick(SESSIONS) }),
    }),
  };
}

/** As JSON; now and then with a field missing, odd, or too many. */
export function oddJson(chance: Chance, message: object): Uint8Array {
  const fields = Object.entries(message) as [string, unknown][];
  if (chance.random() < 0.4) {
    const at = chance.int(fields.length);
    const kind = chance.int(3);
    if (kind === 0) fields.splice(at, 1);
    else if (kind === 1) fields[at]![1] = chance.pick(ODD);
    else fields.push([chance.pick(ODD_NAMES), chance.pick(ODD)]);
  }
  const text = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join();
  return new TextEncoder().encode(`{${text}}`);
}
