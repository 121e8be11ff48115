/** Starts the processes of a measurement, each on its core, and reads what they use up. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';
import type { Kind } from './server.js';

/** Nothing that is asked for takes this long, ms. */
const PATIENCE = 90_000;

export function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', '-', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Can processes be kept apart: what is measured on one core, what measures it on another? */
export const pinned = availableParallelism() >= 2 && has('taskset');

const onCore = (core: 0 | 1, command: string[]): [string, string[]] => {
  const [first, ...rest] = pinned ? ['taskset', '-c', String(core), ...command] : command;
  return [first!, rest];
};

/** Ends with an error where `what` does not come in time, or the process ends first. */
async function soon<T>(child: ChildProcess, name: string, what: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new AbortController();
  const never = Promise.race([
    once(child, 'exit', { signal: end.signal }).then(([code]) => `ended with ${code}`),
    new Promise<string>((resolve) => (timer = setTimeout(resolve, PATIENCE, 'does not answer'))),
  ]).then((why) => Promise.reject(new Error(`${name} ${why}`)));
  try {
    return await Promise.race([what, never]);
  } finally {
    clearTimeout(timer);
    never.catch(() => {});
    end.abort();
  }
}

/** A module of this folder in a process of its own. */
export class Hand {
  readonly #waiting: ((value: unknown) => void)[] = [];
  readonly #heard: unknown[] = [];

  private constructor(
    readonly child: ChildProcess,
    readonly name: string,
  ) {
    child.on('message', (value) => {
      const take = this.#waiting.shift();
      if (take) take(value);
      else this.#heard.push(value);
    });
  }

  static async start(module: string, core: 0 | 1, args: string[]): Promise<{ hand: Hand; said: unknown }> {
    const node = [process.execPath, '--import', 'tsx', join(import.meta.dirname, module), ...args];
    const child = spawn(...onCore(core, node), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const hand = new Hand(child, `${module} ${args[0]}`);
    return { hand, said: await hand.hears() };
  }

  tell(order: unknown): void {
    this.child.send(order as object);
  }

  /** What it says next. */
  hears(): Promise<unknown> {
    if (this.#heard.length > 0) return Promise.resolve(this.#heard.shift());
    return soon(this.child, this.name, new Promise((resolve) => this.#waiting.push(resolve)));
  }

  ask(order: unknown): Promise<unknown> {
    this.tell(order);
    return this.hears();
  }
}

/** What viewers saw since `begin`. */
export interface Seen {
  seconds: number;
  frames: number;
  bytes: number;
  /** WebSocket messages, those of NATS apart, whose frames follow no messages. */
  messages: number;
  /** Frames that were published and not seen, because later ones were. */
  missed: number;
  acks: number;
  /** Viewers that lost their connection. */
  closed: number;
  /** Processor time that the viewers' process took, of a core. */
  cpu: number;
  /** From publishing to being read, ms. */
  age: { mean: number; p50: number; p99: number };
}

/** The viewers: one program in C, on the other core. */
export class Sink {
  readonly #lines: AsyncIterableIterator<string>;

  constructor(
    readonly child: ChildProcess,
    readonly viewers: number,
  ) {
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  tell(order: string): void {
    this.child.stdin!.write(`${order}\n`);
  }

  async #answer(order: string): Promise<unknown> {
    this.tell(order);
    const { value } = await soon(this.child, 'sink', this.#lines.next());
    return JSON.parse(value!);
  }

  /** Connects all viewers. */
  open(): Promise<unknown> {
    return this.#answer('open');
  }

  async end(): Promise<Seen> {
    return (await this.#answer('end')) as Seen;
  }
}

/** Processor time of a process and of those it started, so far, ms, and what they hold of memory, bytes. */
export function usage(pid: number): { cpu: number; rss: number } {
  const own = usageOf(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
  for (const { cpu, rss } of children.map((child) => usage(Number(child)))) {
    own.cpu += cpu;
    own.rss += rss;
  }
  return own;
}

function usageOf(pid: number): { cpu: number; rss: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))![1]!;
  // In ticks of 10 ms.
  return { cpu: (Number(fields[11]) + Number(fields[12])) * 10, rss: Number(rss) * 1024 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** All files and processes of a measurement. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'mpl-bench-'));
  readonly recording = join(this.folder, 'frames');
  readonly stamps = join(this.folder, 'stamps');
  readonly #sink = join(this.folder, 'sink');
  readonly #children = new Set<ChildProcess>();

  /** Compiles the viewers. @throws Error with what the compiler says */
  compile(): void {
    execFileSync('gcc', ['-O2', '-o', this.#sink, join(import.meta.dirname, 'sink.c')], { stdio: 'pipe' });
  }

  async hand(module: string, core: 0 | 1, ...args: string[]): Promise<{ hand: Hand; said: unknown }> {
    const started = await Hand.start(module, core, args);
    this.#keep(started.hand.child);
    return started;
  }

  /**
   * Starts a server: its process, and the ports of those who publish, and of those who watch.
   * @param workers the relay as a command, in so many processes, on whichever core is free
   */
  async server(kind: Kind, workers = 0): Promise<{ child: ChildProcess; feed: number; port: number }> {
    if (workers > 0) return this.#workers(workers);
    if (kind === 'nats') return this.#nats();
    const { hand, said } = await this.hand('server.ts', 0, kind);
    return { child: hand.child, feed: said as number, port: said as number };
  }

  async #workers(count: number): Promise<{ child: ChildProcess; feed: number; port: number }> {
    const many = ['viewers', 'connections'].flatMap((what) => [`--max-${what}`, '100000']);
    const rates = ['--connection-rate', '100000', '--address-connections', '100000'];
    const flags = ['--port', '0', '--workers', String(count), '--no-demo', '--no-open', ...many, ...rates];
    const cli = join(import.meta.dirname, '../../dist/server/cli.js');
    const child = spawn(process.execPath, [cli, 'serve', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#keep(child);
    const ready = (async () => {
      for await (const line of createInterface({ input: child.stdout! })) {
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port) return Number(port);
      }
      throw new Error('mpl serve did not say where it listens');
    })();
    const port = await soon(child, 'mpl serve', ready);
    return { child, feed: port, port };
  }

  async #nats(): Promise<{ child: ChildProcess; feed: number; port: number }> {
    const [feed, port] = [await freePort(), await freePort()];
    const config = join(this.folder, 'nats.conf');
    const websocket = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
    writeFileSync(config, `listen: "127.0.0.1:${feed}"\nmax_connections: 100000\n${websocket}\n`);
    const child = spawn(...onCore(0, ['nats-server', '-c', config]), { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#keep(child);
    const ready = (async () => {
      for await (const line of createInterface({ input: child.stderr! })) if (line.includes('Server is ready')) return;
    })();
    await soon(child, 'nats-server', ready);
    child.stderr!.resume();
    return { child, feed, port };
  }

  sink(kind: Kind, port: number, viewers: number): Sink {
    const [path, protocol] = {
      mpl: ['/stream/bench', 'mpl'],
      raw: ['/', 'ws'],
      ws: ['/', 'ws'],
      'socket.io': ['/socket.io/?EIO=4&transport=websocket', 'sio'],
      nats: ['/', 'nats'],
    }[kind] as [string, string];
    const session_ = `v${'#'.repeat(16)}.${'s'.repeat(22)}`;
    const hello = encodeFrame('SubscribeFilter', session.subscribe.encode({ protocol: 1, session: session_ }));
    const args = ['127.0.0.1', String(port), path, protocol, String(viewers), this.stamps];
    if (kind === 'mpl') args.push(Buffer.from(hello).toString('hex'));
    const child = spawn(...onCore(1, [this.#sink, ...args]), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#keep(child);
    return new Sink(child, viewers);
  }

  /** Stamps of frames that another server was given are none of the next one. */
  forgetStamps(): void {
    writeFileSync(this.stamps, Buffer.alloc(65_536 * 8));
  }

  #keep(child: ChildProcess): void {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }

  /** Ends all processes that were started. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#children].map((child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        return gone;
      }),
    );
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
