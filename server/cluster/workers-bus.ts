/** A bus between worker processes of one machine, by way of their primary process: for several cores behind one port. */

import { Broker } from './broker.js';
import { type Bus, BusError } from './bus.js';

/** One end of a pipe between two processes: `process` in a worker, a `Worker` in the primary. */
export interface Pipe {
  readonly connected: boolean;
  send(message: unknown, sent: (error: Error | null) => void): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

type Request =
  | { op: 'publish'; topic: string; message: Uint8Array }
  | { op: 'subscribe' | 'unsubscribe'; topic: string; id?: number }
  | { op: 'get' | 'delete'; key: string; id: number }
  | { op: 'set'; key: string; value: Uint8Array; ms: number; id: number }
  | { op: 'swap'; key: string; expect: string | null; value: string | null; ms: number; id: number };

type Asked = Request extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never;

type Reply = { id: number; value?: unknown; error?: string } | { topic: string; message: Uint8Array };

/** Other things go over the same pipe. */
interface Parcel<T> {
  mplBus: T;
}

const isParcel = <T>(message: unknown): message is Parcel<T> =>
  typeof message === 'object' && message !== null && 'mplBus' in message;

/** Milliseconds that the primary has to answer. */
const ANSWER = 5_000;
/** Bytes that may wait for a worker that does not read; what is beyond is lost, and healed as any loss is. */
const MOST_WAITING = 64 * 2 ** 20;

/** The worker's side. */
export class WorkersBus implements Bus {
  up: boolean;
  why = '';
  onstate: (() => void) | null = null;
  readonly #listeners = new Map<string, (message: Uint8Array) => void>();
  readonly #asked = new Map<
    number,
    { resolve(value: never): void; reject(error: Error): void; late: NodeJS.Timeout }
  >();
  #count = 0;

  constructor(readonly pipe: Pipe) {
    this.up = pipe.connected;
    pipe.on('message', (message) => {
      if (isParcel<Reply>(message)) this.#take(message.mplBus);
    });
    pipe.on('disconnect', () => this.#down('the primary process has gone'));
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    return this.#send({ op: 'publish', topic, message });
  }

  async subscribe(topic: string, listener: (message: Uint8Array) => void): Promise<void> {
    this.#listeners.set(topic, listener);
    await this.#ask({ op: 'subscribe', topic } as unknown as Asked);
  }

  unsubscribe(topic: string): void {
    if (this.#listeners.delete(topic)) this.#send({ op: 'unsubscribe', topic }).catch(() => {});
  }

  get(key: string): Promise<Uint8Array | null> {
    return this.#ask({ op: 'get', key });
  }

  set(key: string, value: Uint8Array, ms: number): Promise<void> {
    return this.#ask({ op: 'set', key, value, ms });
  }

  delete(key: string): Promise<void> {
    return this.#ask({ op: 'delete', key });
  }

  swap(key: string, expect: string | null, value: string | null, ms: number): Promise<string | null> {
    return this.#ask({ op: 'swap', key, expect, value, ms });
  }

  async close(): Promise<void> {
    this.onstate = null;
    for (const topic of [...this.#listeners.keys()]) this.unsubscribe(topic);
    this.#down('the bus is closed');
  }

  #send(request: Request): Promise<void> {
    if (!this.up) return Promise.reject(new BusError(this.why));
    return new Promise((resolve, reject) => {
      this.pipe.send({ mplBus: request } satisfies Parcel<Request>, (error) => {
        if (error) reject(new BusError(error.message));
        else resolve();
      });
    });
  }

  #ask<T>(request: Asked): Promise<T> {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#settle(id)?.reject(new BusError('the primary did not answer')), ANSWER);
      this.#asked.set(id, { resolve, reject, late: late.unref() });
      this.#send({ ...request, id } as Request).catch((error) => this.#settle(id)?.reject(error));
    });
  }

  #settle(id: number) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    clearTimeout(asked?.late);
    return asked;
  }

  #take(reply: Reply): void {
    if ('topic' in reply) return this.#listeners.get(reply.topic)?.(reply.message);
    const asked = this.#settle(reply.id);
    if (reply.error !== undefined) asked?.reject(new BusError(reply.error));
    else asked?.resolve(reply.value as never);
  }

  #down(why: string): void {
    if (!this.up) return;
    this.up = false;
    this.why = why;
    for (const id of [...this.#asked.keys()]) this.#settle(id)?.reject(new BusError(why));
    this.onstate?.();
  }
}

/** A worker, as the primary sees it. */
interface Member {
  pipe: Pipe;
  /** Bytes on their way to it. */
  waiting: number;
}

/** The primary's side. */
export class WorkersHub {
  readonly broker = new Broker<Member>();

  /** A worker has started. */
  add(pipe: Pipe): void {
    const member: Member = { pipe, waiting: 0 };
    pipe.on('message', (message) => {
      if (isParcel<Request>(message)) this.#do(message.mplBus, member);
    });
    pipe.on('disconnect', () => this.broker.leave(member));
  }

  #do(request: Request, member: Member): void {
    const { broker } = this;
    if (request.op === 'publish') {
      const { topic, message } = request;
      for (const to of broker.subscribers(topic)) if (to.waiting <= MOST_WAITING) send(to, { topic, message });
      return;
    }
    const { id } = request;
    try {
      const value = this.#answer(request, member);
      if (id !== undefined) send(member, { id, value });
    } catch (error) {
      if (id !== undefined) send(member, { id, error: (error as Error).message });
    }
  }

  #answer(request: Exclude<Request, { op: 'publish' }>, member: Member): unknown {
    const { broker } = this;
    switch (request.op) {
      case 'subscribe':
        return broker.subscribe(request.topic, member);
      case 'unsubscribe':
        return broker.unsubscribe(request.topic, member);
      case 'get':
        return broker.get(request.key);
      case 'set':
        return broker.set(request.key, request.value, request.ms);
      case 'delete':
        return broker.set(request.key, null, 0);
      case 'swap':
        return broker.swap(request.key, request.expect, request.value, request.ms);
    }
  }
}

function send(member: Member, reply: Reply): void {
  if (!member.pipe.connected) return;
  const bytes = 'topic' in reply ? reply.message.length : 0;
  member.waiting += bytes;
  member.pipe.send({ mplBus: reply } satisfies Parcel<Reply>, () => {
    member.waiting -= bytes;
  });
}
