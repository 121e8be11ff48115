/**
 * What a process holds: timers by where they were set, sockets and servers, objects of the kit, memory. Taken before and
 * after, it shows what was left behind.
 *
 * `watchTimers` has to run before anything else does.
 */

import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Fanout, Grid, memoryLinks, Receiver, ReceiverEnd, Source, WebSocketLink } from 'mpl-kit/transport';
import { sleep } from './until.js';

/** How many of each, by name. */
export type Counts = Record<string, number>;

export interface Holdings {
  /** By the line that set them; timers that let the process end count like others. */
  timers: Counts;
  /** What keeps the process alive, of sockets, servers and children. */
  resources: Counts;
  /** Objects of the kit that the garbage collector cannot take. */
  objects: number;
  /** Bytes in use after garbage collection: the heap, and buffers outside of it. */
  bytes: number;
}

const live = new Map<unknown, string>();

/** Counts timers from now on. */
export function watchTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const note = (handle: NodeJS.Timeout): NodeJS.Timeout => {
    live.set(handle, caller());
    return handle;
  };
  const set = (run: (...given: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const handle = setTimeout(() => {
      live.delete(handle);
      run(...args);
    }, ms);
    return note(handle);
  };
  // `util.promisify(setTimeout)` asks for this.
  Object.defineProperties(set, Object.getOwnPropertyDescriptors(setTimeout));
  const repeat = (run: (...given: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    note(setInterval(run, ms, ...args));
  const clear = (handle: NodeJS.Timeout): void => {
    live.delete(handle);
    clearTimeout(handle);
  };
  Object.assign(globalThis, { setTimeout: set, setInterval: repeat, clearTimeout: clear, clearInterval: clear });
  void clearInterval;
}

/** The first line of ours that is not about timers. */
function caller(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 8;
  const lines = new Error().stack!.split('\n').slice(3);
  Error.stackTraceLimit = limit;
  const line = lines.find((text) => !/ledger\.|timer\.[jt]s|until\.[jt]s|node:internal/.test(text)) ?? lines[0] ?? '';
  return /([^/\s(]+\/[^/\s]+?:\d+)(?::\d+)?\)?$/.exec(line)?.[1] ?? line.trim();
}

/** Handles that come and go by themselves: pipes of standard output, the channel to a parent. */
const WATCHED = /TCPSocket|TCPServer|Process|FSReq|Connect|TLS|UDP/;

const count = (names: Iterable<string>): Counts => {
  const counts: Counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

// The package does not export the class of these.
const SourceEnd = new Fanout({ channel: '' }).attach(memoryLinks()[0]).constructor as { prototype: object };
const CLASSES = { Receiver, ReceiverEnd, Source, SourceEnd, Grid, WebSocketLink } as const;
/** What all of them are from now on, so that one look through the heap, which takes its time, is enough where all is well. */
class Kept {}
for (const { prototype } of Object.values(CLASSES)) Object.setPrototypeOf(prototype, Kept.prototype);

const alive = (kind: unknown): number => queryObjects(kind as never, { format: 'count' }) as unknown as number;

let collect: (() => void) | undefined;
function gc(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/** @param deep collect garbage, and look for objects, which takes a while; else bytes and objects are -1 */
export async function holdings(deep = true): Promise<Holdings> {
  // What was closed in this turn is let go of in the next.
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  const held: Holdings = {
    timers: count(live.values()),
    resources: count(process.getActiveResourcesInfo().filter((name) => WATCHED.test(name))),
    objects: -1,
    bytes: -1,
  };
  if (!deep) return held;
  gc();
  if (queryObjects !== undefined) held.objects = alive(Kept);
  const { heapUsed, external } = process.memoryUsage();
  held.bytes = heapUsed + external;
  return held;
}

/** What there is more of than before, in words; empty if nothing is. */
export function surplus(before: Holdings, after: Holdings): string {
  const parts: string[] = [];
  for (const kind of ['timers', 'resources'] as const) {
    for (const [name, number] of Object.entries(after[kind])) {
      const more = number - (before[kind][name] ?? 0);
      if (more > 0) parts.push(`${more} ${kind === 'timers' ? 'timer of ' : ''}${name}`);
    }
  }
  const more = before.objects < 0 ? 0 : after.objects - before.objects;
  if (more > 0) {
    const kinds = Object.entries(CLASSES).map(([name, kind]) => `${alive(kind)} ${name}`);
    parts.push(`${more} objects of the kit (there are ${kinds.join(', ')})`);
  }
  return parts.join(', ');
}

/** Waits until nothing is left that was not there before. @returns what is left after all, in words; or nothing */
export async function settle(before: Holdings, objects = true, patience = 10_000): Promise<string> {
  const end = performance.now() + patience;
  for (let deep = false; ; ) {
    const left = surplus(before, await holdings(deep));
    if (performance.now() > end || (left === '' && deep === objects)) return left;
    // The heap is looked through once the rest is as it was.
    deep = left === '' && objects;
    if (left !== '') await sleep(50);
  }
}
