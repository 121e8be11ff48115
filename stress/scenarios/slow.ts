/** Viewers that do not keep up. It is their own loss, and never for long. */

import { subscribe } from '../frames.js';
import type { Scenario } from '../scenario.js';
import { ShapedPort } from '../shape.js';
import { Stranger } from '../sockets.js';
import { sleep, until } from '../until.js';

const MIB = 2 ** 20;

const slowViewer: Scenario = {
  name: 'slow-viewer',
  about:
    'one stops reading: the others lack nothing, it costs less than 2 MiB, and it is closed, or catches up when it reads again',
  seconds: 90,
  async run(stage) {
    const at = await stage.relayProcess();
    const host = await stage.host(at, { side: 1024 });
    const others = Array.from({ length: 8 }, () => stage.viewer(at));
    const pausing = stage.viewer(at);
    await host.live();
    host.run();
    await until('all have a picture', () => [...others, pausing].every(({ receiver }) => receiver.grid?.whole));
    await stage.converge(host, others);
    host.run();
    const before = (await at.probe(true)).holdings.bytes;

    pausing.dialer.pause(true);
    const stuck = await Stranger.open(`${at.url}/stream/${stage.channel}`);
    stuck.send(subscribe());
    stuck.socket.pause();
    await sleep(4000);
    const during = (await at.probe(true)).holdings.bytes - before;
    await stage.converge(host, others);
    host.run();
    pausing.dialer.pause(false);
    await stage.converge(host, [...others, pausing]);
    host.run();
    // Ten seconds without an ack, and some for a machine that is busy.
    const gone = async (): Promise<boolean> => (await at.probe()).channels[0]?.viewers === others.length + 1;
    await until('the relay gives up who does not read', gone, 30_000);
    await stage.converge(host, [...others, pausing]);
    stuck.socket.resume();
    await stuck.expect(4408, 'a viewer that does not read');
    for (const { receiver } of [...others, pausing]) {
      if (receiver.counts.reconnects > 0) throw new Error('a viewer that reads was cut off');
      receiver.stop();
    }
    if (during > 2 * 2 * MIB) throw new Error(`two that do not read cost ${(during / MIB).toFixed(1)} MiB`);
    if (stuck.bytes > 2 * MIB) throw new Error(`it was sent ${stuck.bytes} bytes, which it did not read`);
    host.close();
    await at.expectEmpty();
    return `two that do not read cost ${(during / MIB).toFixed(2)} MiB; ${(stuck.bytes / 1024).toFixed(0)} KiB were on the way to one`;
  },
};

const noPong: Scenario = {
  name: 'no-pong',
  about: 'who answers no ping, or hangs on a cable that was pulled, is let go; back on the net it finds everything',
  short: true,
  async run(stage) {
    const at = await stage.relay({ pingMs: stage.scale(800, 1000) });
    const host = await stage.host(at);
    const steady = stage.viewer(at);
    const cable = stage.keep(await ShapedPort.open(at.port, {}, stage.random));
    const far = stage.viewer(cable);
    await host.live();
    host.run();
    await until('both have a picture', () => steady.receiver.grid?.whole && far.receiver.grid?.whole);
    const mute = await Promise.all(
      Array.from({ length: stage.scale(5, 40) }, async () => {
        const stranger = await Stranger.open(`${at.url}/stream/${stage.channel}`, { autoPong: false });
        return stranger.send(subscribe({ standby: true }));
      }),
    );
    cable.freeze(true);
    for (const stranger of mute) await stranger.expect(1006, 'one that answers no ping');
    await until('only one is left', () => at.relay.channels()[0]?.viewers === 1);
    cable.freeze(false);
    await stage.converge(host, [steady, far]);
    if (steady.receiver.counts.reconnects > 0) throw new Error('a viewer that answers was cut off');
    if (far.receiver.counts.reconnects !== 1) throw new Error(`${far.receiver.counts.reconnects} reconnects, not 1`);
    return `${mute.length} mute, one behind a cable`;
  },
};

const shy: Scenario = {
  name: 'no-hello',
  about: 'sockets that open and say nothing, half a handshake, or half a message do not stay',
  async run(stage) {
    const at = await stage.relay({ helloMs: 1000 });
    const host = await stage.host(at);
    const viewer = stage.viewer(at);
    await host.live();
    host.run();
    const silent = await Promise.all(
      ['stream', 'peer'].flatMap((side) =>
        Array.from({ length: 20 }, () => Stranger.open(`${at.url}/${side}/${stage.channel}`)),
      ),
    );
    for (const stranger of silent) await stranger.expect(4408, 'one that says nothing');
    await stage.converge(host, [viewer]);
    return `${silent.length} that say nothing`;
  },
};

export const slow: Scenario[] = [slowViewer, noPong, shy];
