/** One process of a measurement. It is started with the name of a kit, and does what it is told over IPC. */

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kit, ReceiverOptions, Sink, Tap, Values } from './kit.js';
import { WORKS, type Work, type WorkName } from './work.js';

export type KitName = keyof typeof KITS;

const KITS = {
  'mpl, JSON': async (): Promise<Kit> => (await import('./mpl.js')).mpl('json'),
  'mpl, schema': async (): Promise<Kit> => (await import('./mpl.js')).mpl('schema'),
  'Socket.IO': async (): Promise<Kit> => (await import('./socket-io.js')).socketIo,
  Yjs: async (): Promise<Kit> => (await import('./yjs.js')).yjs,
  'ws and JSON': async (): Promise<Kit> => (await import('./bare.js')).bare,
};

/** What a process has used up since it began. */
export interface Used {
  /** Processor time of all its threads, µs. */
  cpu: number;
  /** Bytes that its connections were sent, and sent: all of TCP's payload. */
  in: number;
  out: number;
}

const sockets: Socket[] = [];
subscribe('net.client.socket', (message) => sockets.push((message as { socket: Socket }).socket));

const kit = await KITS[process.argv[2] as KitName]();
const sources = new Map<string, { work: Work; state: Values; sink: Sink }>();
const taps: { tap: Tap; names: readonly string[] | undefined }[] = [];
/** The newest tick that the first receiver heard of, and who waits for one. */
let last = 0;
let wake: (() => void) | null = null;

const orders = {
  relay: () => kit.relay(),

  async source(url: string, channel: string, name: WorkName): Promise<void> {
    const work = WORKS[name]();
    const { first, derived } = work;
    sources.set(channel, { work, state: { ...first }, sink: await kit.source(url, channel, { first, derived }) });
  },

  /** As many as there are options, in place of those that were. */
  async receivers(url: string, channel: string, name: WorkName, all: ReceiverOptions[]): Promise<void> {
    for (const { tap } of taps.splice(0)) tap.close();
    last = 0;
    const { marker } = WORKS[name]();
    for (const options of all) {
      const heard = (signal: string, value: number) => {
        if (signal !== marker) return;
        last = value;
        wake?.();
      };
      taps.push({ tap: await kit.receiver(url, channel, heard, options), names: options.names });
    }
  },

  /** Ticks, one every `gap` milliseconds; which was the last. */
  async tick(channel: string, count: number, gap: number): Promise<number> {
    const source = sources.get(channel)!;
    const began = performance.now();
    for (let i = 0; i < count; i++) {
      await sleep(Math.max(0, began + i * gap - performance.now()));
      next(source);
    }
    return source.state[source.work.marker]!;
  },

  /** Ticks, as many as it can in so many milliseconds, each in a turn of its own; how many, and which was the last. */
  async flood(channel: string, ms: number): Promise<{ ticks: number; last: number }> {
    const source = sources.get(channel)!;
    const end = performance.now() + ms;
    let ticks = 0;
    while (performance.now() < end) {
      next(source);
      ticks++;
      await new Promise(setImmediate);
    }
    return { ticks, last: source.state[source.work.marker]! };
  },

  /** Waits until the first receiver has heard of this tick, or so many milliseconds; which it has heard of. */
  async until(tick: number, ms: number): Promise<number> {
    const timer = setTimeout(() => wake?.(), ms);
    const end = performance.now() + ms;
    while (last < tick && performance.now() < end) await new Promise<void>((resolve) => (wake = resolve));
    clearTimeout(timer);
    return last;
  },

  used(): Used {
    const { user, system } = process.cpuUsage();
    const sum = (what: 'bytesRead' | 'bytesWritten') => sockets.reduce((all, socket) => all + socket[what], 0);
    return { cpu: user + system, in: sum('bytesRead'), out: sum('bytesWritten') };
  },

  frames: () => taps.reduce((sum, { tap }) => sum + tap.frames, 0),

  /** The values as the source has them. */
  state: (channel: string): Values => sources.get(channel)!.state,

  /** Throws if a receiver's values are others than the source's. */
  check(state: Values): void {
    for (const { tap, names = Object.keys(state) } of taps) {
      const values = tap.values();
      for (const name of names) {
        if (values[name] !== state[name]) throw new Error(`${name} is ${values[name]}, not ${state[name]}`);
      }
    }
  },

  /** One more receiver, for as long as it takes to be told all: what that took. */
  async join(url: string, channel: string): Promise<{ bytes: number; ms: number }> {
    const before = sockets.length;
    const began = performance.now();
    const tap = await kit.receiver(url, channel, () => {});
    const ms = performance.now() - began;
    const bytes = sockets.slice(before).reduce((sum, socket) => sum + socket.bytesRead, 0);
    tap.close();
    return { bytes, ms };
  },

  layer: (url: string, from: string, to: string) => kit.layer(url, from, to),

  /** From setting `x` on the first channel until what became of it is heard on the last, ms; of those that were heard. */
  async transits(url: string, first: string, end: string, layers: number, count: number): Promise<number[]> {
    const sent: number[] = [];
    const took: number[] = [];
    const tap = await kit.receiver(url, end, (_, value) => {
      const at = sent[value - layers + 1];
      if (at !== undefined) took.push(performance.now() - at);
    });
    await sleep(50);
    const { sink } = sources.get(first)!;
    for (let i = 1; i <= count; i++) {
      sent[i] = performance.now();
      sink({ x: i });
      // Not in step with anybody's timers.
      await sleep(4 + (i % 4));
    }
    await sleep(50);
    tap.close();
    // What was sent before can be told from what is to come.
    sink({ x: 0 });
    return took;
  },
};

function next({ work, state, sink }: { work: Work; state: Values; sink: Sink }): void {
  const changes = work.next();
  Object.assign(state, changes);
  for (const [name, how] of Object.entries(work.derived)) state[name] = how((other) => state[other]!);
  sink(changes);
}

export type Orders = typeof orders;

process.on('message', async ({ id, order, args }: { id: number; order: keyof Orders; args: never[] }) => {
  try {
    const value = await (orders[order] as (...args: never[]) => unknown)(...args);
    process.send!({ id, value });
  } catch (error) {
    process.send!({ id, error: (error as Error).stack });
  }
});
// However the measurement ends, this does too.
process.on('disconnect', () => process.exit());
process.send!({ id: 0 });
