import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';
import type { Spread } from './spread.js';

type Values = MetricObjectWithValues<MetricValueWithName<string>>;

/** A histogram in milliseconds as Prometheus wants it: in seconds, every bucket with all that is below it. */
export class SpreadMetric extends Histogram {
  constructor(
    readonly text: { name: string; help: string },
    readonly spread: Spread,
    registry: Registry,
  ) {
    super({ ...text, registers: [registry] });
  }

  override get(): Promise<Values> {
    return this.getForPromString();
  }

  /** What `Registry.metrics()` calls where a metric has it. */
  async getForPromString(): Promise<Values> {
    const { bounds, counts, sum } = this.spread;
    const { name, help } = this.text;
    let below = 0;
    const values: MetricValueWithName<string>[] = [...counts].map((count, place) => {
      below += count;
      const le = place < bounds.length ? bounds[place]! / 1000 : '+Inf';
      return { metricName: `${name}_bucket`, labels: { le }, value: below };
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: sum / 1000 });
    values.push({ metricName: `${name}_count`, labels: {}, value: below });
    return { name, help, type: 'histogram', values, aggregator: 'sum' } as unknown as Values;
  }
}
