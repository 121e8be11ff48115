/** A relay with sources and receivers of signals for tests; `closeAll` after each. */

import { WebSocket } from 'ws';
import {
  connectWebSocket,
  type Link,
  Receiver,
  type ReceiverOptions,
  SignalWriter,
  type SocketLike,
  Source,
  type TileProducer,
  type TokenSource,
  Uplink,
} from '../../transport/index.js';
import { createRelay, type RelayOptions } from '../index.js';

const Socket = WebSocket as unknown as new (url: string) => SocketLike;
const dial = (url: string): Promise<Link> => connectWebSocket(url.replace(/^http/, 'ws'), 20_000, Socket);

const open: (() => unknown)[] = [];

/** Calls `close` with `closeAll`. */
export const later = (close: () => unknown): unknown => open.push(close);

/** Closes what was opened, the last first. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

export async function startRelay(options: RelayOptions = {}) {
  const relay = createRelay({ dist: false, sourceGraceMs: 50, ...options });
  const { url } = await relay.listen(0);
  later(() => relay.close());
  return { relay, url };
}

let claims = 0;

/** A source of a world without signals, over a WebSocket. */
export function startWorld(url: string, world: TileProducer, channel = 'demo'): Uplink {
  const claim = `claim-of-the-test-source-${++claims}`;
  const uplink = new Uplink(new Source(world), { url: `${url}/peer/${channel}`, claim, connect: dial });
  later(() => uplink.close());
  return uplink;
}

/** A source over a WebSocket. */
export function startSource(url: string, channel = 'demo', merge = false, token?: TokenSource) {
  const writer = new SignalWriter({ merge });
  const source = new Source(null, { channel, signals: writer, merge });
  source.fanout.onstatus = ({ clock }) => clock !== undefined && writer.witness(clock);
  const claim = `claim-of-the-test-source-${++claims}`;
  const options = { url: `${url}/peer/${channel}`, claim, connect: dial, merge };
  const uplink = new Uplink(source, { ...options, ...(token && { token }) });
  later(() => uplink.close());
  const set = (values: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(values)) writer.set(name, value);
    source.publishSignals();
  };
  return { source, uplink, writer, set };
}

/** A receiver over a WebSocket. */
export function startReceiver(url: string, channel = 'demo', options: Partial<ReceiverOptions> = {}): Receiver {
  const connect = () => dial(`${url}/stream/${channel}`);
  const receiver = new Receiver({ connect, grid: false, signals: true, ...options });
  receiver.start();
  later(() => receiver.stop());
  return receiver;
}

export const holds = (receiver: Receiver, values: Record<string, unknown>): boolean =>
  JSON.stringify({ ...receiver.signals?.values() }) === JSON.stringify(values);
