/**
 * Anything on the bus, to live relays: whoever can write to Redis can say what he likes, and no message of it ends a process
 * or takes it out of service. FUZZ says how many in all (default 100000, a tenth of them here), SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { seeded } from '../../transport/testing/world.js';
import { closeAll } from '../testing/signals.js';
import { until } from '../testing/until.js';
import { converged, Host, joinRelays, startViewer, wrong } from './testing/stage.js';

const COUNT = Math.ceil(Number(process.env.FUZZ ?? 100_000) / 10);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
/** So many at a time: then whatever broke may begin to heal. */
const BATCH = 20;
console.log(`fuzzing the bus with SEED=${SEED}, ${COUNT} messages`);

afterEach(closeAll);

/** Messages like those that were heard, with something wrong. */
class Forger {
  readonly random = seeded(SEED);
  readonly #heard = new Map<string, Uint8Array[]>();

  int(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** A real one, to be like. */
  hear(topic: string, message: Uint8Array): void {
    const known = this.#heard.get(topic) ?? [];
    this.#heard.set(topic, known);
    if (known.length < 200) known.push(message.slice());
    else known[this.int(200)] = message.slice();
  }

  make(): [topic: string, message: Uint8Array] {
    const topic = this.pick([...this.#heard.keys()]);
    const sample = this.pick(this.#heard.get(topic)!);
    const [head, body] = topic.startsWith('c:') ? [] : split(sample);
    if (head === undefined || this.int(4) === 0) return [topic, this.#scramble(sample)];
    const field = this.pick([...Object.keys(head), 'kind', 'about', 'refused']);
    if (this.int(5) === 0) delete head[field];
    else head[field] = this.#anything();
    return [topic, joined(head, this.int(4) === 0 ? this.#scramble(body!) : body!)];
  }

  #anything(): unknown {
    return this.pick([
      null,
      this.int(2 ** 31),
      -1,
      0.5,
      1e300,
      '',
      'x'.repeat(this.int(6000)),
      'fuzzed',
      'constructor',
      '__proto__',
      [],
      [null],
      {},
      { peer: 5, text: null },
      { channel: 'fuzzed', have: null },
      { channel: 'fuzzed', have: { grid: {}, signals: 7 } },
      { name: '../..', values: { a: 1 }, merge: true },
      { code: 5, reason: 'no', signal: 3 },
      true,
      this.pick(['open', 'data', 'close', 'ask', 'answer', 'tell']),
      this.pick(['keyframe', 'now', 'moved', 'signal', 'peer-moved', 'post', 'end-posts', 'channels']),
    ]);
  }

  #scramble(bytes: Uint8Array): Uint8Array {
    const out = bytes.slice(0, this.int(3) === 0 ? this.int(bytes.length + 1) : bytes.length);
    for (let n = 1 + this.int(4); n > 0 && out.length > 0; n--) out[this.int(out.length)] = this.int(256);
    return out;
  }
}

/** A message between nodes: its length in a byte or two, JSON, and bytes. */
function split(message: Uint8Array): [Record<string, unknown>, Uint8Array] {
  const wide = message[0]! > 127;
  const length = wide ? (message[0]! & 127) + message[1]! * 128 : message[0]!;
  const from = wide ? 2 : 1;
  const head = new TextDecoder().decode(message.subarray(from, from + length));
  return [JSON.parse(head), message.subarray(from + length)];
}

function joined(head: object, body: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  return new Uint8Array([(text.length & 127) | 128, text.length >> 7, ...text, ...body]);
}

describe('any message over the bus', { timeout: 600_000 }, () => {
  it('is borne by the relays that are joined by it', async () => {
    const { network, buses, relays, urls } = await joinRelays(2, { sourceGraceMs: 200, leaseMs: 2000 });
    const forger = new Forger();
    network.loses = (topic, message) => {
      forger.hear(topic, message);
      return false;
    };
    const host = new Host(urls[0]!, 'fuzzed', 64);
    // What is forged well enough is shown: the bus is for those who are trusted.
    const viewers = urls.map((url) => startViewer(url, host));
    await converged(host, ...viewers);
    const post = async (url: string): Promise<void> => {
      const headers = { 'content-type': 'application/json' };
      await (await fetch(`${url}/channels/posted/signals`, { method: 'POST', headers, body: '{"a":1}' })).text();
    };
    await post(urls[0]!);
    // A bus of nobody's, on which it is said.
    const forging = network.bus();
    for (let i = 0; i < COUNT; i += BATCH) {
      network.loses = () => false;
      for (let n = 0; n < BATCH; n++) await forging.publish(...forger.make());
      network.loses = (topic, message) => {
        forger.hear(topic, message);
        return false;
      };
      for (const key of ['k:fuzzed', 'p:fuzzed', 'o:posted']) {
        if (forger.int(20) === 0) network.broker.set(key, forger.pick(['null', '5', '{}', '[1']), 500);
      }
      if (i % (BATCH * 20) === 0) {
        host.step();
        await post(forger.pick(urls));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    wrong.splice(0);
    for (const one of viewers) one.stop();
    host.uplink.close();
    let strange = 0;
    for (const { relay } of relays) {
      const text = await (await relay.metrics()).metrics();
      strange += Number(/^mpl_bad_bus_messages_total (\d+)/m.exec(text)![1]);
    }
    assert.ok(strange > COUNT / 10, `${strange} of ${COUNT} were found out`);
    // They serve, together, as before.
    const after = new Host(urls[0]!, 'after', 64);
    const there = urls.map((url) => startViewer(url, after));
    await converged(after, ...there);
    after.move(urls[1]!);
    after.step();
    await converged(after, ...there);
    await until(() => relays.every(({ relay }) => !relay.channels().some(({ name }) => name === 'fuzzed')));
    assert.ok(buses.every(({ up }) => up));
  });
});
