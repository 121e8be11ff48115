/** All channels of one relay: made when first asked for, forgotten when nobody is left. */

import type { WebSocket } from 'ws';
import { type SocketLike, WebSocketLink } from '../../transport/link/websocket.js';
import { CLOSE } from '../../transport/wire/codes.js';
import type { ResolvedOptions } from '../options.js';
import { refuse } from '../sockets.js';
import { Channel } from './channel.js';
import type { Hub } from './hub.js';

export function createHub(options: ResolvedOptions): Hub {
  const channels = new Map<string, Channel>();

  /** The channel of this name, or null where there are too many. */
  const channelOf = (name: string): Channel | null => {
    const known = channels.get(name);
    if (known) return known;
    if (channels.size >= options.maxChannels) return null;
    const room = () => {
      let taken = 0;
      for (const other of channels.values()) if (other !== channel) taken += other.bytes;
      return options.replicasBytes - taken;
    };
    const channel: Channel = new Channel(name, options, room, () => channels.delete(name));
    channels.set(name, channel);
    return channel;
  };

  const linkTo = (socket: WebSocket): WebSocketLink => {
    socket.binaryType = 'arraybuffer';
    return new WebSocketLink(socket as unknown as SocketLike);
  };

  return {
    source(socket, name) {
      const channel = channelOf(name);
      if (channel === null) refuse(socket, CLOSE.tryLater, 'the relay has as many channels as it takes');
      else channel.addSource(linkTo(socket));
    },
    viewer(socket, name) {
      const channel = channelOf(name);
      if (channel === null) refuse(socket, CLOSE.tryLater, 'the relay has as many channels as it takes');
      else if (channel.viewers >= options.maxViewers)
        refuse(socket, CLOSE.tryLater, 'the channel has as many viewers as it takes');
      else channel.addViewer(linkTo(socket));
    },
    channels: () => [...channels.values()].map(({ name, fanout, viewers }) => ({ name, state: fanout.state, viewers })),
    close: () => {
      for (const channel of channels.values()) channel.close();
    },
  };
}
