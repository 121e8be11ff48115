/** Sources that mean harm, or hang: what they say, and what they do not read, is the end of their link at the most. */

import { once } from 'node:events';
import { setImmediate as soon } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { deflated, json, publish, subscribe } from '../frames.js';
import type { Scenario } from '../scenario.js';
import { Stranger } from '../sockets.js';
import { witnessed } from '../witness.js';

const MIB = 2 ** 20;
/** A machine that is busy may take its time; a relay that tells each of so many everything takes ten times as long. */
const LONGEST_STALL = 3000;

const CLAIM = 'claim-of-a-stranger-1';
const SHOWN = { control: 'viewers', paused: false, rule: '', neighborhood: 'moore', wrap: 'torus', pattern: '' };

function names(epoch: number): Uint8Array {
  const signals = Array.from({ length: 5000 }, (_, i) => [`signal-number-${i}`, 'number']);
  const plain = Buffer.from(JSON.stringify({ epoch, signals }));
  return deflated('SchemaAnnounce', deflateRawSync(plain), plain.length);
}

/** What is said again and again, and how often. */
const FLOODS: [string, number, (i: number) => Uint8Array][] = [
  ['how it stands', 8000, (i) => json('Status', { state: 'live', reason: `${i}` })],
  ['how it is steered', 8000, (i) => json('ControlState', { ...SHOWN, speed: i, width: 1, height: 1 })],
  ['that it takes peers, or does not', 150, (i) => publish(CLAIM, i % 2 ? { peer: `p${i}`, maxPeers: 3 } : {})],
  ['other names of signals', 150, names],
  ['errors', 20_000, () => json('Error', { code: 1, reason: '' })],
];

const flooding: Scenario = {
  name: 'flooding-source',
  about:
    'a source that tells its viewers of itself without end: the relay does not stand still, and they hear the newest',
  short: true,
  async run(stage) {
    const at = await stage.relayProcess({ sourceGraceMs: 0 });
    const { over, leave } = await witnessed(stage, at);
    const crowd = stage.scale(60, 300);
    const { rss } = await at.probe(true);
    let [stall, most, heard] = [0, 0, 0];
    for (const [number, [what, times, frame]] of FLOODS.entries()) {
      const viewers = await Promise.all(
        Array.from({ length: crowd }, () => Stranger.open(`${at.url}/stream/flood-${number}`)),
      );
      for (const viewer of viewers) viewer.send(subscribe());
      const source = await Stranger.open(`${at.url}/peer/flood-${number}`);
      await at.probe();
      source.send(publish(CLAIM), ...Array.from({ length: times }, (_, i) => frame(i)));
      const pong = once(source.socket, 'pong');
      source.socket.ping();
      await Promise.race([source.closed, pong]);
      const probe = await at.probe();
      stall = Math.max(stall, probe.stall);
      most = Math.max(most, probe.rss - rss);
      const messages = Math.max(...viewers.map((viewer) => viewer.messages));
      heard = Math.max(heard, messages);
      if (messages > 300) throw new Error(`a viewer was told ${messages} times of ${what}`);
      for (const one of [source, ...viewers]) one.socket.terminate();
    }
    if (stall > LONGEST_STALL) throw new Error(`the relay stood still for ${stall.toFixed(0)} ms`);
    if (most > 192 * MIB) throw new Error(`the relay took ${(most / MIB).toFixed(0)} MiB more`);
    await over();
    leave();
    await at.expectEmpty();
    return `${FLOODS.length} floods over ${crowd} viewers, at most ${heard} messages to each, ${stall.toFixed(0)} ms still`;
  },
};

const unread: Scenario = {
  name: 'source-that-does-not-read',
  about: 'commands to a source that reads none of them are refused, and not kept',
  short: true,
  async run(stage) {
    const at = await stage.relayProcess({ sourceGraceMs: 0 });
    const { over, leave } = await witnessed(stage, at);
    const source = await Stranger.open(`${at.url}/peer/unread`);
    source.send(publish(CLAIM));
    const viewers = await Promise.all(
      Array.from({ length: stage.scale(20, 60) }, () => Stranger.open(`${at.url}/stream/unread`)),
    );
    for (const viewer of viewers) viewer.send(subscribe());
    source.socket.pause();
    const before = (await at.probe(true)).holdings.bytes;
    const command = (id: number) => json('Control', { id, command: 'pattern', name: 'p', text: 'x'.repeat(60_000) });
    await Promise.all(
      viewers.map(async (viewer) => {
        // The witness lives in this process too: it must be heard in between, as it would be elsewhere.
        for (let id = 1; id <= 60; id++) {
          viewer.send(command(id));
          await soon();
        }
        const pong = once(viewer.socket, 'pong');
        viewer.socket.ping();
        await pong;
      }),
    );
    const probe = await at.probe(true);
    const kept = probe.holdings.bytes - before;
    if (kept > 24 * MIB)
      throw new Error(`the relay kept ${(kept / MIB).toFixed(1)} MiB for a source that does not read`);
    if (probe.stall > LONGEST_STALL) throw new Error(`the relay stood still for ${probe.stall.toFixed(0)} ms`);
    await over();
    for (const one of [source, ...viewers]) one.socket.terminate();
    leave();
    await at.expectEmpty();
    return `${viewers.length * 60} commands of 60 kB, ${(kept / MIB).toFixed(1)} MiB kept`;
  },
};

export const sources: Scenario[] = [flooding, unread];
