/** All channels of one relay: made when first asked for, forgotten when nobody is left. */

import type { WebSocket } from 'ws';
import type { Link } from '../../transport/link/link.js';
import { CLOSE, closeCode } from '../../transport/wire/codes.js';
import type { Tally } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import { refuse } from '../sockets.js';
import { Channel } from './channel.js';
import type { Hub } from './hub.js';
import { PostedSignals } from './posted-signals.js';
import { PrebuiltLink } from './prebuilt-link.js';
import { Refusal } from './refusal.js';

export function createHub(options: ResolvedOptions, tally: Tally): Hub {
  const channels = new Map<string, Channel>();

  /** @throws Refusal where there are too many */
  const channelOf = (name: string): Channel => {
    const known = channels.get(name);
    if (known) return known;
    if (channels.size >= options.maxChannels) {
      throw new Refusal(CLOSE.tryLater, 'the relay has as many channels as it takes');
    }
    const room = () => {
      let taken = 0;
      for (const other of channels.values()) if (other !== channel) taken += other.bytes;
      return options.replicasBytes - taken;
    };
    const channel: Channel = new Channel(name, options, room, () => channels.delete(name), tally);
    channels.set(name, channel);
    return channel;
  };

  const posted = new PostedSignals(options, channelOf);

  const watch = (link: () => Link, name: string): Channel => {
    const channel = channelOf(name);
    if (channel.viewers >= options.maxViewers) {
      throw new Refusal(CLOSE.tryLater, 'the channel has as many viewers as it takes');
    }
    channel.addViewer(link());
    return channel;
  };

  const linkTo = (socket: WebSocket): Link => {
    socket.binaryType = 'arraybuffer';
    return new PrebuiltLink(socket);
  };

  /** Tells a socket that it is not taken, and why. */
  const orRefuse = (socket: WebSocket, take: () => unknown): void => {
    try {
      take();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(socket, closeCode(error.code), error.message);
    }
  };

  return {
    source: (socket, name) => orRefuse(socket, () => channelOf(name).addSource(linkTo(socket))),
    viewer: (socket, name) => orRefuse(socket, () => watch(() => linkTo(socket), name)),
    watch: (link, name) => watch(() => link, name),
    find: (name) => channels.get(name),
    all: () => channels.values(),
    posted,
    channels: () => [...channels.values()].map(({ name, fanout, viewers }) => ({ name, state: fanout.state, viewers })),
    close: () => {
      posted.close();
      for (const channel of channels.values()) channel.close();
    },
  };
}
