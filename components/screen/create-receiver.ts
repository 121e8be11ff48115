/** A receiver of a channel, by the attributes of an element. */

import { connectWebSocket } from '../../transport/link/websocket.js';
import { Receiver, type Transport } from '../../transport/receiver.js';
import { parseIceServers } from './ice-servers.js';
import { channelUrl, resolveServer, resolveSignal } from './server-url.js';
import { inTurn } from './turnstile.js';

export interface ReceiverSettings {
  server: string | null;
  signal: string | null;
  iceServers: string | null;
  transport: Transport;
  token: string | null;
  getToken?: (() => string | Promise<string>) | null;
}

/**
 * Not started yet.
 * @param signals names of those to receive beside the picture, "all", or null for none
 * @throws Error with a sentence for people, where the attributes name nothing to connect to
 */
export function createReceiver(
  channel: string,
  settings: ReceiverSettings,
  signals: readonly string[] | 'all' | null = null,
): Receiver {
  const { transport } = settings;
  const server = resolveServer(settings.server);
  const signal = resolveSignal(settings.signal, server);
  const iceServers = parseIceServers(settings.iceServers);
  const peer = () => import('../../transport/link/peer.js');
  const meeting = { signal: signal ?? '', ...(iceServers && { iceServers }) };
  const token = settings.getToken ?? settings.token;
  const more = { ...(token && { token }), ...(signals && { signals: signals === 'all' || { select: signals } }) };
  if (server === null) {
    if (signal === null)
      throw new Error('without a relay it needs a signal: signal="peerjs", or the URL of a PeerServer');
    // Without anyone who introduces them, the source answers under a name made of its channel's.
    const connect = async () => (await peer()).callPeer(meeting, `mpl-${channel}`);
    return new Receiver({ connect, transport: 'relay', ...more });
  }
  return new Receiver({
    connect: () => inTurn(server.host, () => connectWebSocket(channelUrl(server, 'stream', channel))),
    ...(signal && { dialer: async () => (await peer()).createPeerDialer(meeting) }),
    transport,
    ...more,
  });
}

/** Hands on the transport asked for. Without a relay the direct link is the only one. */
export function tuneTransport(receiver: Receiver, transport: Transport): void {
  if (receiver.options.dialer) receiver.transport = transport;
}
