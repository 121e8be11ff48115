/** One server, so many viewers, so many frames a second: what came through, what it cost, how old it was. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Hand, type Seen, type Sink, usage, type Workshop } from './processes.js';
import type { Kind } from './server.js';

export interface Trial {
  kind: Kind;
  /** Processes of the relay; 0: one, on a core of its own. */
  workers: number;
  viewers: number;
  hz: number;
  /** Deliveries a second, all viewers together. */
  deliveries: number;
  /** Of the frames that were published, the share that came through. */
  share: number;
  /** Processor time that a delivery took the server, µs; of all the time, the share that it was busy. */
  cpu: number;
  busy: number;
  age: Seen['age'];
  /** Memory that a viewer takes the server, bytes. */
  memory: number;
  /** Of the server while nobody watched. */
  base: number;
  bytes: number;
  /** The viewers' own processor time, of a core: near 1, it is they who were measured. */
  viewersBusy: number;
  closed: number;
}

/** A server with its source and its viewers, all connected, nothing playing. */
export class Stage {
  private constructor(
    readonly shop: Workshop,
    readonly kind: Kind,
    readonly pid: number,
    readonly port: number,
    readonly source: Hand,
    readonly sink: Sink,
    readonly base: number,
  ) {}

  static async set(shop: Workshop, kind: Kind, viewers: number, workers = 0): Promise<Stage> {
    shop.forgetStamps();
    const { child, feed, port } = await shop.server(kind, workers);
    const { hand } = await shop.hand('source.ts', 1, kind, String(feed), shop.recording, shop.stamps);
    const pid = child.pid!;
    const base = usage(pid).rss;
    const sink = shop.sink(kind, port, viewers);
    await sink.open();
    return new Stage(shop, kind, pid, port, hand, sink, base);
  }

  play(hz: number): void {
    this.source.tell({ hz });
  }

  /** Counts for so many milliseconds. */
  async measure(ms: number): Promise<{ seen: Seen; cpu: number; rss: number }> {
    const before = usage(this.pid);
    this.sink.tell('begin');
    await sleep(ms);
    const seen = await this.sink.end();
    const after = usage(this.pid);
    return { seen, cpu: after.cpu - before.cpu, rss: after.rss };
  }
}

export async function trial(
  shop: Workshop,
  kind: Kind,
  viewers: number,
  hz: number,
  warm: number,
  ms: number,
  workers = 0,
): Promise<Trial> {
  try {
    const stage = await Stage.set(shop, kind, viewers, workers);
    stage.play(hz);
    await sleep(warm);
    const { seen, cpu, rss } = await stage.measure(ms);
    return {
      kind,
      workers,
      viewers,
      hz,
      deliveries: seen.frames / seen.seconds,
      share: seen.frames / seen.seconds / (viewers * hz),
      cpu: (cpu * 1000) / seen.frames,
      busy: cpu / 1000 / seen.seconds,
      age: seen.age,
      memory: (rss - stage.base) / viewers,
      base: stage.base,
      bytes: seen.bytes / seen.frames,
      viewersBusy: seen.cpu,
      closed: seen.closed,
    };
  } finally {
    await shop.stop();
  }
}
