/** Both ends of the way between the owner of a world and the workers that hold its bands. */
import { createWasmEngine } from '../wasm/engine.js';
import type { SpawnHelper } from '../workers/environment.js';
import { Band } from './band.js';
import type { BandPort } from './engine.js';
import type { BandReply, ToBand } from './messages.js';

/**
 * How long to wait for an answer, and in how many slices, ms: a machine that was asleep may have all running again after
 * the first. What is asked takes seconds at the most, where the world is as large as it may be.
 */
const PATIENCE = 30_000;
const SLICES = 10;

/** Makes a helper hold a band, over a port of its own. */
export interface HoldBand {
  readonly type: 'mpl-band';
  readonly port: MessagePort;
}

/** Has a helper hold a band. @param patience Milliseconds without an answer after which it counts as lost. */
export function bandPort(spawn: SpawnHelper, patience = PATIENCE): BandPort {
  /** They are answered in order. */
  const waiting: { resolve: (reply: BandReply) => void; reject: (error: Error) => void }[] = [];
  const { port1: port, port2 } = new MessageChannel();
  let lost = '';
  let timer: ReturnType<typeof setInterval> | undefined;
  const lose = (why: string): void => {
    lost ||= why;
    clearInterval(timer);
    port.close();
    worker.terminate();
    for (const { reject } of waiting.splice(0)) reject(new Error(lost));
  };
  const watch = (): void => {
    let slices = 0;
    clearInterval(timer);
    timer = setInterval(() => {
      if (++slices === SLICES) lose('it does not answer');
    }, patience / SLICES);
  };
  const worker = spawn(lose);
  worker.postMessage({ type: 'mpl-band', port: port2 } satisfies HoldBand, [port2]);
  port.onmessage = ({ data }: MessageEvent<BandReply>) => {
    clearInterval(timer);
    waiting.shift()?.resolve(data);
    if (waiting.length > 0) watch();
    if (waiting.length === 0) stay(port, false);
  };
  stay(port, false);
  return {
    ask: (message, transfer) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(new Error(lost));
        if (waiting.length === 0) watch();
        waiting.push({ resolve, reject });
        stay(port, true);
        port.postMessage(message, transfer);
      }),
    close: () => lose('it was closed'),
  };
}

/** In Node a process ends though a world was not disposed of, but not while something is waited for. */
function stay(port: MessagePort & { ref?: () => void; unref?: () => void }, waits: boolean): void {
  if (waits) port.ref?.();
  else port.unref?.();
}

/** Holds a band in this worker until the port is closed. */
export function holdBand(port: MessagePort): void {
  const band = new Band((layout) =>
    createWasmEngine(layout).catch(async () => (await import('../js/engine.js')).createJsEngine(layout)),
  );
  port.onmessage = async ({ data }: MessageEvent<ToBand>) => {
    const reply = await band.receive(data);
    const words = [reply.top, reply.bottom, reply.records];
    port.postMessage(
      reply,
      words.flatMap((each) => (each ? [each.buffer] : [])),
    );
  };
}
