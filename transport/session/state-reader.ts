/**
 * Reads the frames of state that come over one link: inflates them, within limits, and decodes them. What a payload does to a
 * replica is not known here.
 */

import { decompress } from '../wire/deflate.js';
import type { Frame } from '../wire/frame.js';
import { decodeGridTiles, type GridTiles } from '../wire/grid.js';
import type { SchemaMessage } from '../wire/messages.js';
import { decodeSignals } from '../wire/signal-code.js';
import { decodeSignalJson, type SignalSpec, type SignalUpdate, schema } from '../wire/signals.js';
import { FLAG } from '../wire/types.js';
import type { SourceAllowance } from './source-allowance.js';

/** What was announced, as it is looked things up in. */
export interface AnnouncedSchema extends SchemaMessage {
  specs: readonly SignalSpec[];
  names: ReadonlySet<string>;
}

/** All of it throws `WireError` for what is malformed. */
export class StateReader {
  /** What was announced last, as it came and as it was read. */
  #announced: { flags: number; payload: Uint8Array; schema: AnnouncedSchema } | null = null;

  /**
   * @param limit bytes a compressed payload may inflate to
   * @param ratio and times its length, where that is more than a mebibyte
   * @param allowance what its source may cost; null where it is nobody's to say
   */
  constructor(
    readonly limit: number,
    readonly ratio: number | undefined,
    readonly allowance: SourceAllowance | null,
  ) {}

  tiles(frame: Frame): GridTiles {
    return decodeGridTiles(this.#payload(frame));
  }

  schema(frame: Frame): AnnouncedSchema {
    const { flags, payload } = frame;
    const known = this.#announced;
    // It is said with each subscription, and may be long: what was read is not read again.
    if (known?.flags === flags && sameBytes(known.payload, payload)) return known.schema;
    this.allowance?.schema();
    const message = schema.decode(this.#payload(frame));
    const read = {
      ...message,
      specs: message.signals.map(([name, type]) => ({ name, type })),
      names: new Set(message.signals.map(([name]) => name)),
    };
    this.#announced = { flags, payload: payload.slice(), schema: read };
    return read;
  }

  /** @param announced the signals that the frame speaks of */
  signals(frame: Frame, { specs, names }: AnnouncedSchema): SignalUpdate {
    const payload = this.#payload(frame);
    const full = frame.type === 'SignalSync';
    return (frame.flags & FLAG.CODED) !== 0
      ? decodeSignals(payload, full, specs)
      : decodeSignalJson(payload, full, (name) => names.has(name));
  }

  #payload({ flags, payload }: Frame): Uint8Array {
    if ((flags & FLAG.COMPRESSED) === 0) return payload;
    const inflated = decompress(payload, this.limit, this.ratio);
    this.allowance?.bytes(inflated.length);
    return inflated;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
