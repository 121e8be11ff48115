/** Real frames of a real world, kept so that everybody is given the very same. */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createLife } from '../../sim/index.js';
import { decodeFrame, FLAG, type Link, type LinkClose, Source } from '../../transport/index.js';
import { compress } from '../../transport/wire/deflate.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';

export interface Recording {
  /** What a receiver that begins is sent: the grid's shape, its reset, and all its tiles. */
  beginning: Uint8Array[];
  /** What one in step is sent, a generation each. */
  frames: Uint8Array[];
}

/** A source deflates where it saves this share. */
const SAVING = 0.1;

/** The receiver of the recorded source: it keeps what it is sent, and says that it has it. */
class Tape implements Link {
  readonly kind = 'websocket';
  readonly buffered = 0;
  readonly highWater = Number.POSITIVE_INFINITY;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;
  readonly messages: Uint8Array[] = [];
  #states = 0;

  send(message: Uint8Array): void {
    this.messages.push(message);
    if (decodeFrame(message).type === 'GridTiles') this.#states++;
  }

  close(): void {}

  say(type: 'SubscribeFilter' | 'Ack', payload: Uint8Array): void {
    this.onmessage!(encodeFrame(type, payload));
  }

  take(): Uint8Array[] {
    this.say('Ack', session.encodeAck({ frames: this.#states, heldMs: 0 }));
    return this.messages.splice(0);
  }
}

/** Whether a source deflates depends on the time that it has; here it always has it. */
function deflated(message: Uint8Array): Uint8Array {
  const { type, flags, payload, ...header } = decodeFrame(message);
  if (type !== 'GridTiles' || (flags & FLAG.COMPRESSED) !== 0) return message;
  const short = compress(payload);
  if (short.length > payload.length * (1 - SAVING)) return message;
  return encodeFrame(type, short, { ...header, flags: flags | FLAG.COMPRESSED });
}

/** Life from a soup of the density given, on a torus: `count` generations after the one given. */
export async function record(side: number, generation: number, density: number, count: number): Promise<Recording> {
  const life = await createLife({ width: side, height: side });
  life.soup({ density, seed: 1 });
  life.step(generation);
  const source = new Source(life, { maxFps: 120 });
  const tape = new Tape();
  source.attach(tape);
  tape.say('SubscribeFilter', session.subscribe.encode({ protocol: 1 }));
  const wanted = ['GridMeta', 'GridReset', 'GridTiles'];
  const beginning = tape.take().filter((message) => wanted.includes(decodeFrame(message).type));
  const frames: Uint8Array[] = [];
  while (frames.length < count) {
    life.step(1);
    source.publish();
    // A frame that is cut into several messages would be several deliveries.
    const [message, ...more] = tape.take();
    if (message === undefined || more.length > 0) throw new Error(`a generation took ${1 + more.length} messages`);
    frames.push(deflated(message));
  }
  source.end();
  return { beginning, frames };
}

/** Lengths and bytes, those of the beginning first. */
export function save({ beginning, frames }: Recording, file: string): void {
  const out = openSync(file, 'w');
  writeSync(out, Uint32Array.of(beginning.length, frames.length));
  for (const message of [...beginning, ...frames]) {
    writeSync(out, Uint32Array.of(message.length));
    writeSync(out, message);
  }
  closeSync(out);
}

export function load(file: string): Recording {
  const bytes = readFileSync(file);
  const counts = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  let at = 8;
  const [beginning, frames] = counts.map((count) =>
    Array.from({ length: count }, () => {
      const length = bytes.readUInt32LE(at);
      at += 4 + length;
      return new Uint8Array(bytes.subarray(at - length, at));
    }),
  );
  return { beginning: beginning!, frames: frames! };
}
