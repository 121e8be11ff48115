/**
 * Introduces WebRTC peers to each other, in PeerServer's protocol, so `peerjs` clients work as they are.
 *
 * Differences from PeerServer, all of them for the sake of a server that stays up and a client that soon knows:
 * nothing is kept for absent peers, the sender hears EXPIRE at once; a peer that comes back with its token gets OPEN at
 * once and its old socket is closed; sizes, rates and numbers are bounded; a message that is none ends the connection.
 */

import type { WebSocket } from 'ws';
import { RateLimit } from '../../transport/session/rate.js';
import { CLOSE, type CloseCode } from '../../transport/wire/codes.js';
import type { ResolvedOptions } from '../options.js';
import { refuse } from '../sockets.js';
import { type ClientMessage, PEER_ID, parseClientMessage, type ServerMessage, SignalError, TOKEN } from './message.js';

interface Peer {
  readonly id: string;
  readonly token: string;
  readonly socket: WebSocket;
  readonly bucket: RateLimit;
}

/** Negotiations come in bursts: a host answers several viewers with a dozen candidates each. */
const BURST = 4;
/** Bytes that may wait for a peer that does not read. Beyond, it counts as absent. */
const MAX_WAITING = 256 * 1024;

export class Signal {
  /** A Map, not an object: `__proto__` is a peer id like any other. */
  private readonly peers = new Map<string, Peer>();

  constructor(private readonly options: Pick<ResolvedOptions, 'signalKey' | 'signalPeers' | 'signalRate'>) {}

  /** Peers connected now. */
  get size(): number {
    return this.peers.size;
  }

  /** Takes an open WebSocket that asked for `/signal/peerjs?key&id&token&version`. */
  accept(socket: WebSocket, query: URLSearchParams): void {
    const id = query.get('id') ?? '';
    const token = query.get('token') ?? '';
    const refusal = this.refusal(query.get('key'), id, token);
    if (refusal) {
      turnAway(socket, ...refusal);
      return;
    }
    const old = this.peers.get(id);
    const rate = this.options.signalRate;
    const peer: Peer = { id, token, socket, bucket: new RateLimit(rate, rate * BURST) };
    this.peers.set(id, peer);
    if (old) refuse(old.socket, CLOSE.replaced, 'this peer connected again');
    socket.on('message', (data, isBinary) => this.receive(peer, data as Buffer, isBinary));
    socket.on('close', () => {
      if (this.peers.get(id) === peer) this.peers.delete(id);
    });
    send(socket, { type: 'OPEN' });
  }

  private refusal(key: string | null, id: string, token: string): Refusal | null {
    if (key !== this.options.signalKey)
      return ['INVALID-KEY', CLOSE.forbidden, 'the key is not the one of this server'];
    if (!PEER_ID.test(id)) return ['ERROR', CLOSE.badFrame, 'the id must be 1 to 64 letters, digits, _ or -'];
    if (!TOKEN.test(token)) return ['ERROR', CLOSE.badFrame, 'the token must be 1 to 128 visible characters'];
    const known = this.peers.get(id);
    if (known) return known.token === token ? null : ['ID-TAKEN', CLOSE.taken, 'the id is taken'];
    if (this.peers.size < this.options.signalPeers) return null;
    return ['ERROR', CLOSE.tryLater, 'the server has as many peers as it takes'];
  }

  private receive(peer: Peer, data: Buffer, isBinary: boolean): void {
    if (peer.socket.readyState !== peer.socket.OPEN) return;
    if (!peer.bucket.take()) {
      turnAway(peer.socket, 'ERROR', CLOSE.tooFast, `more than ${this.options.signalRate} messages a second`);
      return;
    }
    try {
      if (isBinary) throw new SignalError('binary, not text');
      this.pass(peer, parseClientMessage(data.toString()));
    } catch (error) {
      if (!(error instanceof SignalError)) throw error;
      turnAway(peer.socket, 'ERROR', CLOSE.badFrame, `bad message: ${error.message}`);
    }
  }

  private pass(from: Peer, message: ClientMessage): void {
    if (message.type === 'HEARTBEAT') return;
    const { type, dst, payload } = message;
    const to = this.peers.get(dst);
    const there = to && to.socket.readyState === to.socket.OPEN && to.socket.bufferedAmount < MAX_WAITING;
    if (there) send(to.socket, { type, src: from.id, dst, payload });
    // Candidates follow an offer by the dozen: one EXPIRE for the offer tells it all.
    else if (type === 'OFFER' || type === 'ANSWER') send(from.socket, { type: 'EXPIRE', src: dst, dst: from.id });
  }
}

function send(socket: WebSocket, message: ServerMessage): void {
  let text: string;
  try {
    text = JSON.stringify(message);
  } catch {
    throw new SignalError('nested too deep');
  }
  socket.send(text);
}

/** What PeerJS calls it, the close code, and why. */
type Refusal = [type: 'ERROR' | 'ID-TAKEN' | 'INVALID-KEY', close: CloseCode, msg: string];

/** Tells the client in PeerJS's words why, then closes. */
function turnAway(socket: WebSocket, ...[type, close, msg]: Refusal): void {
  send(socket, { type, payload: { msg } });
  refuse(socket, close, msg);
}
