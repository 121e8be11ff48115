import type { Link } from '../../transport/link/link.js';
import { connectWebSocket } from '../../transport/link/websocket.js';
import { Receiver } from '../../transport/receiver.js';
import type { PeerDialer } from '../../transport/session/upgrade.js';
import type { ControlCommand } from '../../transport/wire/messages.js';
import { parseIceServers } from '../screen/ice-servers.js';
import { MplScreen } from '../screen/screen.js';
import { channelUrl, resolveServer, resolveSignal } from '../screen/server-url.js';

/** Bytes of one message that a relay takes from a viewer (64 KiB), less what goes around a pattern. */
const MOST = 60_000;

/**
 * A window on a channel: shows what its source shows, cell by cell, as soon as there is one.
 *
 * @summary Shows a live simulation.
 * @slot - Controls of its own, at the lower edge of the picture.
 * @slot poster - Shown until there is a first picture.
 * @slot waiting - Shown while the source is not there.
 * @slot reconnecting - Shown while the connection is lost.
 * @slot ended - Shown when the source has ended.
 * @slot failed - Shown when it cannot go on by itself.
 * @slot overlay - Always over the picture.
 * @csspart stage - Holds the canvas.
 * @csspart canvas - The canvas.
 * @csspart badge - Says "Live".
 * @csspart cover - What lies over the picture.
 * @csspart retry - The button to connect at once.
 * @csspart toast - Refusals.
 * @cssproperty [--mpl-aspect=16 / 9] - Width to height.
 * @cssproperty --mpl-accent - Buttons and the focus ring.
 * @cssproperty --mpl-alive - Living cells.
 * @cssproperty --mpl-dead - Dead cells.
 * @cssproperty --mpl-outside - Beyond the edge.
 * @cssproperty [--mpl-radius=12px] - Radius of the corners.
 * @cssstate idle - It is on no page.
 * @cssstate connecting - It is not connected yet.
 * @cssstate waiting - The source is not there yet.
 * @cssstate live - The picture is live.
 * @cssstate reconnecting - The connection was lost.
 * @cssstate ended - The source has ended.
 * @cssstate failed - It cannot go on by itself.
 * @cssstate paused - It has the attribute `paused`.
 * @cssstate still - The picture or its source stands still.
 * @cssstate interactive - It can be moved.
 * @cssstate drawing - It is painted on.
 * @fires mpl-status - The status, its reason or the link has changed.
 * @fires mpl-stats - Fresh figures, twice a second.
 * @fires mpl-error - Something went wrong.
 * @fires mpl-control - The source told how it stands.
 * @fires mpl-input - Somebody painted on the picture or moved it.
 */
export class MplViewer extends MplScreen {
  protected override createReceiver(): Receiver | null {
    const { channel } = this;
    if (!channel) throw new Error('it has no channel to show: <mpl-viewer channel="name">');
    const server = resolveServer(this.server);
    const signal = resolveSignal(this.signal, server);
    const iceServers = parseIceServers(this.iceServers);
    const dialer = async () => {
      const { createPeerDialer } = await import('../../transport/link/peer.js');
      return createPeerDialer({ signal: signal!, ...(iceServers && { iceServers }) });
    };
    const token = this.token ? { token: this.token } : {};
    if (server === null) {
      if (signal === null)
        throw new Error('without a relay it needs a signal: signal="peerjs", or the URL of a PeerServer');
      return new Receiver({ connect: () => callSource(dialer, channel), transport: 'relay', ...token });
    }
    return new Receiver({
      connect: () => connectWebSocket(channelUrl(server, 'stream', channel)),
      ...(signal && { dialer }),
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

/** Where there is no relay: the source answers under a name made of its channel's. */
async function callSource(dialer: () => Promise<PeerDialer>, channel: string): Promise<Link> {
  const caller = await dialer();
  try {
    return await caller.dial(`mpl-${channel}`);
  } catch (error) {
    caller.close();
    throw error;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-viewer': MplViewer;
  }
}
