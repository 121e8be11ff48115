/**
 * The page's side of a world: starts its worker, gives the page a receiver's link to it, and brings it what only a page
 * can have, WebRTC.
 */

import {
  bridge,
  CLOSE,
  type Digest,
  type Link,
  PortLink,
  type Rect,
  type UplinkStatus,
  type Vouched,
} from '../../transport/index.js';
import type { PeerHost } from '../../transport/link/peer.js';
import type { PatternLoading } from '../screen/loading.js';
import { type Claim, takeClaim } from './claim.js';
import { Edits } from './edits.js';
import { Heart, type Pulse } from './heart.js';
import { Keeper } from './keeper.js';
import { spawnWorld, type WorldPort } from './spawn.js';
import type {
  FromWorld,
  GivenPattern,
  KeptWorld,
  PaceMessage,
  ToWorld,
  WorldPace,
  WorldSettings,
} from './world-messages.js';

/** A world that crashes again so soon will again, ms. */
const PATIENCE = 60_000;

export type HostWorldEvent =
  | { type: 'ready' }
  | { type: 'uplink' }
  | { type: 'viewers' }
  | { type: 'ended' }
  /** How far a large pattern is; null: none is on its way any more. */
  | { type: 'loading'; loading: PatternLoading | null }
  /** Somebody asked for something else than the pattern that is on its way. */
  | { type: 'called-off' }
  /** It goes, or stands still, as it was told to last, or as somebody else has told it since; also where that is not new. */
  | { type: 'paced'; paused: boolean }
  /** `fatal`: there is no world; else it goes on as it was, or (`stuck`) stands still, since it found no memory to go on. */
  | { type: 'error'; error: Error; fatal: boolean; stuck?: boolean };

export interface PeerOptions {
  signal: string;
  iceServers?: RTCIceServer[];
  maxPeers: number;
  /** Where there is no relay: the id under which everybody may call. */
  id?: string;
}

export class HostWorld {
  /** It stands. */
  ready = false;
  /** The relay had its stream, since it was told which relay. */
  streamed = false;
  uplink: { status: UplinkStatus | 'none'; reason: string; reconnects: number } = {
    status: 'none',
    reason: '',
    reconnects: 0,
  };
  /** Viewers on the relay. */
  viewers = 0;
  /** To all receivers but the page's own, since the world began. */
  sent = { bytes: 0, frames: 0, pending: 0 };
  /** Why the world runs in the page itself; empty where it runs in a worker, or does not run yet. */
  inPage = '';

  #port!: Promise<WorldPort>;
  #settings: WorldSettings;
  #pace: WorldPace;
  #epoch = 0;
  /** Paces that it was told. */
  #paces = 0;
  /** Those of them that it has not taken yet. */
  #untaken: PaceMessage[] = [];
  readonly #edits = new Edits();
  #ownRule = '';
  #keeper: Keeper | null = null;
  #heart: Heart | null = null;
  #crashedAt = Number.NEGATIVE_INFINITY;
  /** The page's ends of what joins it, and viewers, to the worker. */
  readonly #links = new Set<PortLink>();
  /** What a worker is told once, by type. */
  readonly #told = new Map<ToWorld['type'], ToWorld>();
  #claim: Claim | null = null;
  #routes = 0;
  #peers: PeerHost | null = null;
  #peersWanted = 0;
  #digestId = 0;
  readonly #digests = new Map<number, { resolve(digest: Digest): void; reject(error: Error): void }>();
  #closed = false;

  constructor(
    readonly channel: string,
    settings: WorldSettings,
    pace: WorldPace,
    readonly onevent: (event: HostWorldEvent) => void,
    /** Gives the right to publish, each time that one is needed. */
    readonly getToken: () => string | Promise<string> = () => '',
    readonly pulse?: Pulse,
  ) {
    this.#settings = settings;
    this.#pace = pace;
    this.#begin(null);
  }

  #begin(snapshot: KeptWorld | null): void {
    const port = spawnWorld((message) => {
      if (port === this.#port) this.#receive(message);
    });
    this.#port = port;
    void port.then(({ inPage }) => {
      this.inPage = inPage;
      if (inPage || this.#closed || port !== this.#port) return;
      const ask = () => this.#post({ type: 'ping' });
      this.#heart = new Heart(ask, () => this.#crashed('its worker does not answer any more'), this.pulse);
    });
    this.#post({ type: 'start', channel: this.channel, settings: this.#settings, pace: this.#pace, snapshot });
    for (const message of this.#told.values()) this.#post(message);
  }

  /** Viewers connected without a relay. */
  get directViewers(): number {
    return this.#peers?.size ?? 0;
  }

  /** A link for the page's own receiver, which has the owner's rights. */
  connect(): Promise<Link> {
    const { port1, port2 } = new MessageChannel();
    this.#post({ type: 'view', port: port2 }, [port2]);
    return Promise.resolve(this.#link(port1));
  }

  #link(port: MessagePort): PortLink {
    const link = new PortLink(port);
    this.#links.add(link);
    return link;
  }

  change(settings: Partial<WorldSettings>): void {
    this.#post({ type: 'change', settings });
  }

  /** As the command "pattern", however large. */
  load(pattern: GivenPattern): void {
    this.#post({ type: 'file', pattern });
  }

  /** The large pattern that is on its way is not wanted any more. */
  callOff(): void {
    this.#post({ type: 'call-off' });
  }

  pace(pace: Partial<WorldPace>): void {
    const message: PaceMessage = { type: 'pace', pace, count: ++this.#paces };
    this.#untaken.push(message);
    this.#post(message);
  }

  /** It was told its pace, and has not taken it yet: what it tells of that is older. */
  get pacing(): boolean {
    return this.#untaken.length > 0;
  }

  /** Streams to this relay (`ws(s)://…/peer/{channel}`), or to none. */
  streamTo(url: string | null): void {
    const asked = ++this.#routes;
    this.streamed = false;
    this.uplink = { status: url === null ? 'none' : 'connecting', reason: '', reconnects: 0 };
    if (url === null) return this.#tell({ type: 'uplink', url, claim: '' });
    this.#claim ??= takeClaim(this.channel);
    void this.#claim.secret.then((claim) => {
      if (asked === this.#routes) this.#tell({ type: 'uplink', url, claim });
    });
  }

  /** The right to publish; null: `getToken` is asked. */
  showToken(token: string | null): void {
    this.#tell({ type: 'token', token });
  }

  retryNow(): void {
    this.#post({ type: 'retry' });
  }

  /** Lets viewers connect without a relay in between, or (null) no longer. */
  async takePeers(options: PeerOptions | null): Promise<void> {
    const wanted = ++this.#peersWanted;
    this.#peers?.close();
    this.#peers = null;
    if (options === null || options.maxPeers === 0) return this.#tell({ type: 'peer', peer: '', maxPeers: 0 });
    const { PeerHost } = await import('../../transport/link/peer.js');
    if (wanted !== this.#peersWanted || this.#closed) return;
    this.#peers = new PeerHost({
      ...options,
      onlink: (link, viewer, peer) => this.#direct(link, viewer, peer),
      onid: (peer) => this.#tell({ type: 'peer', peer, maxPeers: options.maxPeers }),
    });
  }

  /** The digest of the world itself, at the version at which the request finds it. */
  digest(rect?: Rect): Promise<Digest> {
    if (this.#closed) return Promise.reject(new Error('the world has ended'));
    const id = ++this.#digestId;
    return new Promise((resolve, reject) => {
      this.#digests.set(id, { resolve, reject });
      this.#post({ type: 'digest', id, rect });
    });
  }

  /** Ends the stream for everybody. */
  stop(): void {
    this.#post({ type: 'stop' });
  }

  /** Lets go of the world without a word to viewers, who wait for it to come back. */
  async dispose(): Promise<void> {
    this.#closed = true;
    this.#claim?.release();
    this.#peers?.close();
    this.#keeper?.stop();
    this.#heart?.stop();
    this.#refuseDigests('the world has ended');
    (await this.#port).close();
  }

  #refuseDigests(why: string): void {
    for (const { reject } of this.#digests.values()) reject(new Error(why));
    this.#digests.clear();
  }

  /** Another worker goes on from what was kept; but not for ever. */
  #crashed(message: string): void {
    const now = performance.now();
    const again = now - this.#crashedAt < PATIENCE;
    this.#crashedAt = now;
    // What is shown of a field is not all that it is.
    const kept = this.#settings.sim === 'life' ? (this.#keeper?.snapshot(this.#epoch) ?? null) : null;
    const snapshot = kept && {
      ...kept,
      generation: this.#edits.generationAt(kept.version),
      ownRule: this.#ownRule,
    };
    this.#keeper?.stop();
    this.#keeper = null;
    this.#heart?.stop();
    this.#heart = null;
    this.onevent({ type: 'called-off' });
    this.#refuseDigests('the world has crashed');
    void this.#port.then((port) => port.close());
    const where = snapshot ? `it goes on from generation ${snapshot.generation}` : 'it begins again';
    const rest = again ? 'and had crashed before, less than a minute ago: it stays so' : `and ${where}`;
    const error = new Error(`the world has crashed (${message}), ${rest}`);
    if (again) return this.onevent({ type: 'error', error, fatal: true });
    // What it was told and did not take is gone with it: the next one begins with that.
    this.#pace = Object.assign({ ...this.#pace }, ...this.#untaken.map(({ pace }) => pace));
    this.#untaken = [];
    this.#begin(snapshot);
    // Whoever watched joins again.
    for (const link of this.#links) link.close(CLOSE.restart.code, 'the world begins again');
    this.#links.clear();
    this.onevent({ type: 'error', error, fatal: false });
  }

  async #giveToken(id: number): Promise<void> {
    try {
      const token: unknown = await this.getToken();
      if (typeof token !== 'string') throw new Error('what getToken gave is no text');
      this.#post({ type: 'token-given', id, token, problem: '' });
    } catch (error) {
      const problem = (error instanceof Error && error.message) || 'getToken was refused';
      this.#post({ type: 'token-given', id, token: '', problem });
    }
  }

  /** As `#post`, and again to a worker that takes over. */
  #tell(message: ToWorld): void {
    this.#told.set(message.type, message);
    this.#post(message);
  }

  #post(message: ToWorld, transfer?: Transferable[]): void {
    if (!this.#closed) void this.#port.then((port) => port.post(message, transfer));
  }

  #direct(link: Link, viewer: Vouched, peer: string): void {
    const { port1, port2 } = new MessageChannel();
    bridge(this.#link(port1), link);
    this.#post({ type: 'direct', port: port2, viewer, peer }, [port2]);
  }

  #receive(message: FromWorld): void {
    if (this.#closed) return;
    this.#heart?.heard();
    switch (message.type) {
      case 'loading':
      case 'called-off':
        return this.onevent(message);
      case 'busy':
        if (this.#heart) this.#heart.busy = message.busy;
        return;
      case 'uplink':
        this.streamed ||= message.status === 'live';
        this.uplink = { status: message.status, reason: message.reason, reconnects: message.reconnects };
        // Another world has the channel: those who came for it must not be left with this one.
        if (message.status === 'failed') this.#peers?.dismiss('the source has lost its channel');
        return this.onevent({ type: 'uplink' });
      case 'viewers':
        this.viewers = message.viewers;
        return this.onevent({ type: 'viewers' });
      case 'sent':
        this.sent = { bytes: message.bytes, frames: message.frames, pending: message.pending };
        return;
      case 'introduce': {
        const { peer, rights, session } = message.message;
        const viewer = { ...(rights && { rights }), ...(session && { session }) };
        // It may be here already, and have shown another token to the relay.
        if (rights) this.#post({ type: 'vouched', peer, rights });
        const refused = this.#peers === null ? 'the source takes no direct viewers' : this.#peers.expect(peer, viewer);
        return this.#post({ type: 'introduced', message: refused === undefined ? { peer } : { peer, refused } });
      }
      case 'token-wanted':
        void this.#giveToken(message.id);
        return;
      case 'digest':
      case 'digest-error': {
        const waiting = this.#digests.get(message.id);
        this.#digests.delete(message.id);
        if (message.type === 'digest') waiting?.resolve({ version: message.version, hash: message.hash });
        else waiting?.reject(new RangeError(message.message));
        return;
      }
      case 'crash':
        return this.#crashed(message.message);
      case 'edited':
        return this.#edits.note(message);
      case 'standing':
        if (message.epoch !== this.#epoch) this.#keeper?.hurry();
        this.#epoch = message.epoch;
        this.#ownRule = message.ownRule;
        this.#pace = message.pace;
        this.#settings = message.settings ?? this.#settings;
        this.#untaken = this.#untaken.filter(({ count }) => count > message.paces);
        if (!this.pacing) this.onevent({ type: 'paced', paused: message.pace.paused });
        return;
      case 'error': {
        const error = new Error(message.message);
        error.name = message.name;
        return this.onevent({ type: 'error', error, fatal: message.fatal, stuck: message.stuck ?? false });
      }
      case 'ready':
        this.ready = true;
        this.#keeper ??= new Keeper(() => this.connect());
        return this.onevent({ type: 'ready' });
      case 'ended':
        this.#keeper?.stop();
        this.#heart?.stop();
        return this.onevent({ type: message.type });
    }
  }
}
