/**
 * A bad network in front of a port: what goes through waits, one way and the other, as it would on a phone or over an ocean.
 *
 * TCP hides loss from those who speak over it: what is lost comes again a round trip later, and all behind it waits. So a
 * lost packet is a stall here. And a line that is full is not left without bound: it stops taking more.
 */

import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from './random.js';

export interface Shape {
  /** Milliseconds one way. */
  delay?: number;
  /** Of it, more or less by up to so many ms; nothing overtakes. */
  jitter?: number;
  /** Bytes a second, each way. */
  rate?: number;
  /** Share of packets that are lost, and come again. */
  loss?: number;
}

const PACKET = 1460;
/** What a line holds before it takes no more: a router's buffer. */
const BUFFER = 64 * 1024;

/** One direction of one connection. */
class Lane {
  #queue: { at: number; part: Buffer }[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the line is free for the next packet, and when the last one arrives. */
  #free = 0;
  #last = 0;
  #ended = false;
  frozen = false;

  constructor(
    readonly from: Socket,
    readonly to: Socket,
    readonly shape: Shape,
    readonly random: Random,
  ) {
    from.on('data', (data: Buffer) => this.#take(data));
    from.on('end', () => {
      this.#ended = true;
      this.#go();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  thaw(): void {
    this.frozen = false;
    this.#go();
  }

  #take(data: Buffer): void {
    const { delay = 0, jitter = 0, rate = Number.POSITIVE_INFINITY, loss = 0 } = this.shape;
    for (let at = 0; at < data.length; at += PACKET) {
      const part = data.subarray(at, at + PACKET);
      this.#free = Math.max(performance.now(), this.#free) + (part.length / rate) * 1000;
      // Lost once or more: seen by those that come after, a round trip later.
      let wait = delay + jitter * (2 * this.random.next() - 1);
      while (this.random.chance(loss)) wait += Math.max(20, 2 * delay);
      this.#last = Math.max(this.#last, this.#free + Math.max(0, wait));
      this.#queue.push({ at: this.#last, part });
      this.#bytes += part.length;
    }
    if (this.#bytes > BUFFER) this.from.pause();
    this.#go();
  }

  #go(): void {
    clearTimeout(this.#timer);
    if (this.frozen) return;
    const now = performance.now();
    while (this.#queue.length > 0 && this.#queue[0]!.at <= now) {
      const { part } = this.#queue.shift()!;
      this.#bytes -= part.length;
      if (this.to.writable) this.to.write(part);
    }
    // Who does not read makes the line full as well.
    if (this.#bytes <= BUFFER && this.from.isPaused()) {
      if (this.to.writableLength <= BUFFER) this.from.resume();
      else this.to.once('drain', () => this.#go());
    }
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#go(), this.#queue[0]!.at - now);
    else if (this.#ended) this.to.end();
  }
}

export class ShapedPort {
  readonly #pairs = new Set<{ sockets: Socket[]; lanes: Lane[] }>();
  #frozen = false;

  private constructor(
    readonly server: Server,
    readonly port: number,
  ) {}

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Connections that go through it now. */
  get size(): number {
    return this.#pairs.size;
  }

  /** Opens a port on this machine that leads to another. */
  static async open(target: number, shape: Shape, random: Random): Promise<ShapedPort> {
    // Who has said its last word still hears what is on its way.
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const shaped = new ShapedPort(server, (server.address() as { port: number }).port);
    server.on('connection', (near) => shaped.#join(near, target, shape, random));
    return shaped;
  }

  #join(near: Socket, target: number, shape: Shape, random: Random): void {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const lanes = [new Lane(near, far, shape, random), new Lane(far, near, shape, random)];
    const pair = { sockets: [near, far], lanes };
    this.#pairs.add(pair);
    if (this.#frozen) for (const lane of lanes) lane.frozen = true;
    const end = (): void => {
      if (!this.#pairs.delete(pair)) return;
      for (const lane of lanes) lane.stop();
      for (const socket of pair.sockets) socket.destroy();
    };
    for (const socket of pair.sockets) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
  }

  /** Breaks everything that goes through now, wherever in a message it is. */
  cut(): void {
    for (const { sockets } of [...this.#pairs]) for (const socket of sockets) socket.destroy();
  }

  /** Lets nothing through any more, and says nothing of it: a cable pulled out. Or lets it go on. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    for (const { lanes } of this.#pairs) {
      for (const lane of lanes) {
        if (frozen) lane.frozen = true;
        else lane.thaw();
      }
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
