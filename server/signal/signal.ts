/**
 * Introduces WebRTC peers to each other, in PeerServer's protocol, so `peerjs` clients work as they are.
 *
 * Differences from PeerServer, all of them for the sake of a server that stays up and a client that soon knows:
 * nothing is kept for absent peers, the sender hears EXPIRE at once; a peer that comes back with its token gets OPEN at
 * once and its old socket is closed; sizes, rates and numbers are bounded; a message that is none ends the connection.
 *
 * On a relay with keys it is for those whom a relay has introduced to each other: to others, everybody is absent.
 */

import type { WebSocket } from 'ws';
import { RateLimit } from '../../transport/session/rate.js';
import { CLOSE, type CloseCode } from '../../transport/wire/codes.js';
import type { PeersOwner, SharedPeers } from '../cluster/peers.js';
import type { ResolvedOptions } from '../options.js';
import { sameSecret } from '../secret.js';
import { refuse } from '../sockets.js';
import type { Acquaintances } from './acquaintances.js';
import { type ClientMessage, PEER_ID, parseClientMessage, type ServerMessage, SignalError, TOKEN } from './message.js';
import { Strangers } from './strangers.js';

interface Peer {
  readonly id: string;
  readonly token: string;
  readonly socket: WebSocket;
  readonly bucket: RateLimit;
  /** Messages that wait to be let through, or sent elsewhere, and the last of them: they go in order. */
  waiting: number;
  turn: Promise<void>;
}

const NOBODY = 'nobody has introduced this peer: show a token to the relay first';
/** Negotiations come in bursts: a host answers several viewers with a dozen candidates each. */
const BURST = 4;
/** Bytes that may wait for a peer that does not read. Beyond, it counts as absent. */
const MAX_WAITING = 256 * 1024;
/** Messages of one peer that may wait to be let through, or passed to another relay. Beyond, the other side counts as absent. */
const MAX_TURNS = 64;

export class Signal {
  /** A Map, not an object: `__proto__` is a peer id like any other. */
  private readonly peers = new Map<string, Peer>();

  /** Those at other relays; null where there are none. */
  private readonly elsewhere: SharedPeers | null;
  /** Those that nobody has introduced; null where that is not asked for. */
  private readonly strangers: Strangers | null;

  constructor(
    private readonly options: Pick<
      ResolvedOptions,
      'signalKey' | 'signalPeers' | 'signalRate' | 'signalStrangers' | 'helloMs'
    >,
    join: ((owner: PeersOwner) => SharedPeers) | null = null,
    /** Who may write to whom; null where anyone may. */
    private readonly acquaintances: Acquaintances | null = null,
    /** Hears of those that there is no room for. */
    private readonly full: () => void = () => {},
  ) {
    this.strangers =
      acquaintances && new Strangers(acquaintances, { most: options.signalStrangers, helloMs: options.helloMs });
    this.elsewhere =
      join?.({
        deliver: (id, text) => this.deliver(id, text),
        lost: (id, why) => {
          const peer = this.peers.get(id);
          if (why === 'taken') peer && turnAway(peer.socket, 'ID-TAKEN', CLOSE.taken, 'the id is taken');
          else peer && refuse(peer.socket, CLOSE.replaced, 'this peer connected again, to another relay');
        },
      }) ?? null;
  }

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
    const bucket = new RateLimit(rate, rate * BURST);
    const peer: Peer = { id, token, socket, bucket, waiting: 0, turn: Promise.resolve() };
    this.peers.set(id, peer);
    if (old) refuse(old.socket, CLOSE.replaced, 'this peer connected again');
    socket.on('message', (data, isBinary) => this.receive(peer, data as Buffer, isBinary));
    const known = this.strangers?.enter(id, () => turnAway(socket, 'ERROR', CLOSE.timeout, NOBODY));
    socket.on('close', () => {
      known?.();
      if (this.peers.get(id) !== peer) return;
      this.peers.delete(id);
      this.elsewhere?.leave(id);
    });
    if (this.elsewhere === null) send(socket, { type: 'OPEN' });
    else void this.enter(peer, this.elsewhere);
  }

  /** Lets go of what other relays know. */
  close(): void {
    this.elsewhere?.close();
  }

  private async enter(peer: Peer, elsewhere: SharedPeers): Promise<void> {
    const { id, socket, token } = peer;
    const free = await elsewhere.enter(id, token);
    const here = this.peers.get(id) === peer;
    if (free && here) send(socket, { type: 'OPEN' });
    // It left while its id was asked for.
    else if (free && !this.peers.has(id)) elsewhere.leave(id);
    else if (!free && here) {
      this.peers.delete(id);
      turnAway(socket, 'ID-TAKEN', CLOSE.taken, 'the id is taken');
    }
  }

  private refusal(key: string | null, id: string, token: string): Refusal | null {
    if (key !== this.options.signalKey)
      return ['INVALID-KEY', CLOSE.forbidden, 'the key is not the one of this server'];
    if (!PEER_ID.test(id)) return ['ERROR', CLOSE.badFrame, 'the id must be 1 to 64 letters, digits, _ or -'];
    if (!TOKEN.test(token)) return ['ERROR', CLOSE.badFrame, 'the token must be 1 to 128 visible characters'];
    const known = this.peers.get(id);
    if (known) return sameSecret(known.token, token) ? null : ['ID-TAKEN', CLOSE.taken, 'the id is taken'];
    if (this.peers.size < this.options.signalPeers) return null;
    this.full();
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
    const text = write({ type, src: from.id, dst, payload });
    // Candidates follow an offer by the dozen: one EXPIRE for the offer tells it all.
    const answer = type === 'OFFER' || type === 'ANSWER';
    const expire = (): void => {
      if (answer) send(from.socket, { type: 'EXPIRE', src: dst, dst: from.id });
    };
    const may = this.acquaintances === null || this.acquaintances.may(from.id, dst);
    if (may === true && from.waiting === 0 && (this.elsewhere === null || this.peers.has(dst))) {
      if (!this.deliver(dst, text)) expire();
      return;
    }
    if (may === false || from.waiting >= MAX_TURNS) return expire();
    from.waiting++;
    // Once it is on its way, the next may follow.
    from.turn = from.turn.then(async () => {
      const there = (await may) && (await this.passOn(dst, text, answer));
      from.waiting--;
      if (there instanceof Object) void there.done.then((there) => there || expire());
      else if (!there) expire();
    });
  }

  /** To a peer here, or on its way to one elsewhere: false if it is nowhere. */
  private async passOn(dst: string, text: string, answer: boolean): Promise<boolean | { done: Promise<boolean> }> {
    const { elsewhere } = this;
    if (elsewhere === null || this.peers.has(dst)) return this.deliver(dst, text);
    const node = await elsewhere.find(dst);
    return node !== null && { done: elsewhere.pass(node, { peer: dst, text }, answer) };
  }

  /** Hands a message to a peer connected here; false if there is none, or it does not read. */
  private deliver(id: string, text: string): boolean {
    const socket = this.peers.get(id)?.socket;
    const there = socket && socket.readyState === socket.OPEN && socket.bufferedAmount < MAX_WAITING;
    if (there) socket.send(text);
    return there === true;
  }
}

/** @throws SignalError where a payload cannot be written */
function write(message: ServerMessage): string {
  try {
    return JSON.stringify(message);
  } catch {
    throw new SignalError('nested too deep');
  }
}

const send = (socket: WebSocket, message: ServerMessage): void => socket.send(write(message));

/** What PeerJS calls it, the close code, and why. */
type Refusal = [type: 'ERROR' | 'ID-TAKEN' | 'INVALID-KEY', close: CloseCode, msg: string];

/** Tells the client in PeerJS's words why, then closes. */
function turnAway(socket: WebSocket, ...[type, close, msg]: Refusal): void {
  send(socket, { type, payload: { msg } });
  refuse(socket, close, msg);
}
