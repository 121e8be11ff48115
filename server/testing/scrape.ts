/** Reads `/metrics` as Prometheus would, for tests. */

import assert from 'node:assert/strict';
import { get } from './http.js';

type Labels = Record<string, string>;

const SAMPLE = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z0-9_]+)="((?:[^"\\]|\\.)*)"/g;

export class Scrape {
  readonly samples: { name: string; labels: Labels; value: number }[] = [];
  readonly types = new Map<string, string>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line);
      if (type) {
        assert.ok(!this.types.has(type[1]!), `${type[1]} is told twice`);
        this.types.set(type[1]!, type[2]!);
      }
      if (line === '' || line.startsWith('#')) continue;
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
      const found = [...labels.matchAll(LABEL)].map(([, label, text]) => [label!, text!]);
      this.samples.push({
        name: name!,
        labels: Object.fromEntries(found),
        value: Number(value!.replace('Nan', 'NaN')),
      });
    }
  }

  /** The sum of all samples of this name that have these labels; 0 where there is none. */
  value(name: string, labels: Labels = {}): number {
    const wanted = Object.entries(labels);
    return this.samples
      .filter((sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** The values that a label has. */
  labelsOf(name: string, label: string): string[] {
    return this.samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label]!);
  }
}

/** What Prometheus would not wait for either, ms. A socket that was handed to a worker just killed is never answered. */
const PATIENCE = 8_000;

export async function scrape(url: string, headers: Record<string, string> = {}): Promise<Scrape> {
  const { status, body } = await get(url.replace('ws', 'http'), '/metrics', headers, 'GET', PATIENCE);
  assert.equal(status, 200, body.toString());
  return new Scrape(body.toString());
}
