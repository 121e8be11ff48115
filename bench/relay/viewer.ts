/**
 * The process of one real receiver of the kit, among many viewers: how soon it has the whole picture when it joins, and after
 * its connection was lost. Started with a relay's port and the recording that is played there, which it checks itself against.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  decodeFrame,
  digest,
  type Grid,
  Grid as GridReplica,
  type Link,
  Receiver,
  type SocketLike,
  WebSocketLink,
} from '../../transport/index.js';
import { applyTiles } from '../../transport/state/apply.js';
import { decompress } from '../../transport/wire/deflate.js';
import { decodeGridMeta, decodeGridReset, decodeGridTiles } from '../../transport/wire/grid.js';
import * as session from '../../transport/wire/session.js';
import { FLAG } from '../../transport/wire/types.js';
import { load } from './record.js';

const [port, recording] = process.argv.slice(2) as [string, string];
const { beginning, frames } = load(recording);

/** What it took from the first try to connect until the picture was whole. */
export interface Joined {
  /** All of it, and of it from when the connection stood. */
  ms: number;
  sinceOpen: number;
  /** State that came until then, bytes. */
  bytes: number;
  /** Subscriptions sent until then: each costs a round trip. */
  asked: number;
  /** What the answer to the first was. */
  resume: string;
}

/** The world as the recording has it at `version`. */
function truth(version: number): Grid {
  let grid: Grid | null = null;
  for (const message of [...beginning, ...frames]) {
    const frame = decodeFrame(message);
    if (frame.type === 'GridMeta') grid = new GridReplica(decodeGridMeta(frame.payload));
    if (frame.type === 'GridReset') grid!.clear(decodeGridReset(frame.payload));
    if (frame.type !== 'GridTiles') continue;
    const tiles = decodeGridTiles(
      (frame.flags & FLAG.COMPRESSED) !== 0 ? decompress(frame.payload, 1e8) : frame.payload,
    );
    if (tiles.version > version) break;
    applyTiles(grid!, tiles);
  }
  return grid!;
}

let socket: WebSocket | null = null;
let openedAt = 0;
let bytes = 0;
let asked = 0;
let resume = '';
/** While it may not connect. */
let barrier: Promise<unknown> = Promise.resolve();

async function connect(): Promise<Link> {
  await barrier;
  socket = new WebSocket(`ws://127.0.0.1:${port}/stream/bench`, { perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  await once(socket, 'open');
  openedAt = performance.now();
  const link = new WebSocketLink(socket as unknown as SocketLike);
  const { send } = link;
  link.send = (message) => {
    if (decodeFrame(message).type === 'SubscribeFilter') asked++;
    send.call(link, message);
  };
  socket.on('message', (data: ArrayBuffer) => {
    const { type, payload } = decodeFrame(new Uint8Array(data));
    if (type === 'Welcome') resume ||= session.welcome.decode(payload).resume;
    if (type === 'GridTiles') bytes += data.byteLength;
  });
  return link;
}

/** Waits until `receiver` is whole again, by this link, and shows what the recording has. */
async function joins(receiver: Receiver, began: number, before: Grid | null, version: number): Promise<Joined> {
  const done = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('never whole')), 20_000);
    const look = () => {
      const { grid } = receiver;
      if (!grid?.whole || (grid === before && grid.version <= version)) return;
      clearTimeout(late);
      stop();
      resolve();
    };
    const stop = receiver.listen(look);
    look();
  });
  await done;
  const now = performance.now();
  const joined = { ms: now - began, sinceOpen: now - openedAt, bytes, asked, resume };
  const { grid } = receiver;
  if (digest(grid!).hash !== digest(truth(grid!.version)).hash) throw new Error('the receiver shows other cells');
  return joined;
}

function forget(): void {
  bytes = asked = 0;
  resume = '';
}

async function join(): Promise<{ receiver: Receiver; joined: Joined }> {
  forget();
  const receiver = new Receiver({ connect });
  const began = performance.now();
  receiver.start();
  return { receiver, joined: await joins(receiver, began, null, -1) };
}

async function drop(ms: number): Promise<{ joined: Joined; back: Joined }> {
  const { receiver, joined } = await join();
  forget();
  let open = (_: unknown) => {};
  barrier = new Promise((resolve) => (open = resolve));
  const { grid } = receiver;
  socket!.terminate();
  await sleep(ms);
  const { version } = grid!;
  const began = performance.now();
  open(null);
  receiver.retryNow();
  const back = await joins(receiver, began, grid, version);
  receiver.stop();
  return { joined, back };
}

process.on('message', async (order: { drop?: number }) => {
  if (order.drop !== undefined) process.send!(await drop(order.drop));
  else {
    const { receiver, joined } = await join();
    receiver.stop();
    process.send!(joined);
  }
});
process.on('disconnect', () => process.exit());
process.send!('ready');
