/**
 * A source that says anything, to a live relay: its link closes with a code, and whatever the relay passes on makes sense to
 * every viewer. FUZZ says how many frames in all (default 100000, a tenth of them here), SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Link, type LinkClose, Receiver, type SignalTable } from '../../transport/index.js';
import { FrameMaker, SIGNALS } from '../../transport/testing/frames.js';
import { Network } from '../../transport/testing/network.js';
import { FakeTime, settled } from '../../transport/testing/time.js';
import { CLOSE } from '../../transport/wire/codes.js';
import { encodeFrame } from '../../transport/wire/frame.js';
import * as session from '../../transport/wire/session.js';
import { encodeSignalJson, schema } from '../../transport/wire/signals.js';
import { resolveOptions } from '../options.js';
import { Channel } from './channel.js';

const COUNT = Math.ceil(Number(process.env.FUZZ ?? 100_000) / 10);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
Error.stackTraceLimit = 5;
console.log(`fuzzing a relay with SEED=${SEED}, ${COUNT} frames`);

const REFUSED: readonly number[] = [CLOSE.badFrame.code, CLOSE.forbidden.code, CLOSE.tooBig.code, CLOSE.tooFast.code];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 300)).toString('hex');

describe('any frame of signals, from a source', () => {
  let time: FakeTime;
  before(() => {
    time = new FakeTime();
  });
  after(() => time.restore());

  for (const merge of [false, true]) {
    test(`is borne by a relay, and by who watches${merge ? ' what several share' : ''}`, async () => {
      const maker = new FrameMaker(SEED + (merge ? 1 : 0));
      const network = () => new Network(maker.random, 1e9);
      /** Of the viewers, of the source, of who comes late. */
      const networks = [network(), network(), network()];
      const channel = new Channel(
        'demo',
        resolveOptions({ sourceGraceMs: 86_400_000 }),
        () => Number.POSITIVE_INFINITY,
        () => {},
      );
      const watch = (net: Network, select?: string[]): Receiver => {
        const connect = () => {
          const [near, far] = net.pair('websocket');
          channel.addViewer(far);
          return Promise.resolve(near);
        };
        const receiver = new Receiver({ connect, grid: false, signals: select ? { select } : true });
        receiver.listen((event) => {
          if (event.type === 'error') assert.fail(`passed on what makes no sense: ${event.error}`);
        });
        receiver.start();
        return receiver;
      };
      const viewers = [watch(networks[0]!), watch(networks[0]!, ['n', 'constructor', 'none'])];
      await settled();

      let link!: Link;
      let closed: LinkClose | null = null as LinkClose | null;
      const greet = (): void => {
        closed = null;
        const [near, far] = (networks[1] = network()).pair('websocket');
        channel.addSource(far);
        link = near;
        link.onclose = (event) => {
          closed = event;
        };
        const { epoch, specs } = SIGNALS;
        const signals = specs.map(({ name, type }): [string, typeof type] => [name, type]);
        link.send(encodeFrame('Publish', session.publish.encode({ protocol: 1, claim: 'claim-of-a-fuzzer-1', merge })));
        link.send(encodeFrame('SchemaAnnounce', schema.encode({ epoch, signals })));
        link.send(encodeFrame('SignalSync', encodeSignalJson(maker.signalVersion, undefined, [['n', '1']])));
      };
      /** Delivers all there is, and what the relay then says, which it does in turns. */
      const deliver = async (message: Uint8Array): Promise<void> => {
        for (let turns = 0, quiet = 0; quiet < 2; turns++) {
          quiet = networks.map((net) => net.deliver(100)).some((n) => n > 0) ? 0 : quiet + 1;
          if (turns > 40) assert.fail(`no end of messages after ${hex(message)}`);
          if (quiet < 2) await turn();
        }
      };
      let bad = 0;
      let changed = 0;
      for (let i = 0; i < COUNT / 2; i++) {
        if (i === 0 || closed !== null) greet();
        const message = maker.anySignals();
        // Limits of rates are for others to test.
        time.now += 600;
        link.send(message);
        await deliver(message);
        if (closed !== null) {
          bad++;
          if (!REFUSED.includes(closed.code))
            assert.fail(`closed with ${closed.code} ${closed.reason} after ${hex(message)}`);
        }
        const held = channel.signals;
        if (held !== null) {
          changed += held.version;
          for (const viewer of viewers) {
            const names = held.names().filter((name) => !Array.isArray(viewer.select) || viewer.select.includes(name));
            const says = (table: SignalTable | null): string =>
              JSON.stringify(names.map((name) => table?.get(name) ?? null));
            if (says(viewer.signals) !== says(held)) {
              assert.fail(`${says(viewer.signals)} is not ${says(held)} after ${hex(message)}`);
            }
          }
        }
        if (i % 16 === 0) await time.advance(100);
        if (i % 100 === 50) {
          // One who comes late gets what was said in one coding and another.
          const late = watch((networks[2] = network()));
          await settled();
          await deliver(message);
          assert.equal(late.counts.frames, channel.signals === null ? 0 : 1);
          late.stop();
          await deliver(message);
        }
      }
      assert.ok(bad > COUNT / 40 && bad < COUNT / 2, `${bad} of ${COUNT / 2} refused`);
      assert.ok(changed > 0);
      for (const viewer of viewers) {
        assert.equal(viewer.counts.reconnects, 0);
        assert.equal(viewer.counts.stale, 0);
        assert.equal(viewer.status === 'live' || viewer.status === 'waiting', true, viewer.status);
        viewer.stop();
      }
      channel.close();
      for (const net of networks) net.end();
      time.clear();
    });
  }
});
