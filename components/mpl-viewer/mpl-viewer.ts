import { connectWebSocket } from '../../transport/link/websocket.js';
import { Receiver } from '../../transport/receiver.js';
import type { ControlCommand } from '../../transport/wire/messages.js';
import { parseIceServers } from '../screen/ice-servers.js';
import { MplScreen } from '../screen/screen.js';
import { channelUrl, resolveServer, resolveSignal } from '../screen/server-url.js';

/** Bytes of one message that a relay takes from a viewer (64 KiB), less what goes around a pattern. */
const MOST = 60_000;

/**
 * A window on a channel: shows what its source shows, cell by cell, as soon as there is one.
 *
 * @element mpl-viewer
 * @summary Shows a live simulation.
 */
export class MplViewer extends MplScreen {
  protected override createReceiver(): Receiver | null {
    const { channel } = this;
    if (!channel) throw new Error('it has no channel to show: <mpl-viewer channel="name">');
    const server = resolveServer(this.server);
    const signal = resolveSignal(this.signal, server);
    const iceServers = parseIceServers(this.iceServers);
    const peer = () => import('../../transport/link/peer.js');
    const settings = { signal: signal ?? '', ...(iceServers && { iceServers }) };
    const token = this.token ? { token: this.token } : {};
    if (server === null) {
      if (signal === null)
        throw new Error('without a relay it needs a signal: signal="peerjs", or the URL of a PeerServer');
      // Without anyone who introduces them, the source answers under a name made of its channel's.
      const connect = async () => (await peer()).callPeer(settings, `mpl-${channel}`);
      return new Receiver({ connect, transport: 'relay', ...token });
    }
    return new Receiver({
      connect: () => connectWebSocket(channelUrl(server, 'stream', channel)),
      ...(signal && { dialer: async () => (await peer()).createPeerDialer(settings) }),
      transport: this.transport,
      ...token,
    });
  }

  protected override get connectionKey(): string {
    return super.connectionKey + (this.iceServers ?? '');
  }

  protected override tune(receiver: Receiver): void {
    super.tune(receiver);
    // Without a relay the direct link is the only one.
    if (receiver.options.dialer) receiver.transport = this.transport;
  }

  override async request(command: ControlCommand): Promise<void> {
    if (command.command === 'pattern' && new TextEncoder().encode(command.text).length > MOST) {
      const problem = `the pattern is too large to send from a viewer: ${MOST / 1000} kB at most`;
      this.toast(problem);
      throw new Error(problem);
    }
    return super.request(command);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-viewer': MplViewer;
  }
}
