/**
 * The process that publishes: it plays recorded frames to a server, by the server's own protocol, and notes in a file when
 * it gave each away. Started with a kind of server, its port, the recording, and the file of times.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../transport/wire/frame.js';
import { decodeGridMeta } from '../../transport/wire/grid.js';
import * as session from '../../transport/wire/session.js';
import { load } from './record.js';
import type { Kind } from './server.js';

const [kind, port, recording, times] = process.argv.slice(2) as [Kind, string, string, string];
const { beginning, frames } = load(recording);
const stamps = openSync(times, 'r+');
const CHANNEL = 'bench';

/** Gives a frame away. */
type Publish = (frame: Uint8Array) => void;

/** The source of the kit's protocol, as far as a relay needs one: the replica there is begun once and then followed. */
async function asSource(): Promise<Publish> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/peer/${CHANNEL}`, { perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  const [shape] = beginning.map(decodeFrame);
  const { epoch } = decodeGridMeta(shape!.payload);
  let answers = 0;
  const begun = new Promise<void>((resolve) => {
    socket.on('message', (data: ArrayBuffer) => {
      const { type, payload } = decodeFrame(new Uint8Array(data));
      if (type === 'Ping') {
        const ping = session.decodePing(payload);
        if (!ping.echo) socket.send(encodeFrame('Ping', session.encodePing({ ...ping, echo: true })));
      }
      if (type !== 'SubscribeFilter') return;
      const again = session.subscribe.decode(payload).resume !== undefined;
      const resume = again ? ('none' as const) : ('full' as const);
      answers++;
      const welcome = { protocol: 1 as const, channel: CHANNEL, state: 'live' as const, resume, answers, epoch };
      socket.send(encodeFrame('Welcome', session.welcome.encode(welcome)));
      for (const message of again ? beginning.slice(0, 1) : beginning) socket.send(message);
      resolve();
    });
  });
  await once(socket, 'open');
  const claim = randomBytes(16).toString('hex');
  socket.send(encodeFrame('Publish', session.publish.encode({ protocol: 1, claim })));
  await begun;
  return (frame) => socket.send(frame);
}

/** Servers that only pass on what they are given. */
async function plain(): Promise<Publish> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/feed`, { perMessageDeflate: false });
  await once(socket, 'open');
  return (frame) => socket.send(frame);
}

async function nats(): Promise<Publish> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('data', (data) => data.toString('latin1').includes('PING') && socket.write('PONG\r\n'));
  await once(socket, 'connect');
  socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  return (frame) => socket.write(Buffer.concat([Buffer.from(`PUB frames ${frame.length}\r\n`), frame, CRLF]));
}
const CRLF = Buffer.from('\r\n');

const publish = await (kind === 'mpl' ? asSource() : kind === 'nats' ? nats() : plain());

/** Plays the frames that are left, one each `1000 / hz` ms, until told to pause. */
let next = 0;
let playing = 0;
const stamp = Buffer.alloc(8);

async function play(hz: number): Promise<void> {
  const turn = ++playing;
  const began = performance.now();
  for (let i = 1; next < frames.length; i++) {
    const wait = began + (i * 1000) / hz - performance.now();
    if (wait > 0) await sleep(wait);
    if (playing !== turn) return;
    const frame = frames[next++]!;
    stamp.writeBigUInt64LE(process.hrtime.bigint());
    writeSync(stamps, stamp, 0, 8, 8 * decodeFrame(frame).sequence);
    publish(frame);
  }
  process.send!('no frames are left');
}

process.on('message', (order: { hz: number }) => {
  if (order.hz > 0) void play(order.hz);
  else playing++;
});
process.on('disconnect', () => process.exit());
process.send!('ready');
