import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { pipes } from '../cluster/testing/pipes.js';
import { converged, Host, startViewer } from '../cluster/testing/stage.js';
import { get } from '../testing/http.js';
import { run } from '../testing/run.js';
import { Scrape, scrape } from '../testing/scrape.js';
import { closeAll, later, startReceiver, startRelay } from '../testing/signals.js';
import { WorkerMetrics, WorkersMetrics } from './workers-metrics.js';

afterEach(closeAll);

const skip = existsSync('/proc/self/task') ? false : 'its workers cannot be told apart here';

/** Relays within this process, as workers of a primary that is here too. */
async function startWorkers(count: number) {
  const primary = new WorkersMetrics();
  const workers = [];
  for (let i = 0; i < count; i++) {
    const [there, here] = pipes();
    primary.add(here);
    const numbers = new WorkerMetrics(there);
    const { relay, url } = await startRelay({ metricsOfAll: (names) => numbers.all(names) });
    numbers.relay = relay;
    workers.push({ url, numbers, here: here as unknown as EventEmitter });
  }
  return workers;
}

describe('the numbers of workers', { timeout: 300_000 }, () => {
  it('name no channels where they are not for all to know', async () => {
    const workers = await startWorkers(2);
    for (const [i, { url }] of workers.entries()) startReceiver(url, `secret-${i}`);
    const [{ numbers, url }] = workers as [(typeof workers)[0]];
    let all = new Scrape('');
    while (all.value('mpl_viewers') < 2) all = await scrape(url);
    assert.deepEqual(all.labelsOf('mpl_channel_viewers', 'channel').sort(), ['secret-0', 'secret-1']);
    const told = new Scrape(await numbers.all(false));
    assert.deepEqual(told.labelsOf('mpl_channel_viewers', 'channel'), ['(others)']);
    assert.equal(told.value('mpl_channel_viewers'), 2);
  });

  it('of one that has ended still count, but for what it had', async () => {
    const workers = await startWorkers(2);
    for (const { url } of workers) await get(url, '/nothing');
    for (const { url } of workers) startReceiver(url);
    const [first, second] = workers as [(typeof workers)[0], (typeof workers)[0]];
    let both = new Scrape('');
    while (both.value('mpl_viewers') < 2) both = await scrape(first.url);
    second.here.emit('disconnect');
    let one = both;
    while (one.value('mpl_workers') === 2) one = await scrape(first.url);
    assert.deepEqual([one.value('mpl_workers'), one.value('mpl_viewers')], [1, 1]);
    for (const name of ['mpl_lag_seconds_count', 'mpl_sent_bytes_total']) {
      assert.ok(one.value(name) >= both.value(name), name);
    }
  });

  it('cannot be told without the primary, and that is said', async () => {
    const [there] = pipes();
    (there as unknown as { connected: boolean }).connected = false;
    const { url } = await startRelay({ metricsOfAll: (names) => new WorkerMetrics(there).all(names) });
    assert.equal((await get(url, '/metrics')).status, 500);
  });
});

describe('/metrics of several workers', { timeout: 300_000, skip }, () => {
  const start = async (...args: string[]) => {
    const served = run(['serve', '--port', '0', '--metrics-port', '0', '--no-open', '--workers', '3', ...args]);
    later(() => served.child.kill('SIGKILL'));
    const [, url] = await served.printed(/channels +(http:\S+)\/channels/);
    const [, inside] = await served.printed(/metrics +(http:\S+)\/metrics/);
    const { pid } = served.child;
    const workers = (): number[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return { url: url!, inside: inside!, workers };
  };

  /** Asks until the numbers are such as these; whichever worker answers. */
  const untilSeen = async (url: string, holds: (seen: Scrape) => boolean): Promise<Scrape> => {
    for (let tries = 0; ; tries++) {
      // Whoever answers may be the one that is killed.
      const seen = await scrape(url).catch(() => null);
      if (seen && holds(seen)) return seen;
      assert.ok(tries < 1000, `never seen: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('are those of all, whichever answers, and never go back', async () => {
    const { url, inside, workers } = await start();
    const host = new Host(url);
    const viewers = Array.from({ length: 9 }, () => startViewer(url, host));
    for (let n = 0; n < 10; n++) {
      host.step();
      await converged(host, ...viewers);
    }
    const frames = viewers.reduce((sum, { counts }) => sum + counts.frames, 0);
    const seen = await untilSeen(inside, (all) => all.value('mpl_viewers', { link: 'websocket' }) === viewers.length);
    for (const [name, value] of [
      ['mpl_workers', 3],
      ['mpl_info', 1],
      ['mpl_joined', 1],
      ['mpl_sources', 1],
      ['mpl_channels', 1],
      ['mpl_viewers_watching', viewers.length],
    ] as const) {
      assert.equal(seen.value(name), value, name);
    }
    assert.deepEqual(seen.labelsOf('mpl_channel_viewers', 'channel'), ['demo']);
    assert.equal(seen.value('mpl_channel_viewers'), viewers.length);
    assert.equal(seen.value('mpl_deliveries_total', { link: 'websocket' }), frames);
    const joins = seen.value('mpl_joins_total');
    assert.ok(joins >= viewers.length, `${joins} joins`);
    const most = seen.value('mpl_viewer_memory_most_bytes');
    const memory = seen.value('mpl_viewer_memory_bytes');
    assert.ok(most > 0 && most * 3 < memory, `${most} of ${memory}: the most of all, not of each`);
    // Each connection may come to another worker; all say the same.
    for (let n = 0; n < 6; n++) {
      const again = await scrape(inside);
      assert.equal(again.value('mpl_deliveries_total', { link: 'websocket' }), frames);
    }
    // What a worker had counted that is no more still counts.
    process.kill(workers()[0]!, 'SIGKILL');
    const after = await untilSeen(inside, (all) => all.value('mpl_workers') === 3 && all.value('mpl_joined') === 1);
    const deliveries = after.value('mpl_deliveries_total', { link: 'websocket' });
    assert.ok(deliveries >= frames, `${deliveries} after ${frames}`);
    assert.ok(after.value('mpl_lag_seconds_count') >= seen.value('mpl_lag_seconds_count'));
  });
});
