/** A receiver by hand, for tests of the sending end: it hears what is sent, and says nothing by itself. */

import type { Link, LinkClose, LinkKind } from '../link/link.js';
import type { SourceEnd, SourceEndOptions } from '../session/source-end.js';
import { applyTiles } from '../state/apply.js';
import { Grid } from '../state/grid.js';
import { readBatch } from '../wire/batch.js';
import { decompress } from '../wire/deflate.js';
import { decodeFrame, encodeFrame, type Frame } from '../wire/frame.js';
import { decodeGridMeta, decodeGridReset, decodeGridTiles, type GridTiles } from '../wire/grid.js';
import type { SubscribeMessage, WelcomeMessage } from '../wire/messages.js';
import * as session from '../wire/session.js';
import { FLAG, type FrameName } from '../wire/types.js';
import { Network } from './network.js';
import { seeded } from './world.js';

const random = seeded(2);

export class Probe {
  /** What has come and was not looked at. */
  readonly messages: Uint8Array[] = [];
  /** What was. */
  readonly heard: Frame[] = [];
  readonly network: Network;
  readonly end: SourceEnd;
  closed = null as LinkClose | null;
  grid: Grid | null = null;
  /** State frames heard. */
  states = 0;
  bytes = 0;
  readonly #link: Link;

  constructor(
    source: { attach(link: Link, options?: SourceEndOptions): SourceEnd },
    kind: LinkKind = 'websocket',
    highWater = 1e9,
    options: SourceEndOptions = {},
  ) {
    this.network = new Network(random, highWater);
    const [near, far] = this.network.pair(kind);
    this.#link = near;
    near.onmessage = (message) => void this.messages.push(message);
    near.onclose = (event) => {
      this.closed = event;
    };
    this.end = source.attach(far, options);
  }

  /** Says one thing; returns what came of it. */
  say(type: FrameName, payload: Uint8Array): Frame[] {
    this.#link.send(encodeFrame(type, payload));
    return this.hear();
  }

  subscribe(message: Omit<SubscribeMessage, 'protocol'> = {}): Frame[] {
    return this.say('SubscribeFilter', session.subscribe.encode({ protocol: 1, ...message }));
  }

  ack(frames = this.states): void {
    this.say('Ack', session.encodeAck({ frames, heldMs: 0 }));
  }

  /** Lets everything arrive that was sent; returns the frames that came since. */
  hear(): Frame[] {
    while (this.network.deliver(100) > 0);
    return this.#take();
  }

  /** Of frames heard: those of state, applied to a replica as they come. */
  #take(): Frame[] {
    const frames = this.messages.splice(0).map(decodeFrame);
    this.heard.push(...frames);
    let reset: number | null = null;
    for (const frame of frames) {
      this.bytes += frame.payload.length + 16;
      if (frame.type === 'GridReset') reset = decodeGridReset(frame.payload);
      if (frame.type === 'GridMeta') {
        const meta = decodeGridMeta(frame.payload);
        if (!this.grid?.is(meta)) this.grid = new Grid(meta);
      }
      if (reset !== null) this.grid!.clear(reset);
      reset = null;
      if (frame.type !== 'GridTiles') continue;
      this.states++;
      applyTiles(this.grid!, tilesOf(frame));
    }
    return frames;
  }
}

export const tilesOf = (frame: Frame): GridTiles =>
  decodeGridTiles((frame.flags & FLAG.COMPRESSED) !== 0 ? decompress(frame.payload, 1e8) : frame.payload);
export const typesOf = (frames: Frame[]): FrameName[] => frames.map(({ type }) => type);
export const welcomeOf = (frames: Frame[]): WelcomeMessage =>
  session.welcome.decode(frames.find(({ type }) => type === 'Welcome')!.payload);
/** Keys of the tiles in frames of state, in the order in which they came. */
export const keysOf = (frames: Frame[], grid: Grid): number[] =>
  frames
    .filter(({ type }) => type === 'GridTiles')
    .flatMap((frame) => readBatch(tilesOf(frame).batch, grid.tiles, grid.planes).map(({ key }) => key));
