/** Many who may do nothing, and try to take all there is: memory, places for channels, answers that are not read. */

import { connect, type Socket } from 'node:net';
import type { Scenario } from '../scenario.js';
import { handshake, Stranger } from '../sockets.js';
import { sleep, until } from '../until.js';

const MIB = 2 ** 20;
const SECRET = 'a-secret-that-strangers-do-not-know';

/** Opens connections that say this, and then no more; they read nothing of the answers. */
function crowd(port: number, number: number, says: (socket: Socket) => void): { close(): void } {
  const sockets = Array.from({ length: number }, () => {
    const socket = connect(port, '127.0.0.1', () => says(socket));
    socket.on('error', () => {});
    return socket;
  });
  return {
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const unfinished: Scenario = {
  name: 'strangers-unfinished',
  about: 'hundreds without a token begin a message of a megabyte each, and do not end it: the relay holds little of it',
  async run(stage) {
    const at = await stage.relayProcess({ keys: [{ secret: SECRET }] });
    const { rss } = await at.probe(true);
    const head = Buffer.alloc(14);
    head[0] = 0x82;
    head[1] = 0xff;
    head.writeBigUInt64BE(BigInt(MIB), 2);
    const part = Buffer.alloc(MIB - 8, 1);
    const number = stage.scale(100, 400);
    const request = handshake('/peer/a');
    stage.keep(
      crowd(at.port, number, (socket) => {
        socket.write(request);
        socket.once('data', () => {
          socket.write(head);
          socket.write(part);
        });
      }),
    );
    let most = 0;
    for (let i = 0; i < 20; i++) {
      await sleep(150);
      most = Math.max(most, (await at.probe()).rss - rss);
    }
    if (most > 96 * MIB) throw new Error(`the relay took ${(most / MIB).toFixed(0)} MiB more`);
    return `${number} of them, at most ${(most / MIB).toFixed(0)} MiB more`;
  },
};

const unread: Scenario = {
  name: 'strangers-unread',
  about: 'hundreds ask for what they do not read: they are let go, and others are answered meanwhile',
  async run(stage) {
    const at = await stage.relayProcess({ addressRequests: 50, answerMs: 2000 });
    const { rss } = await at.probe(true);
    const number = stage.scale(200, 800);
    stage.keep(
      crowd(at.port, number, (socket) => socket.write('GET /channels HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200))),
    );
    for (let i = 0; i < 10; i++) {
      await sleep(100);
      const { status } = await fetch(`http://127.0.0.1:${at.port}/healthz`);
      if (status !== 200) throw new Error(`somebody who only asks was answered with ${status}`);
    }
    const most = (await at.probe()).rss - rss;
    if (most > 96 * MIB) throw new Error(`the relay took ${(most / MIB).toFixed(0)} MiB more`);
    const held = async (): Promise<boolean> => ((await at.probe()).holdings.resources.TCPSocketWrap ?? 0) < 10;
    await until('readers that do not read are let go', held, 20_000);
    return `${number} of them, ${(most / MIB).toFixed(0)} MiB more`;
  },
};

const channels: Scenario = {
  name: 'strangers-channels',
  about: 'somebody waits for more channels than there may be: a source still gets in',
  async run(stage) {
    const at = await stage.relay({ maxChannels: 2, awaitedChannels: 20, addressChannels: 100 });
    for (let i = 0; i < 30; i++) await Stranger.open(`${at.url}/stream/none-${i}`);
    const host = await stage.host(at);
    await host.live();
    const { length } = at.relay.channels();
    if (length > 21) throw new Error(`there are ${length} channels`);
    return `${length - 1} channels that nobody publishes`;
  },
};

export const strangers: Scenario[] = [unfinished, unread, channels];
