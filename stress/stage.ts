/** Where one scenario plays: its chance, its relays, hosts and viewers, and what has to be true of them at the end. */

import { createRelay, type Relay, type RelayOptions } from 'mpl-kit/server';
import { Receiver, type ReceiverOptions } from 'mpl-kit/transport';
import { Host, type HostOptions } from './host.js';
import { Random } from './random.js';
import { RelayProcess } from './relay-process.js';
import { Dialer } from './sockets.js';
import { until } from './until.js';

/** A relay, wherever it runs. */
export interface RelayPlace {
  port: number;
  /** `ws://127.0.0.1:port` */
  url: string;
}

export interface LocalRelay extends RelayPlace {
  relay: Relay;
  close(): Promise<void>;
}

/** Where to connect to now: another one each time, as behind a name that stands for several. */
function roaming(at: RelayPlace | readonly RelayPlace[]): () => string {
  const places: readonly RelayPlace[] = Array.isArray(at) ? at : [at as RelayPlace];
  let turn = 0;
  return () => places[turn++ % places.length]!.url;
}

/** A viewer, and the sockets below it. */
export interface Viewer {
  receiver: Receiver;
  dialer: Dialer;
  /** Errors it reported, in its words. */
  errors: string[];
  /** Why it had to connect again, each time. */
  losses: string[];
}

/** Limits that would only be in the way where hundreds come from one address, and a short memory for those who left. */
const MANY = 100_000;
const AMPLE: RelayOptions = {
  dist: false,
  connectionRate: MANY,
  addressConnections: MANY,
  addressNewcomers: MANY,
  sourceGraceMs: 1000,
};

export class Stage {
  readonly random: Random;
  readonly channel: string;
  readonly #open: { close(): unknown }[] = [];
  #closed = false;

  constructor(
    readonly name: string,
    readonly seed: number,
    /** With smaller numbers, to be done in a second or so. */
    readonly short: boolean,
  ) {
    this.random = new Random(seed, name);
    this.channel = `stress-${seed}`;
  }

  /** The number for the short run, or for the long one. */
  scale(short: number, long: number): number {
    return this.short ? short : long;
  }

  /** Has this closed when the scenario ends, whichever way. */
  keep<T extends { close(): unknown }>(thing: T): T {
    if (this.#closed) void thing.close();
    this.#open.push(thing);
    return thing;
  }

  /** A relay within this process. */
  async relay(options: RelayOptions = {}, port = 0): Promise<LocalRelay> {
    const relay = createRelay({ ...AMPLE, ...options });
    const address = await relay.listen(port);
    const local = { relay, port: address.port, url: address.url.replace('http', 'ws'), close: () => relay.close() };
    return this.keep(local);
  }

  /** A relay in a process of its own, that can be killed. */
  async relayProcess(options: RelayOptions = {}, port = 0): Promise<RelayProcess> {
    return this.keep(await RelayProcess.start({ ...AMPLE, ...options }, port));
  }

  /** @param at a relay, or several: then it goes from one to the next */
  async host(at: RelayPlace | readonly RelayPlace[], options: HostOptions = {}): Promise<Host> {
    const next = roaming(at);
    const { dialer = new Dialer() } = options;
    const url = `peer/${this.channel}`;
    const uplink = { connect: (path: string) => dialer.dial(`${next()}/${path}`), ...options.uplink };
    return this.keep(await Host.start(url, this.random, { ...options, dialer, uplink }));
  }

  /** A viewer of world and signals. @param at a relay, or several: then it goes from one to the next */
  viewer(
    at: RelayPlace | readonly RelayPlace[],
    options: Partial<ReceiverOptions> = {},
    dialer = new Dialer(),
  ): Viewer {
    const next = roaming(at);
    const connect = () => dialer.dial(`${next()}/stream/${this.channel}`);
    const receiver = new Receiver({ connect, signals: true, ...options });
    const viewer: Viewer = { receiver, dialer, errors: [], losses: [] };
    receiver.listen((event) => {
      if (event.type === 'error') viewer.errors.push(event.error.message);
      if (event.type === 'status' && receiver.status === 'reconnecting') viewer.losses.push(receiver.reason);
    });
    receiver.start();
    this.keep({ close: () => receiver.stop() });
    return viewer;
  }

  /** Waits until these viewers show exactly what the host has: every cell, by digest, and every signal. */
  async converge(host: Host, viewers: readonly Viewer[], patience?: number): Promise<void> {
    if (host.running) host.rest();
    const { version, hash } = await host.life.digest();
    const { epoch } = host.source;
    const signals = JSON.stringify(host.signals.table.values());
    for (const [at, { receiver, errors }] of viewers.entries()) {
      const same = (): boolean =>
        receiver.grid?.whole === true &&
        receiver.grid.epoch === epoch &&
        receiver.version === version &&
        (receiver.select === null || JSON.stringify(receiver.signals?.values()) === signals);
      try {
        await until('it shows what the host has', same, patience);
        const shown = await receiver.digest();
        if (shown.hash !== hash) throw new Error(`whole at version ${shown.version}, but its cells are others`);
      } catch (error) {
        const { status, reason, grid } = receiver;
        const seen = `${status} ${reason}, epoch ${grid?.epoch}, version ${receiver.version}, whole ${grid?.whole}`;
        const told = errors.length > 0 ? `; it said: ${errors.slice(-3).join('; ')}` : '';
        throw new Error(
          `viewer ${at} of ${viewers.length} (${seen}) is not with the host (epoch ${epoch}, version ${version}): ` +
            `${(error as Error).message}${told}`,
        );
      }
    }
  }

  /** Everything that was opened is closed, the last first. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const thing of this.#open.splice(0).reverse()) await thing.close();
  }
}
