/** Frames for a fuzzer: good ones of every type, and what becomes of them when bits fall over. */

import { Grid } from '../state/grid.js';
import { BatchWriter } from '../wire/batch.js';
import { Writer } from '../wire/bytes.js';
import { compress } from '../wire/deflate.js';
import { encodeFrame } from '../wire/frame.js';
import { encodeGridMeta, encodeGridReset } from '../wire/grid.js';
import * as session from '../wire/session.js';
import { encodeSignals } from '../wire/signal-code.js';
import { SIGNAL_TYPES, type SignalType, type SignalValue } from '../wire/signal-value.js';
import { encodeSignalJson, type SignalSpec } from '../wire/signals.js';
import { FLAG, FRAME, type FrameName } from '../wire/types.js';
import { seeded } from './world.js';

/** The signals that most good frames speak of. */
export const SIGNALS: { epoch: number; specs: SignalSpec[] } = {
  epoch: 78,
  specs: [
    { name: 'n', type: 'number' },
    { name: 'f', type: 'f32' },
    { name: 'b', type: 'bool' },
    { name: 's', type: 'string' },
    { name: 'constructor', type: 'json' },
  ],
};
const SIGNAL_FRAMES: readonly FrameName[] = ['SchemaAnnounce', 'SignalSync', 'SignalDiff'];

/** The grid that all good frames speak of. */
export const SHAPE = { epoch: 77, width: 200, height: 100, planes: 2 };
const TILES = new Grid(SHAPE).tiles;

const NAMES = Object.keys(FRAME) as FrameName[];
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
/** Values that JSON can say and a signal should not hold, or not of that type. */
const ODD_SIGNALS = [
  '1e999',
  '-0',
  '"\\ud800"',
  '{"__proto__":{"a":1}}',
  `${'['.repeat(40)}${']'.repeat(40)}`,
  '"x"',
  '5',
  'true',
  '{',
];
const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'id', 'command', ''];

export class FrameMaker {
  readonly random: () => number;
  /** Version that a good frame of tiles is at; grows. */
  version = 1;
  /** That a good frame of signals is at; grows. */
  signalVersion = 1;
  /** Is the payload at hand in the compact coding? */
  #coded = false;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  int(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** A message of signals that may be anything between a good frame and noise. */
  anySignals(): Uint8Array {
    return this.any(this.pick(SIGNAL_FRAMES));
  }

  /** A message that may be anything between a good frame and noise. Each type comes as often as the others. */
  any(type: FrameName = this.pick(NAMES)): Uint8Array {
    this.#coded = SIGNAL_FRAMES.includes(type) && this.random() < 0.5;
    const payload = this.payload(type);
    const header = {
      flags: this.random() < 0.8 ? (this.#coded ? FLAG.CODED : 0) : this.int(16),
      sequence: this.int(2 ** 16),
      timestamp: this.int(2 ** 32),
      width: this.int(2 ** 16),
      height: this.int(2 ** 16),
    };
    if ((type === 'GridTiles' || SIGNAL_FRAMES.includes(type)) && this.random() < 0.3) {
      const flags = FLAG.COMPRESSED | (this.#coded ? FLAG.CODED : 0);
      return this.#spoil(encodeFrame(type, this.#spoil(compress(payload), 0.5), { ...header, flags }), 0.2);
    }
    return this.#spoil(encodeFrame(type, this.#spoil(payload, 0.6), header), 0.15);
  }

  noise(length: number): Uint8Array {
    return new Uint8Array(length).map(() => this.int(256));
  }

  /** A payload that an honest sender could send, mostly. */
  payload(type: FrameName): Uint8Array {
    switch (type) {
      case 'GridMeta':
        return this.random() < 0.7
          ? encodeGridMeta(SHAPE)
          : encodeGridMeta({
              epoch: this.int(2 ** 32),
              width: 1 + this.int(400),
              height: 1 + this.int(400),
              planes: 1 + this.int(8),
            });
      case 'GridReset':
        return encodeGridReset(this.version);
      case 'GridTiles':
        return this.tiles();
      case 'SchemaAnnounce':
        return this.#oddJson(this.#schema());
      case 'SignalSync':
      case 'SignalDiff':
        return this.signals(type === 'SignalSync');
      case 'Ack':
        return session.encodeAck({ frames: this.int(6), decodeMs: this.random() * 10 });
      case 'Ping':
        return session.encodePing({
          echo: this.random() < 0.5,
          time: this.pick([0, 1e6, Number.NaN, -1e300, 1 / 0]),
          upstream: this.int(99),
        });
      case 'End':
        return new Uint8Array(this.random() < 0.8 ? 0 : this.int(9));
      default:
        return this.#json[type] ? this.#oddJson(this.#json[type]()) : this.noise(this.int(60));
    }
  }

  /** Some tiles, as a delta or from nothing. */
  tiles(whole = this.random() < 0.5): Uint8Array {
    const out = new Writer(64);
    const base = this.random() < 0.5 ? this.version : undefined;
    if (this.random() < 0.9) this.version += this.int(3);
    out.u8((whole ? 1 : 0) | (base === undefined ? 0 : 2)).varint(this.version);
    if (base !== undefined) out.varint(base);
    const batch = new BatchWriter(out);
    for (let key = this.int(4); key < TILES; key += 1 + this.int(4)) {
      const density = this.random() < 0.01 ? 3000 : this.pick([0, 1, 2, 12]);
      const plane = () => {
        const words = new Uint32Array(128);
        for (let i = 0; i < density; i++) words[this.int(128)]! ^= 1 << this.int(32);
        return { words, offset: 0, stride: 2 };
      };
      batch.add(key, [plane(), plane()], base === undefined || this.random() < 0.5 ? undefined : [plane(), plane()]);
    }
    return out.take();
  }

  /** Some signals; now and then of another type than was announced, or such as no honest source would send. */
  signals(full: boolean): Uint8Array {
    const base = Math.max(0, this.signalVersion - (this.random() < 0.8 ? 0 : this.int(4)));
    if (this.random() < 0.9) this.signalVersion += this.int(3);
    const version = this.random() < 0.98 ? this.signalVersion : this.int(2 ** 40);
    const chosen = SIGNALS.specs.flatMap((spec, place) => (this.random() < 0.5 ? [{ spec, place }] : []));
    if (this.#coded) {
      const signals = chosen.map(({ spec, place }) => ({ spec, place, value: this.#value(spec.type) }));
      const head = full ? { version } : { version, base, delta: this.random() < 0.3 };
      return encodeSignals(head, SIGNALS.specs.length, signals);
    }
    const odd = this.random() < 0.3;
    const values = chosen.map(({ spec: { name, type } }): [string, string] => {
      const value = odd && this.random() < 0.3 ? this.pick(ODD_SIGNALS) : JSON.stringify(this.#value(type));
      return [this.random() < 0.98 ? name : this.pick(ODD_NAMES), value];
    });
    const versions =
      this.random() < 0.1 ? { n: version - this.int(3), [this.pick(ODD_NAMES)]: this.int(9) } : undefined;
    return encodeSignalJson(version, full ? undefined : base, values, this.random() < 0.5 ? undefined : versions);
  }

  #value(type: SignalType): SignalValue {
    if (this.random() < 0.1) return null;
    const values: Record<SignalType, () => SignalValue> = {
      number: () => this.pick([this.int(9), -this.int(1e6), 0.5, 2 ** 52, 1e300]),
      f32: () => this.pick([0, 1.5, -2, 2 ** 100]),
      bool: () => this.random() < 0.5,
      string: () => this.pick(['', 'text', 'ä🙂', 'x'.repeat(this.int(3000))]),
      json: () => this.pick<SignalValue>([null, 1, 'x', [1, [2]], { a: { b: [] } }, JSON.parse('{"__proto__":1}')]),
    };
    return values[type]();
  }

  /** Mostly the same one, so that it is followed. */
  #schema(): object {
    const kind = this.random();
    const specs = kind < 0.8 ? SIGNALS.specs : SIGNALS.specs.slice(0, 1 + this.int(5)).reverse();
    const types = (type: SignalType): SignalType => (kind < 0.9 ? type : this.pick(SIGNAL_TYPES));
    return {
      epoch: this.random() < 0.9 ? SIGNALS.epoch : this.int(2 ** 32),
      signals: specs.map(({ name, type }) => [name, types(type)]),
      ...(this.random() < 0.2 && { hops: [{ id: SIGNALS.epoch, channel: 'x', from: [1] }] }),
    };
  }

  readonly #json: Partial<Record<FrameName, () => object>> = {
    SubscribeFilter: () => ({
      protocol: 1,
      ...(this.random() < 0.5 && { resume: { epoch: this.pick([77, 1]), version: this.int(20), seen: this.int(40) } }),
      ...(this.random() < 0.3 && { standby: this.random() < 0.5 }),
      ...(this.random() < 0.3 && { maxFps: this.pick([1e-300, 0.5, 30, 1e300]) }),
      ...(this.random() < 0.3 && { grid: this.random() < 0.5 }),
      ...(this.random() < 0.5 && {
        signals: {
          ...(this.random() < 0.5 && { coded: true }),
          ...(this.random() < 0.5 && { select: [this.pick(['n', 's', 'none']), this.pick(ODD_NAMES)] }),
          ...(this.random() < 0.5 && { resume: { epoch: this.pick([SIGNALS.epoch, 1]), version: this.int(20) } }),
        },
      }),
    }),
    Control: () => ({
      id: this.int(9),
      ...this.pick([
        { command: 'play' },
        { command: 'step', n: 3 },
        { command: 'draw', alive: true, cells: [1, 2] },
        { command: 'soup', density: 0.3, seed: 1 },
        { command: this.pick(ODD_NAMES) },
      ]),
    }),
    ControlState: () => ({
      ...{ control: 'none', paused: false, speed: 1, rule: 'B3/S23', neighborhood: 'moore', wrap: 'torus' },
      ...{ width: 3, height: 4, pattern: '' },
    }),
    Status: () => ({
      state: this.pick(['live', 'waiting', 'ended']),
      viewers: this.int(9),
      watching: 1,
      clock: this.int(99),
    }),
    Welcome: () => ({ protocol: 1, channel: 'x', state: 'live', resume: 'full', answers: this.int(4), peers: true }),
    Error: () => ({ code: 4400, reason: 'so' }),
    Publish: () => ({
      ...{ protocol: 1, claim: 'a-claim-that-is-long', peer: 'p', maxPeers: 3 },
      ...(this.random() < 0.2 && { merge: this.random() < 0.5 }),
    }),
    ControlReply: () => ({ id: this.int(9), ok: this.random() < 0.5 }),
    Introduce: () => ({ peer: 'p' }),
  };

  #oddJson(message: object): Uint8Array {
    const fields = Object.entries(message) as [string, unknown][];
    if (this.random() < 0.4) {
      const at = this.int(fields.length);
      const kind = this.int(3);
      if (kind === 0) fields.splice(at, 1);
      else if (kind === 1) fields[at]![1] = this.pick(ODD);
      else fields.push([this.pick(ODD_NAMES), this.pick(ODD)]);
    }
    const text = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join();
    return new TextEncoder().encode(`{${text}}`);
  }

  #spoil(bytes: Uint8Array, chance: number): Uint8Array {
    if (this.random() >= chance || bytes.length === 0) return bytes;
    const out = bytes.slice();
    switch (this.int(6)) {
      case 0:
        return out.subarray(0, this.int(out.length));
      case 1: {
        const longer = new Uint8Array(out.length + 1 + this.int(20));
        longer.set(out);
        longer.set(this.noise(longer.length - out.length), out.length);
        return longer;
      }
      case 2:
        return this.noise(this.int(80));
      case 3:
        out.copyWithin(this.int(out.length), this.int(out.length), this.int(out.length));
        return out;
      default:
        for (let i = 1 + this.int(4); i > 0; i--) out[this.int(out.length)]! ^= 1 << this.int(8);
        return out;
    }
  }
}
