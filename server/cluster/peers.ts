/** Signaling peers of all nodes: at which node each is, so that two can be introduced wherever they are connected. */

import { createHash } from 'node:crypto';
import { every, type Timer } from '../../transport/session/timer.js';
import { object, string, text } from '../../transport/wire/fields.js';
import { about } from './messages.js';
import type { ClusterNode } from './node.js';

/** A node that died keeps the ids of its peers for so long, ms; with its token each may have its own back at once. */
const KEEP = 60_000;
const RENEW = 20_000;
/** Where a peer is, is good for so long, ms: candidates follow an offer by the dozen. */
const KNOWN = 3_000;
const MOST_KNOWN = 10_000;

interface Place {
  node: string;
  /** Hash of its token. */
  token: string;
}

interface Passed {
  peer: string;
  text: string;
}

const isPassed = object({ peer: string, text });
const isPlace = object({ node: string, token: string });

/** What a node does for its own peers. */
export interface PeersOwner {
  /** Hands this text to a peer connected here; false if there is none. */
  deliver(peer: string, text: string): boolean;
  /** A peer of this id has come to another node, with the same token or, while nobody could know, with another. */
  lost(id: string, why: 'replaced' | 'taken'): void;
}

export class SharedPeers {
  /** By id, what its key says. */
  readonly #held = new Map<string, string>();
  readonly #known = new Map<string, { node: string | null; until: number }>();
  readonly #renew: Timer;

  constructor(
    readonly node: ClusterNode,
    readonly owner: PeersOwner,
  ) {
    const deliver = about(isPassed, ({ peer, text }: Passed) => owner.deliver(peer, text));
    node.answers.set('signal', deliver);
    node.listeners.set('signal', deliver);
    const moved = (id: string): void => {
      if (this.#held.delete(id)) owner.lost(id, 'replaced');
    };
    node.listeners.set('peer-moved', about(string, moved));
    this.#renew = every(RENEW, () => this.renew());
  }

  /** A peer came here; resolves with false if its id is somebody else's. */
  async enter(id: string, token: string): Promise<boolean> {
    const place: Place = { node: this.node.id, token: createHash('sha256').update(token).digest('base64url') };
    const value = JSON.stringify(place);
    this.#held.set(id, value);
    try {
      let expect: string | null = null;
      for (let tries = 0; tries < 3; tries++) {
        const held = await this.node.bus.swap(`p:${id}`, expect, value, KEEP);
        if (held === expect) {
          const before = readPlace(held);
          if (before && before.node !== place.node) this.node.tell(before.node, 'peer-moved', id);
          return true;
        }
        if (readPlace(held)?.token !== place.token) break;
        expect = held;
      }
    } catch {
      // Nobody can be asked: it is known here, and elsewhere once the bus is there.
      return true;
    }
    this.#held.delete(id);
    return false;
  }

  /** A peer has left. */
  leave(id: string): void {
    const value = this.#held.get(id);
    this.#held.delete(id);
    if (value !== undefined) this.node.bus.swap(`p:${id}`, value, null, 0).catch(() => {});
  }

  /** The node that a peer is connected to; null if it is at none. */
  async find(id: string): Promise<string | null> {
    const known = this.#known.get(id);
    if (known && known.until > performance.now()) return known.node;
    let node: string | null = null;
    try {
      const value = await this.node.bus.get(`p:${id}`);
      node = readPlace(value && new TextDecoder().decode(value))?.node ?? null;
    } catch {
      return null;
    }
    if (node === this.node.id) node = null;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    // Somebody who is not there may come at any moment.
    if (node !== null) this.#known.set(id, { node, until: performance.now() + KNOWN });
    return node;
  }

  /** Passes this to a peer at another node; false if it is not there. Without `answer`, nobody is asked whether it is. */
  async pass(node: string, passed: Passed, answer: boolean): Promise<boolean> {
    if (!answer) {
      this.node.tell(node, 'signal', passed);
      return true;
    }
    const there = await this.node.ask<boolean>(node, 'signal', passed).catch(() => false);
    if (!there) this.#known.delete(passed.peer);
    return there;
  }

  /** Says of all peers that they are still here. */
  renew(): void {
    for (const [id, value] of this.#held) void this.#renewOne(id, value).catch(() => {});
  }

  close(): void {
    this.#renew.stop();
    for (const id of [...this.#held.keys()]) this.leave(id);
  }

  async #renewOne(id: string, value: string): Promise<void> {
    const { bus } = this.node;
    let held = await bus.swap(`p:${id}`, value, value, KEEP);
    if (held === null) held = await bus.swap(`p:${id}`, null, value, KEEP);
    if (held === null || held === value || this.#held.get(id) !== value) return;
    this.#held.delete(id);
    this.owner.lost(id, readPlace(held)?.token === readPlace(value)?.token ? 'replaced' : 'taken');
  }
}

function readPlace(text: string | null): Place | null {
  try {
    const place: unknown = JSON.parse(text ?? 'null');
    return isPlace(place) ? (place as Place) : null;
  } catch {
    return null;
  }
}
