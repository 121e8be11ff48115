/**
 * `/metrics` of worker processes that are one relay behind one port: whichever is asked, the answer is that of all of them. The
 * worker asks its primary, and that asks every worker and adds up, each metric in its own way (`aggregator`).
 */

import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import type { Pipe } from '../cluster/workers-bus.js';
import type { Relay } from '../create-relay.js';
import { OTHERS } from './look.js';

type Metric = MetricObjectWithValues<MetricValue<string>>;

/** The numbers of one worker; or of all, with names of channels or without. */
type Asked = 'own' | 'all' | 'nameless';

/** What goes over the pipe, beside other things: a question with its number, or the answer to it. */
interface Parcel {
  mplMetrics: { id: number } & ({ ask: Asked } | { all: string } | { own: Metric[] } | { error: string });
}

/** Milliseconds that a worker has for its own numbers; without them, those it told last have to do. */
const OWN = 2_000;
/** Milliseconds that the primary has. */
const ALL = 5_000;
/** The numbers of all are good for so long, ms: any worker may be asked. */
const FRESH = 200;

const isParcel = (message: unknown): message is Parcel =>
  typeof message === 'object' && message !== null && 'mplMetrics' in message;

function send(pipe: Pipe, news: Parcel['mplMetrics']): void {
  if (pipe.connected) pipe.send({ mplMetrics: news } satisfies Parcel, () => {});
}

/** Questions that were asked over a pipe. */
class Questions<T> {
  readonly #open = new Map<number, (answer: T | Error) => void>();
  #count = 0;

  /** @throws Error where there is no answer in time */
  ask(pipe: Pipe, ask: Asked, ms: number): Promise<T> {
    if (!pipe.connected) return Promise.reject(new Error('the other process has gone'));
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.answer(id, new Error('no answer')), ms);
      this.#open.set(id, (answer) => {
        clearTimeout(late);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
      send(pipe, { id, ask });
    });
  }

  answer(id: number, answer: T | Error): void {
    const settle = this.#open.get(id);
    this.#open.delete(id);
    settle?.(answer);
  }
}

/** The worker's side. */
export class WorkerMetrics {
  /** The relay that this worker is. */
  relay: Pick<Relay, 'metrics'> | null = null;
  readonly #questions = new Questions<string>();

  constructor(readonly pipe: Pipe) {
    pipe.on('message', (message) => {
      if (!isParcel(message)) return;
      const news = message.mplMetrics;
      if ('all' in news) this.#questions.answer(news.id, news.all);
      else if ('error' in news) this.#questions.answer(news.id, new Error(news.error));
      else if ('ask' in news) void this.#tell(news.id);
    });
  }

  /** The numbers of all workers, as Prometheus reads them. @throws Error where the primary cannot say */
  all(names: boolean): Promise<string> {
    return this.#questions.ask(this.pipe, names ? 'all' : 'nameless', ALL);
  }

  async #tell(id: number): Promise<void> {
    try {
      const { processRegistry } = await import('./process.js');
      const registries = [await this.relay?.metrics(), processRegistry()];
      const metrics = await Promise.all(registries.map((registry) => registry?.getMetricsAsJSON() ?? []));
      send(this.pipe, { id, own: (metrics.flat() as Metric[]).map(latest) });
    } catch (error) {
      send(this.pipe, { id, error: (error as Error).message });
    }
  }
}

interface Member {
  pipe: Pipe;
  /** What it told last. */
  last: Metric[];
}

/** The primary's side. */
export class WorkersMetrics {
  readonly #members = new Set<Member>();
  readonly #questions = new Questions<Metric[]>();
  /** What workers had counted that have ended: a sum that went back would pass for a new beginning. */
  #past: Promise<Metric[]> = Promise.resolve([]);
  #read: Promise<Metric[][]> | null = null;

  /** A worker has started. */
  add(pipe: Pipe): void {
    const member: Member = { pipe, last: [] };
    this.#members.add(member);
    pipe.on('message', (message) => {
      if (!isParcel(message)) return;
      const news = message.mplMetrics;
      if ('own' in news) this.#questions.answer(news.id, (member.last = news.own));
      else if ('error' in news) this.#questions.answer(news.id, new Error(news.error));
      else if ('ask' in news) void this.#tell(pipe, news.id, news.ask === 'all');
    });
    pipe.on('disconnect', () => {
      this.#members.delete(member);
      this.#past = this.#past.then(async (past) => {
        const both = await sum([past, lasting(member.last)]);
        return both.getMetricsAsJSON() as Promise<Metric[]>;
      });
    });
  }

  async #tell(pipe: Pipe, id: number, names: boolean): Promise<void> {
    this.#read ??= this.#readAll().finally(() => setTimeout(() => (this.#read = null), FRESH).unref());
    try {
      const all = await this.#read;
      const registry = await sum(names ? all : all.map(nameless));
      send(pipe, { id, all: await registry.metrics() });
    } catch (error) {
      send(pipe, { id, error: (error as Error).message });
    }
  }

  async #readAll(): Promise<Metric[][]> {
    let workers = 0;
    const own = await Promise.all(
      [...this.#members].map(async (member) => {
        try {
          const metrics = await this.#questions.ask(member.pipe, 'own', OWN);
          workers++;
          return metrics;
        } catch {
          // One that ended meanwhile is among the past.
          return this.#members.has(member) ? lasting(member.last) : [];
        }
      }),
    );
    const help = 'Worker processes whose numbers these are';
    const count = { name: 'mpl_workers', help, type: 'gauge', values: [{ value: workers, labels: {} }] };
    return [...own, await this.#past, [{ ...count, aggregator: 'first' } as unknown as Metric]];
  }
}

async function sum(all: Metric[][]): Promise<Registry> {
  // Loaded when first asked for.
  const { AggregatorRegistry } = await import('prom-client');
  return AggregatorRegistry.aggregate(all);
}

/** What counts even of one who is not there any more. */
const lasting = (metrics: Metric[]): Metric[] =>
  metrics.filter(({ type }) => ['counter', 'histogram'].includes(type as unknown as string));

/** For anyone to read: names of channels are told to those who run the relay. */
const nameless = (metrics: Metric[]): Metric[] =>
  metrics.map((metric) =>
    metric.name === 'mpl_channel_viewers'
      ? { ...metric, values: metric.values.map((one) => ({ ...one, labels: { channel: OTHERS } })) }
      : metric,
  );

/** Of a loop that is late, the latest counts: one worker at its end is not seen in the mean of all. */
const latest = (metric: Metric): Metric =>
  /^nodejs_eventloop_lag_(seconds|mean|p\d+)/.test(metric.name) ? { ...metric, aggregator: 'max' } : metric;
