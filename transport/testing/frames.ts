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
import { Chance } from './chance.js';
import { makeMessages, ODD_NAMES, oddJson } from './messages.js';

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

export class FrameMaker extends Chance {
  /** Version that a good frame of tiles is at; grows. */
  version = 1;
  /** That a good frame of signals is at; grows. */
  signalVersion = 1;
  /** Is the payload at hand in the compact coding? */
  #coded = false;

  readonly #json = makeMessages(this);

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
      return this.spoil(encodeFrame(type, this.spoil(compress(payload), 0.5), { ...header, flags }), 0.2);
    }
    return this.spoil(encodeFrame(type, this.spoil(payload, 0.6), header), 0.15);
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
        return oddJson(this, this.#schema());
      case 'SignalSync':
      case 'SignalDiff':
        return this.signals(type === 'SignalSync');
      case 'Ack':
        return session.encodeAck({ frames: this.int(6), heldMs: this.random() * 10 });
      case 'Ping':
        return session.encodePing({
          echo: this.random() < 0.5,
          time: this.pick([0, 1e6, Number.NaN, -1e300, 1 / 0]),
          upstream: this.int(99),
        });
      case 'End':
        return new Uint8Array(this.random() < 0.8 ? 0 : this.int(9));
      default:
        return this.#json[type] ? oddJson(this, this.#json[type]()) : this.noise(this.int(60));
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
}
