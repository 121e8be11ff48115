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

/** What was announced, as it is looked things up in. */
export interface AnnouncedSchema extends SchemaMessage {
  specs: readonly SignalSpec[];
  names: ReadonlySet<string>;
}

/** All of it throws `WireError` for what is malformed. */
export class StateReader {
  /**
   * @param limit bytes a compressed payload may inflate to
   * @param ratio and times its length, where that is more than a mebibyte
   */
  constructor(
    readonly limit: number,
    readonly ratio?: number,
  ) {}

  tiles(frame: Frame): GridTiles {
    return decodeGridTiles(this.#payload(frame));
  }

  schema(frame: Frame): AnnouncedSchema {
    const message = schema.decode(this.#payload(frame));
    return {
      ...message,
      specs: message.signals.map(([name, type]) => ({ name, type })),
      names: new Set(message.signals.map(([name]) => name)),
    };
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
    return (flags & FLAG.COMPRESSED) !== 0 ? decompress(payload, this.limit, this.ratio) : payload;
  }
}
