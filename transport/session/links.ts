/**
 * The links of one receiver: how they come, and what follows when they go.
 *
 * The base link carries the session, and the picture until something better is there. A direct link is sought behind its
 * back; when that dies, the base goes on. Which of them feeds the replicas, and what it is asked for, is for `following.ts`.
 */

import type { Link, LinkClose } from '../link/link.js';
import { CLOSE, closeCode } from '../wire/codes.js';
import type { WelcomeMessage } from '../wire/messages.js';
import { Direct } from './direct.js';
import { Following, type FollowingOwner, type Transport } from './following.js';
import { ReceiverEnd, type ReceiverHandlers } from './receiver-end.js';
import { Redial } from './redial.js';
import { Silence } from './silence.js';
import { type TokenSource, Tokens } from './tokens.js';
import type { PeerDialer } from './upgrade.js';
import type { Wants } from './wants.js';

/** A direct link that is silent this long is dead, whatever it says; ms. Its source speaks every 250. */
const PEER_SILENT = 1_000;
const SOCKET_SILENT = 30_000;

export interface LinksOptions {
  connect: () => Promise<Link>;
  dialer?: (() => Promise<PeerDialer>) | undefined;
  readonly transport: Transport;
  readonly wants: Wants;
  /** Who this is, over all links. */
  identity: ReceiverEnd['identity'];
  /** The right to watch, shown to the base. */
  token: TokenSource | undefined;
}

/** What the links tell their receiver. */
export interface LinksOwner
  extends FollowingOwner,
    Pick<ReceiverHandlers, 'status' | 'controlState' | 'reply' | 'ended' | 'bad'> {
  welcome(message: WelcomeMessage): void;
  /** Commands go elsewhere now: to `following.end`. */
  moved(): void;
  /** Another link is in use, or none, or there is news of why. */
  changed(): void;
  /** The links that are wanted cannot be had as things stand. */
  blocked(reason: string): void;
  /** No link is left that feeds the replicas. `retry` is false where coming back is of no use. */
  lost(reason: string, retry: boolean): void;
}

export class Links {
  readonly following: Following;
  readonly tokens: Tokens;
  readonly redial = new Redial({
    connect: async () => {
      await this.tokens.ask();
      return this.options.connect();
    },
    opened: (link) => {
      const end = this.#end(link);
      // A source that is reached directly was told by the relay.
      end.token = this.tokens.current;
      this.following.base = end;
      this.following.subscribeBase();
      this.owner.moved();
    },
    // As long as a direct link carries the picture, losing the relay is no news for anyone who watches.
    waits: (reason) => this.following.active === null && this.owner.lost(reason, true),
  });
  readonly #direct: Direct;
  readonly #silence = new Silence(() => {
    const { direct, base } = this.following;
    return [
      [direct, PEER_SILENT, () => this.#dropDirect('the direct link fell silent')],
      [base, SOCKET_SILENT, () => base?.close(CLOSE.timeout.code, 'nothing heard')],
    ];
  });
  /** Why the base may not come back; empty where it may. */
  #refused = '';
  /** It was for want of a token that counts. */
  #unauthorized = false;
  #pastBytes = 0;

  constructor(
    readonly options: LinksOptions,
    readonly owner: LinksOwner,
  ) {
    this.tokens = new Tokens(options.token, () => this.#showToken());
    this.following = new Following(options.wants, options.transport, owner, () => {
      if (this.following.directly) this.#direct.reason = '';
      owner.moved();
      owner.changed();
    });
    this.#direct = new Direct(options.dialer, {
      introduce: (message) => this.following.base?.introduce(message),
      opened: (link) => {
        this.following.direct = this.#end(link);
        this.following.subscribeDirect();
      },
      none: (failed) => this.#noDirect(failed),
    });
  }

  get bytes(): number {
    const { base, direct } = this.following;
    return this.#pastBytes + (base?.bytes ?? 0) + (direct?.bytes ?? 0);
  }

  /** Why there is no direct link; empty where there is one, or none could be. */
  get reason(): string {
    return this.#direct.reason;
  }

  open(): void {
    this.#refused = '';
    this.#silence.start();
    void this.redial.dial();
  }

  close(): void {
    this.redial.stop();
    this.tokens.rest();
    this.#unauthorized = false;
    this.#silence.stop();
    this.#direct.stop();
    for (const end of this.following.leave()) {
      this.#pastBytes += end?.bytes ?? 0;
      end?.close();
    }
    this.owner.moved();
  }

  setTransport(transport: Transport): void {
    const { following } = this;
    following.transport = transport;
    this.#direct.stop();
    this.#dropDirect('');
    following.subscribeBase();
    if (following.base !== null) this.#seekDirect();
  }

  /** Another token: the rights become its, and nothing else changes. */
  #showToken(): void {
    const { base: end, active, wants } = this.following;
    if (end === null) {
      if (!this.#unauthorized) return;
      this.#unauthorized = false;
      this.#refused = '';
      if (active === null) this.owner.lost('another token is tried', true);
      return void this.redial.dial();
    }
    end.token = this.tokens.current;
    end.update(() => (end.standby ? { standby: true } : wants.filter));
  }

  #end(link: Link): ReceiverEnd {
    const { owner, following } = this;
    const made = new ReceiverEnd(link, {
      tiles: (tiles, frame, _, end) => following.tookTiles(tiles, frame, end),
      schema: (end) => following.announced(end),
      signals: (update, frame, _, end) => following.tookSignals(update, frame, end),
      welcome: (message, end) => this.#welcome(message, end),
      introduce: (message) => this.#direct.introduced(message),
      closed: (event, end) => this.#closed(event, end),
      status: (message, end) => owner.status?.(message, end),
      // Of two links that tell how the source stands, one is late.
      controlState: (message, end) => end === following.end && owner.controlState?.(message, end),
      reply: (message, end) => owner.reply?.(message, end),
      ended: (end) => owner.ended?.(end),
      bad: (error, end) => owner.bad?.(error, end),
    });
    made.identity = this.options.identity;
    return made;
  }

  #welcome(message: WelcomeMessage, end: ReceiverEnd): void {
    const { following } = this;
    if (end !== following.base) return;
    this.tokens.lasts(message.rights?.expires);
    this.#direct.told(message);
    // Signals come when they change; until then, too, this is the link.
    if (!following.wants.grid && following.transport !== 'p2p') following.active ??= end;
    this.owner.welcome(message);
    this.#seekDirect();
  }

  #seekDirect(): void {
    if (this.following.direct === null) this.#direct.seek(this.following.transport);
  }

  #noDirect(failed: boolean): void {
    const { transport, active } = this.following;
    const { owner, reason } = this;
    if (transport === 'p2p' && active === null) {
      if (failed) owner.lost(reason, true);
      else owner.blocked(reason);
    }
    if (failed) owner.changed();
  }

  #closed(event: LinkClose, end: ReceiverEnd): void {
    const { following } = this;
    const { meaning, ...known } = closeCode(event.code);
    const reason = event.reason || meaning;
    if (end === following.direct) return this.#dropDirect(reason);
    if (end !== following.base) return;
    this.#pastBytes += end.bytes;
    following.base = null;
    this.tokens.rest();
    const retry = known.retry || (event.code === CLOSE.unauthorized.code && this.tokens.refused());
    if (following.active === end) following.active = null;
    this.owner.moved();
    this.redial.lost(reason, retry);
    if (retry) return;
    this.#refused = reason;
    this.#unauthorized = event.code === CLOSE.unauthorized.code;
    if (following.active === null) this.owner.lost(reason, false);
  }

  #dropDirect(reason: string): void {
    const { following } = this;
    const { direct: end, directly: fed } = following;
    if (end === null) return;
    following.direct = null;
    this.#pastBytes += end.bytes;
    if (end.open) end.close();
    this.#direct.lost(reason);
    if (fed) {
      following.active = null;
      this.owner.moved();
      following.subscribeBase();
      if (following.base === null && this.#refused) this.owner.lost(this.#refused, false);
      else if (following.base === null || following.transport === 'p2p') this.owner.lost(reason, true);
    }
    this.owner.changed();
  }
}
