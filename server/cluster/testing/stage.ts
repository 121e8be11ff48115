/** Relays that are joined, a host that can move between them, and viewers, for tests. */

import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import {
  type ControlCommand,
  connectWebSocket,
  type Link,
  Receiver,
  type ReceiverOptions,
  type Rect,
  SignalWriter,
  type SocketLike,
  Source,
  Uplink,
} from '../../../transport/index.js';
import { digest } from '../../../transport/state/digest.js';
import { seeded, TestWorld } from '../../../transport/testing/world.js';
import type { RelayOptions } from '../../index.js';
import { later, startRelay } from '../../testing/signals.js';
import { until } from '../../testing/until.js';
import { type MemoryBus, MemoryNetwork } from './memory-bus.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
export const dial = (url: string): Promise<Link> => connectWebSocket(url.replace(/^http/, 'ws'), 20_000, Socket);

/** Relays take each other for dead after this, ms: long enough for a machine with other things to do. */
export const LEASE = 4_000;

/** So many relays over one bus in memory. */
export async function joinRelays(count: number, options: RelayOptions = {}) {
  const network = new MemoryNetwork();
  const buses: MemoryBus[] = [];
  const relays = [];
  for (let i = 0; i < count; i++) {
    const bus = network.bus();
    buses.push(bus);
    relays.push(await startRelay({ bus, leaseMs: LEASE, ...options }));
  }
  return { network, buses, relays, urls: relays.map(({ url }) => url) };
}

let hosts = 0;

/** A host of a world and of signals. */
export class Host {
  readonly world: TestWorld;
  readonly writer = new SignalWriter();
  readonly source: Source;
  readonly claim = `claim-of-the-test-host-${++hosts}`;
  readonly commands: ControlCommand[] = [];
  /** What it has been like, by epoch and version. */
  readonly past = new Map<string, string>();
  uplink: Uplink;
  readonly #random;
  #link: Link | null = null;

  constructor(
    url: string,
    readonly channel = 'demo',
    size = 512,
    readonly token?: string,
  ) {
    this.world = new TestWorld(size, size);
    this.#random = seeded(size + hosts);
    this.source = new Source(this.world, {
      channel,
      signals: this.writer,
      coded: true,
      control: 'viewers',
      oncommand: (command) => void this.commands.push(command),
    });
    this.#note();
    this.step(40);
    this.uplink = this.#connect(url);
    later(() => this.uplink.close());
  }

  /** Changes some cells, and a signal. */
  step(cells = 10): void {
    this.world.step(cells, this.#random);
    this.#note();
    this.writer.set('version', this.world.version);
    this.source.publish();
    this.source.publishSignals();
  }

  /** Empties a tile, and nothing else. */
  empty(key: number): void {
    const { world } = this;
    const { words, offset } = world.tile(key);
    const [left, top] = [(key % world.tilesX) * 64, Math.floor(key / world.tilesX) * 64];
    for (let i = 0; i < 64 * 64; i++) {
      const [x, y] = [i % 64, Math.floor(i / 64)];
      if ((words[offset + y * 2 + (x >> 5)]! >>> (x & 31)) & 1) world.flip(left + x, top + y);
    }
    this.step(0);
  }

  /** Its network is cut, and it comes back by way of this relay. */
  move(url: string): void {
    const old = this.uplink;
    this.uplink = this.#connect(url);
    old.close();
  }

  #note(): void {
    this.past.set(`${this.source.epoch} ${this.world.version}`, this.hash);
  }

  hashOf(rect: Rect): string {
    return digest(this.world, rect).hash;
  }

  get hash(): string {
    return digest(this.world).hash;
  }

  #connect(url: string): Uplink {
    const connect = async (to: string): Promise<Link> => (this.#link = await dial(to));
    const options = { url: `${url}/peer/${this.channel}`, claim: this.claim, connect };
    return new Uplink(this.source, { ...options, ...(this.token && { token: this.token }) });
  }

  /** When its link breaks, it comes back by way of this relay. */
  redirect(url: string): void {
    this.uplink.options.connect = async () => (this.#link = await dial(`${url}/peer/${this.channel}`));
  }

  /** It takes its link for broken, and the relay does not hear of it. */
  hang(): void {
    this.#link!.onclose?.({ code: 1006, reason: '' });
  }

  /** The link breaks, and nobody says goodbye. */
  cut(): void {
    (this.#link as unknown as { socket: WebSocket } | null)?.socket.terminate();
  }
}

/** What a viewer was ever shown that the host had not: there should be nothing. */
export const wrong: string[] = [];

/** A viewer of tiles and signals. Whatever it shows has to be something that `host` was, and never older than before. */
export function startViewer(url: string, host?: Host, options: Partial<ReceiverOptions> = {}): Receiver {
  const { channel = 'demo' } = host ?? {};
  const viewer = new Receiver({ connect: () => dial(`${url}/stream/${channel}`), signals: true, ...options });
  let epoch = 0;
  let version = -1;
  viewer.listen(({ type }) => {
    if (type !== 'tiles' && type !== 'grid') return;
    const grid = viewer.grid!;
    if (grid.epoch === epoch && grid.version < version) wrong.push(`from version ${version} back to ${grid.version}`);
    const was = host?.past.get(`${grid.epoch} ${grid.version}`);
    if (host?.source.epoch === grid.epoch && grid.whole && was !== digest(grid).hash)
      wrong.push(`version ${grid.version} is not what it was`);
    ({ epoch, version } = grid);
  });
  viewer.start();
  later(() => viewer.stop());
  return viewer;
}

/** Waits until these show what the host has, every cell and every signal of it. */
export async function converged(host: Host, ...viewers: Receiver[]): Promise<void> {
  const { version } = host.world;
  await until(() =>
    viewers.every((viewer) => {
      const { grid, signals } = viewer;
      return (
        grid?.epoch === host.source.epoch &&
        grid.version === version &&
        grid.whole &&
        signals?.get('version') === version
      );
    }),
  );
  const { hash } = host;
  for (const viewer of viewers) assert.deepEqual(await viewer.digest(), { version, hash });
  assert.deepEqual(wrong.splice(0), []);
}
