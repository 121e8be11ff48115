/** Both ends of the way between the owner of a world and the workers that hold its bands. */

import type { Engine } from '../engine.js';
import type { Layout } from '../layout.js';
import { Band } from './band.js';
import type { BandPort } from './engine.js';
import type { BandReply, ToBand } from './messages.js';

/** What is used of a worker. */
export interface BandWorker {
  postMessage(message: ToBand, transfer: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: { data: BandReply }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}

/** Talks to a worker that runs `serveBand`. */
export function bandPort(worker: BandWorker): BandPort {
  /** They are answered in order. */
  const waiting: { resolve: (reply: BandReply) => void; reject: (error: Error) => void }[] = [];
  let lost = '';
  const lose = (why: string): void => {
    lost ||= why;
    worker.terminate();
    for (const { reject } of waiting.splice(0)) reject(new Error(lost));
  };
  worker.onmessage = ({ data }) => waiting.shift()?.resolve(data);
  worker.onerror = ({ message }) => lose(message || 'its worker was lost');
  return {
    ask: (message, transfer) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(new Error(lost));
        waiting.push({ resolve, reject });
        worker.postMessage(message, transfer);
      }),
    close: () => lose('it was closed'),
  };
}

/** Runs a band in the worker whose scope this is, for as long as that lives. @param make An engine for a grid of this size. */
export function serveBand(
  scope: {
    postMessage(reply: BandReply, transfer: ArrayBuffer[]): void;
    onmessage: ((event: { data: ToBand }) => void) | null;
  },
  make: (layout: Layout) => Promise<Engine>,
): void {
  const band = new Band(make);
  scope.onmessage = async ({ data }) => {
    const reply = await band.receive(data);
    const buffers = [reply.top, reply.bottom, reply.records].flatMap((words) => (words ? [words.buffer] : []));
    scope.postMessage(reply, buffers);
  };
}
