/**
 * One reader of Server-Sent Events: a viewer of its channel within the process, whose link is as full as the response is.
 * So it is sent state, not a queue: one that reads slowly gets fewer, newer events, and costs no more than one of them.
 */

import type { ServerResponse } from 'node:http';
import {
  type ChannelState,
  CLOSE,
  type Link,
  type LinkClose,
  memoryLinks,
  type SignalsWanted,
  type SignalUpdate,
} from '../../../transport/index.js';
import { ReceiverEnd } from '../../../transport/session/receiver-end.js';
import type { Admission } from '../../auth/grant.js';
import type { Hub } from '../../relay/hub.js';
import { hashNames, heldOf, markOf } from './mark.js';
import type { SignalQuery } from './query.js';

/** Bytes that may wait for the reader before it is sent no more. */
const HIGH_WATER = 64 * 1024;
/** Proxies take a connection for dead that says nothing for a minute or so; ms. */
const HEARTBEAT = 15_000;
/** Nothing could be sent for so long, or up to twice that: the reader has gone, or will not read; ms. */
const STUCK = 30_000;
/** A reader that lost its connection comes back after so long; ms. */
const RETRY = 2_000;

/** The sending side's end of a link: full while the response is. */
class ResponseLink implements Link {
  readonly kind = 'memory';
  readonly highWater = HIGH_WATER;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;

  constructor(
    readonly inner: Link,
    readonly res: ServerResponse,
  ) {
    inner.onmessage = (message) => this.onmessage?.(message);
    inner.onclose = (event) => this.onclose?.(event);
    res.on('drain', () => this.ondrain?.());
  }

  get buffered(): number {
    return this.inner.buffered + this.res.writableLength;
  }

  send(message: Uint8Array): void {
    this.inner.send(message);
  }

  close(code?: number, reason?: string): void {
    this.inner.close(code, reason);
  }
}

export class SignalStream {
  readonly #end: ReceiverEnd;
  readonly #heartbeat: NodeJS.Timeout;
  #names: ReadonlySet<string> = new Set();
  #epoch = -1;
  #version = -1;
  #hash = '';
  #status = '';
  /** Where the channel stands, to be told after its first signals. */
  #after: string | null = null;

  /**
   * Answers with a stream that goes on until either side ends it.
   * @param lastId what the reader saw last
   * @param address of the reader
   * @param admission of the reader, where it had to show a token
   * @throws Refusal before anything is sent, if there is no room for a viewer
   */
  constructor(
    hub: Hub,
    name: string,
    readonly res: ServerResponse,
    { select, maxFps }: SignalQuery,
    lastId: string | undefined,
    address: string,
    admission?: Admission,
  ) {
    const [near, far] = memoryLinks();
    const channel = hub.watch(new ResponseLink(near, res), name, admission, address);
    const { signals } = channel;
    const resume = signals ? heldOf(lastId, signals, select) : undefined;
    if (signals && !resume) this.#after = '';
    this.#end = new ReceiverEnd(far, {
      tiles: () => {},
      schema: (end) => this.#schema(end),
      signals: (update) => this.#signals(update),
      welcome: ({ state }) => this.#tell(state),
      status: ({ state, reason }) => this.#tell(state, reason),
      ended: () => this.#tell('ended', 'the source has ended the stream'),
      closed: ({ reason }) => this.close(reason),
    });
    res.once('close', () => this.#end.close());
    // Node takes writing that goes on, however slowly, for a sign of life.
    res.setTimeout(STUCK, () => res.destroy());
    this.#heartbeat = setInterval(() => {
      if (res.writableLength === 0) res.write(':\n\n');
    }, HEARTBEAT).unref();
    res.write(`retry: ${RETRY}\n\n`);
    const wanted: SignalsWanted = { ...(select && { select: [...select] }), ...(resume && { resume }) };
    this.#end.subscribe({ grid: false, ...(maxFps && { maxFps }), signals: wanted });
  }

  /** Ends the stream; the reader may come back. `reason`: for people who look at it, as a comment. */
  close(reason = ''): void {
    clearInterval(this.#heartbeat);
    if (reason !== '') this.#put(`: ${reason.replace(/\s+/g, ' ')}\n\n`);
    this.#end.close(CLOSE.normal.code);
    const { res } = this;
    const { socket } = res;
    // It can be used for nothing else now, and a relay that closes waits for it.
    if (!res.writableEnded) res.end(() => socket?.end());
  }

  #schema({ schema }: ReceiverEnd): void {
    const { epoch, names } = schema!;
    const gone = epoch === this.#epoch ? [...this.#names].filter((name) => !names.has(name)) : [];
    this.#names = names;
    this.#hash = hashNames(names);
    if (gone.length > 0) this.#write('removed', gone);
  }

  #signals(update: SignalUpdate): void {
    const values = update.values(() => undefined);
    const { epoch } = this.#end.schema!;
    this.#epoch = epoch;
    this.#version = update.version;
    this.#write(update.full ? 'sync' : 'diff', Object.fromEntries(values));
    const after = this.#after;
    this.#after = null;
    if (after) this.#put(after);
  }

  #tell(state: ChannelState, reason?: string): void {
    if (state === this.#status) return;
    this.#status = state;
    const event = `event: status\ndata: ${JSON.stringify({ state, ...(reason && { reason }) })}\n\n`;
    if (this.#after === null) this.#put(event);
    else this.#after = event;
  }

  #write(event: string, data: unknown): void {
    const id = markOf(this.#epoch, this.#version, this.#hash);
    this.#put(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #put(text: string): void {
    if (!this.res.writableEnded) this.res.write(text);
  }
}
