/**
 * Direct links between a host and its viewers, without WebRTC, which Node has not: sockets from one to the other, through
 * which only those come whom the relay has introduced. To the kit they are links like any other it calls direct.
 */

import { once } from 'node:events';
import type { Link, LinkClose, PeerDialer, SourceEndOptions } from 'mpl-kit/transport';
import { type SocketLike, WebSocketLink } from 'mpl-kit/transport';
import { WebSocketServer } from 'ws';
import type { Host } from './host.js';
import type { Random } from './random.js';
import type { Dialer } from './sockets.js';

/** A socket that says it is a direct link, so that it is watched as closely as one. */
class DirectLink implements Link {
  readonly kind = 'webrtc';
  readonly highWater = 32 * 1024;
  onmessage: ((message: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((event: LinkClose) => void) | null = null;

  constructor(readonly below: Link) {
    below.onmessage = (message) => this.onmessage?.(message);
    below.ondrain = () => this.ondrain?.();
    below.onclose = (event) => this.onclose?.(event);
  }

  get buffered(): number {
    return this.below.buffered;
  }

  send(message: Uint8Array): void {
    this.below.send(message);
  }

  close(code?: number, reason?: string): void {
    this.below.close(code, reason);
  }
}

/** The host's door: it opens for whoever was introduced, once. */
export class Door {
  readonly #expected = new Map<string, SourceEndOptions>();
  /** Direct viewers that came, in all. */
  came = 0;

  private constructor(
    readonly server: WebSocketServer,
    host: Host,
    peer: string,
    places: number,
  ) {
    server.on('connection', (socket, request) => {
      const id = request.url!.slice(1);
      const vouched = this.#expected.get(id);
      if (!this.#expected.delete(id)) return socket.close(4403, 'not introduced');
      socket.binaryType = 'arraybuffer';
      this.came++;
      host.source.attach(new DirectLink(new WebSocketLink(socket as unknown as SocketLike)), vouched);
    });
    host.uplink.options.onintroduce = ({ peer: viewer, rights, session }) => {
      this.#expected.set(viewer, { ...(rights && { rights }), ...(session && { session }) });
      host.uplink.introduce({ peer: viewer });
    };
    host.uplink.setPeer(peer, places);
  }

  static async open(host: Host, peer: string, places = 64): Promise<Door> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await once(server, 'listening');
    return new Door(server, host, peer, places);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The viewer's side. @param port of the door, or of a bad network in front of it */
export function directDialer(port: number, random: Random, dialer: Dialer): () => Promise<PeerDialer> {
  return async () => {
    let last = '';
    return {
      ready: async () => (last = `viewer-${random.int(2 ** 30)}`),
      dial: async () => new DirectLink(await dialer.dial(`ws://127.0.0.1:${port}/${last}`)),
      close: () => {},
    };
  };
}
