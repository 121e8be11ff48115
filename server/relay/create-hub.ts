/** All channels of one relay: made when first asked for, forgotten when nobody is left. */

import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Link } from '../../transport/link/link.js';
import { CLOSE, closeCode } from '../../transport/wire/codes.js';
import type { Authority } from '../auth/authority.js';
import { Door, type DoorOptions } from '../auth/door.js';
import type { Admission } from '../auth/grant.js';
import { tokenInProtocols } from '../auth/shown.js';
import type { ChannelParts } from '../cluster/channel-parts.js';
import type { Cluster } from '../cluster/cluster.js';
import { SharedPosts } from '../cluster/posts.js';
import { addressOf } from '../connections.js';
import type { Tally } from '../metrics/tally.js';
import type { ResolvedOptions } from '../options.js';
import type { Acquaintances } from '../signal/acquaintances.js';
import { identify, refuse } from '../sockets.js';
import { Channel } from './channel.js';
import type { Hub } from './hub.js';
import { Places } from './places.js';
import { PostedSignals } from './posted-signals.js';
import { PrebuiltLink } from './prebuilt-link.js';
import { Refusal } from './refusal.js';

export function createHub(
  options: ResolvedOptions,
  tally: Tally,
  authority: Authority | null,
  cluster: Cluster | null = null,
  acquaintances: Acquaintances | null = null,
): Hub {
  const channels = new Map<string, Channel>();
  const places = new Places(options, () => tally.refusals.add('channels'));

  const channelOf = (name: string): Channel => {
    const known = channels.get(name);
    if (known) return known;
    const room = () => places.roomFor(name);
    const forget = () => {
      if (!channels.delete(name)) return;
      channel.place = null;
      places.forget(name);
    };
    const join = cluster && ((parts: ChannelParts) => cluster.join(parts));
    const channel: Channel = new Channel(name, options, room, forget, tally, join, acquaintances);
    channel.place = places.of(name);
    channels.set(name, channel);
    return channel;
  };

  const list = () =>
    [...channels.values()].map(({ name, fanout, viewers }) => ({ name, state: fanout.state, viewers }));
  if (cluster) {
    cluster.channelOf = channelOf;
    cluster.listChannels = list;
  }
  const here = new PostedSignals(options, channelOf, tally);
  const shared = cluster && new SharedPosts(here, cluster, options.postedMs);
  const posted = shared ?? here;

  /** @throws Refusal where there is no room for another viewer */
  const roomIn = (name: string, address: string): Channel => {
    places.wait(name, address);
    const channel = channelOf(name);
    if (channel.viewers < options.maxViewers) return channel;
    tally.refusals.add('viewers');
    throw new Refusal(CLOSE.tryLater, 'the channel has as many viewers as it takes');
  };

  const linkTo = (socket: WebSocket, verb: DoorOptions['verb']): Link => {
    // What viewers say is short, and not kept: it need not be copied out of what was read.
    socket.binaryType = verb === 'publish' ? 'arraybuffer' : 'nodebuffer';
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

  /** Where there are keys, nobody is let in who does not show a right. */
  const enter = (
    socket: WebSocket,
    req: IncomingMessage,
    name: string,
    verb: DoorOptions['verb'],
    known: () => void,
  ): void => {
    const add = (link: () => Link, admission?: Admission): ((admission: Admission) => void) => {
      if (admission !== undefined) known();
      if (verb === 'publish') {
        const renew = channelOf(name).addSource(link(), admission?.rights, known);
        return ({ rights }) => renew(rights);
      }
      const channel = roomIn(name, addressOf(req, options.trustProxy));
      // Without keys, anyone may watch.
      known();
      const end = channel.addViewer(link(), admission);
      return (next) => channel.setRights(end, next);
    };
    if (authority === null) return orRefuse(socket, () => add(() => linkTo(socket, verb)));
    new Door(linkTo(socket, verb), {
      verb,
      helloMs: options.helloMs,
      token: tokenInProtocols(req),
      admit: (token) => authority.admit(verb, name, token, (subject) => identify(socket, subject)),
      onkeys: (listener) => authority.onkeys(listener),
      enter: (link, admission) => add(() => link, admission),
    });
  };

  return {
    source: (socket, name, req, known) => enter(socket, req, name, 'publish', known),
    viewer: (socket, name, req, known) => enter(socket, req, name, 'subscribe', known),
    watch: (link, name, admission, address = '') => {
      const channel = roomIn(name, address);
      channel.addViewer(link, admission);
      return channel;
    },
    find: (name) => channels.get(name),
    seek: async (name) => {
      const known = channels.get(name);
      if (known || !cluster) return known;
      if ((await cluster.ownerOf(name)) !== null) return channelOf(name);
      // Or another relay takes up at this moment what was posted.
      await shared?.keys.restore(name);
      return (await cluster.ownerOf(name)) === null ? channels.get(name) : channelOf(name);
    },
    all: () => channels.values(),
    posted,
    channels: list,
    close: () => {
      posted.close();
      for (const channel of channels.values()) channel.close();
    },
  };
}
