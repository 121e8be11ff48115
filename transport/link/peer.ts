/**
 * WebRTC through PeerJS: how two pages find each other, and what is left of it afterwards, a `ChannelLink`.
 *
 * The library is loaded here and nowhere else, and this module only when a direct link is wanted.
 */

import { type DataConnection, Peer, type PeerOptions } from 'peerjs';
import type { PeerDialer } from '../session/upgrade.js';
import { CLOSE } from '../wire/codes.js';
import type { Vouched } from '../wire/messages.js';
import { ChannelLink } from './channel.js';
import type { Link } from './link.js';
import { LinkError } from './websocket.js';

export interface PeerSettings {
  /** `http(s)://relay/signal`, or "peerjs" for PeerJS's public server. */
  signal: string;
  iceServers?: RTCIceServer[];
}

const READY_MS = 8_000;
const DIAL_MS = 8_000;
/** Peers that were introduced and have not called yet. */
const MAX_EXPECTED = 256;
/** Where only these two know of each other. */
const LABEL = 'mpl';

const DEFAULT_ICE: RTCIceServer[] = [{ urls: 'stun:stun.l.google.com:19302' }];

function peerOptions({ signal, iceServers }: PeerSettings): PeerOptions {
  const config = { iceServers: iceServers ?? DEFAULT_ICE };
  if (signal === 'peerjs') return { config, debug: 0 };
  const url = new URL(signal);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { host: url.hostname, port, path: url.pathname, secure, config, debug: 0 };
}

/** A fresh id each time: one that was used before may still be held by a connection that died. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `mpl-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Registers with the signaling server; resolves once it has answered. */
function register(settings: PeerSettings, id: string): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const peer = new Peer(id, peerOptions(settings));
    const done = () => {
      clearTimeout(timer);
      peer.off('open', opened);
      peer.off('error', failed);
    };
    const opened = () => {
      done();
      // Losing the server later does no harm to connections that stand; unheard, it would be thrown.
      peer.on('error', () => {});
      resolve(peer);
    };
    const failed = (error: Error) => {
      done();
      peer.destroy();
      reject(new LinkError(`cannot reach the signaling server ${settings.signal}: ${error.message}`));
    };
    const timer = setTimeout(() => failed(new Error('it did not answer')), READY_MS);
    peer.on('open', opened);
    peer.on('error', failed);
  });
}

/** The link of an open connection; it dies with the connection, even where the channel does not notice. */
function linkOf(connection: DataConnection, onend?: () => void): ChannelLink {
  const pc = connection.peerConnection;
  const link = new ChannelLink(connection.dataChannel, () => {
    pc.removeEventListener('connectionstatechange', check);
    connection.close();
    onend?.();
  });
  const check = () => {
    if (pc.connectionState === 'failed' || pc.connectionState === 'closed') link.close(1006, 'the direct link broke');
  };
  pc.addEventListener('connectionstatechange', check);
  return link;
}

/** The side that calls. */
export async function createPeerDialer(settings: PeerSettings): Promise<PeerDialer> {
  const id = randomId();
  const peer = await register(settings, id);
  return {
    ready: () =>
      peer.disconnected ? Promise.reject(new LinkError('the signaling server is gone')) : Promise.resolve(id),
    dial: (other) => dial(peer, other),
    close: () => peer.destroy(),
  };
}

/** Calls a peer whose id is known, over a connection to the signaling server that lasts as long as the link. */
export async function callPeer(settings: PeerSettings, other: string): Promise<Link> {
  const peer = await register(settings, randomId());
  try {
    return await dial(peer, other, () => peer.destroy());
  } catch (error) {
    peer.destroy();
    throw error;
  }
}

function dial(peer: Peer, other: string, onend?: () => void): Promise<Link> {
  return new Promise((resolve, reject) => {
    const connection = peer.connect(other, { serialization: 'raw', reliable: true, label: LABEL });
    const done = (result: () => void) => {
      clearTimeout(timer);
      peer.off('error', failed);
      result();
    };
    const fail = (why: string) =>
      done(() => {
        connection.close();
        reject(new LinkError(`no direct link: ${why}`));
      });
    const failed = (error: Error) => fail(error.message);
    const timer = setTimeout(() => fail('the network between the two pages lets none through'), DIAL_MS);
    peer.on('error', failed);
    connection.once('error', failed);
    connection.once('open', () => done(() => resolve(linkOf(connection, onend))));
  });
}

export interface PeerHostOptions extends PeerSettings {
  /** Viewers served directly at the same time. */
  maxPeers: number;
  /** Known id, where there is no relay to introduce peers; then everybody is welcome. */
  id?: string;
  onlink: (link: Link, viewer: Vouched, peer: string) => void;
  /** Signaling was lost and is back, under another id. */
  onid?: (id: string) => void;
}

/** The side that is called: accepts introduced peers, and only so many. */
export class PeerHost {
  #peer: Peer | null = null;
  /** Peers that may call, and with what right; each once, for a while. */
  readonly #expected = new Map<string, { viewer: Vouched; until: number }>();
  readonly #links = new Set<Link>();
  #retry: ReturnType<typeof setTimeout> | null = null;
  #wait = 1000;
  #closed = false;

  constructor(readonly options: PeerHostOptions) {
    void this.#open();
  }

  /** Viewers connected directly. */
  get size(): number {
    return this.#links.size;
  }

  /** Will this peer be accepted if it calls? Returns the reason if not. */
  expect(id: string, viewer: Vouched): string | undefined {
    const now = performance.now();
    for (const [peer, { until }] of this.#expected) if (until < now) this.#expected.delete(peer);
    if (this.#peer === null || this.#peer.disconnected) return 'the source is not reachable directly right now';
    // Those who are only expected take no place: whoever asks and does not call must not keep others out.
    if (this.#links.size >= this.options.maxPeers || this.#expected.size >= MAX_EXPECTED)
      return 'the source has as many direct viewers as it takes';
    this.#expected.set(id, { viewer, until: now + 2 * DIAL_MS });
    return undefined;
  }

  /** Lets go of all who are connected; they may come back if they are introduced again. */
  dismiss(reason: string): void {
    for (const link of [...this.#links]) link.close(CLOSE.goingAway.code, reason);
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.dismiss('the source is closing');
    this.#peer?.destroy();
  }

  async #open(): Promise<void> {
    try {
      const peer = await register(this.options, this.options.id ?? randomId());
      if (this.#closed) return peer.destroy();
      this.#peer = peer;
      this.#wait = 1000;
      peer.on('connection', (connection) => this.#called(connection));
      peer.on('disconnected', () => this.#again());
      this.options.onid?.(peer.id);
    } catch {
      this.#again();
    }
  }

  /** Signaling is gone: those who are connected stay, and a new id is had for those to come. */
  #again(): void {
    if (this.#closed || this.#retry !== null) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#open();
    }, this.#wait);
    this.#wait = Math.min(30_000, this.#wait * 2);
  }

  #called(connection: DataConnection): void {
    const expected = this.#expected.get(connection.peer);
    const open = this.options.id !== undefined;
    this.#expected.delete(connection.peer);
    if ((!open && expected === undefined) || this.#links.size >= this.options.maxPeers) return connection.close();
    connection.once('open', () => {
      if (this.#links.size >= this.options.maxPeers) return connection.close();
      const link = linkOf(connection);
      this.#links.add(link);
      this.options.onlink(link, expected?.viewer ?? {}, connection.peer);
      const { onclose } = link;
      link.onclose = (event) => {
        this.#links.delete(link);
        onclose?.(event);
      };
    });
  }
}
