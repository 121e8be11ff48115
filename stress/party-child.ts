/** A process with a host, or with viewers, of a relay somewhere else: does what it is told, and tells what it shows. */

import { Stage } from './stage.js';

const [seed, url] = [Number(process.argv[2]), process.argv[3]!];
const stage = new Stage('party', seed, false);
const at = { url, port: 0 };
let host: Awaited<ReturnType<Stage['host']>> | undefined;
const viewers: ReturnType<Stage['viewer']>[] = [];

/** What it can be told to do. Answers are sent back as they are. */
const ACTS: Record<string, (n: number) => unknown> = {
  host: async (side) => {
    host = await stage.host(at, { side });
    await host.live();
  },
  run: (hz) => host!.run(hz),
  rest: async () => {
    host!.rest();
    return { ...(await host!.life.digest()), epoch: host!.source.epoch };
  },
  watch: (number) => {
    for (let i = 0; i < number; i++) viewers.push(stage.viewer(at));
  },
  shown: () =>
    Promise.all(
      viewers.map(async ({ receiver, losses }) => ({
        ...(receiver.grid?.whole ? await receiver.digest() : { version: -1, hash: '' }),
        frames: receiver.counts.frames,
        reconnects: receiver.counts.reconnects,
        losses,
      })),
    ),
};

process.on('message', async ({ id, act, n }: { id: number; act: string; n: number }) => {
  try {
    process.send!({ id, answer: (await ACTS[act]!(n)) ?? null });
  } catch (error) {
    process.send!({ id, error: (error as Error).message });
  }
});
process.on('disconnect', () => process.exit(0));
process.send!({ id: 0, answer: null });
