import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import { Receiver } from '../../transport/receiver.js';
import type { Digest } from '../../transport/state/digest.js';
import type { ControlCommand, Rect } from '../../transport/wire/messages.js';
import { MplLoadingEvent } from '../events/loading-event.js';
import { parseIceServers } from '../screen/ice-servers.js';
import { loadingText, type PatternLoading } from '../screen/loading.js';
import { MplScreen } from '../screen/screen.js';
import { channelUrl, resolveServer, resolveSignal } from '../screen/server-url.js';
import type { Cover, ScreenState } from '../screen/state.js';
import type { ScreenStats } from '../screen/stats.js';
import { tagOf, type ValueRules } from '../screen/values.js';
import { HostWorld, type HostWorldEvent } from './host-world.js';
import { PatternLoader } from './load-pattern.js';
import { HOST_RULES, settingsOf, settingsUnder, worldPace, worldSettings } from './settings.js';
import { tooLarge } from './unpack.js';
import type { WorldSettings } from './world-messages.js';

/** Attributes that make another world, or change the one there is. */
const SETTINGS = ['engine', 'grid', 'rule', 'neighborhood', 'wrap', 'density', 'seed', 'pattern'] as const;
const ROUTES = ['server', 'signal', 'transport', 'maxPeers', 'iceServers'] as const;

/**
 * A world that runs in this page, in a worker, and goes on while the page is hidden. It is shown here, and streamed to a
 * relay and to viewers that reach the page directly. Without a relay in reach it runs all the same.
 *
 * @fires mpl-loading - How far a large pattern is, ten times a second, and when it is there or not wanted any more: `event.loading`.
 * @element mpl-host
 * @summary Runs a simulation and streams it.
 */
export class MplHost extends MplScreen {
  static override rules: ValueRules = { ...MplScreen.rules, ...HOST_RULES };

  /** The kind of world: "life", or a field: "gray-scott", "lenia". */
  @property() sim: 'life' | 'gray-scott' | 'lenia' = 'life';
  /**
   * What computes it: "wasm", "js", "gpu" (WebGPU), "hash" (HashLife, for patterns that repeat themselves), or "auto". One that
   * cannot be had is replaced by the best there is; `stats.engine` and `stats.engineReason` say which it is, and why.
   */
  @property() engine: 'auto' | 'gpu' | 'wasm' | 'js' | 'hash' = 'auto';
  /** Width and height in cells, 1 to 65536 each: "512x512". Default: what suits the pattern. */
  @property() grid: string | null = null;
  /**
   * Rule, as Golly writes it: "B3/S23", with "V" at its end for von Neumann's neighbours; isotropic "B2-a/S12"; Generations
   * "345/2/4"; Larger than Life "R5,C0,M1,S34..58,B34..45,NM"; or a name such as "HighLife". Default: the pattern's, else Life.
   * Of a field: the name of a preset ("coral", "mitosis", ...; "orbium", "spots", ...), its numbers, as in "feed=0.0545 kill=0.062" or
   * "mu=0.15 sigma=0.015", or both.
   */
  @property() rule: string | null = null;
  /** "moore" or "von-neumann". Default: as the rule says. */
  @property() neighborhood: 'moore' | 'von-neumann' | null = null;
  /** Edges: "torus", or "bounded", where all outside is dead. */
  @property() wrap: 'torus' | 'bounded' = 'torus';
  /** The name of a pattern the kit knows (of Lenia: "orbium"), or the URL of an `.rle`, `.cells`, `.mc` or `.lif` file, packed by gzip or not. Default: a soup. A large one is loaded beside the world that runs; see `loading`. */
  @property({ hasChanged: () => true }) pattern: string | null = null;
  /** Mebibytes that a pattern file may have, also once it is unpacked, 1 to 480. Default 256. */
  @property({ type: Number, attribute: 'max-pattern' }) maxPattern = 256;
  /** Share of living cells in a soup, 0 to 1. Default 0.3. */
  @property({ type: Number }) density = 0.3;
  /** A whole number; the same seed gives the same soup. Default: another one each time. */
  @property({ type: Number }) seed?: number;
  /** Generations a second, or "max" for as fast as it goes. Default 30. */
  @property() speed = '30';
  /** Who may steer: "none", "viewers", or "token": who shows the same `token`. */
  @property() control: 'none' | 'viewers' | 'token' = 'none';
  /** How many may steer at a time: "many", or "one", who asks for it and has it until it gives it up or is gone: left, hidden or silent for 15 seconds. This page always may. */
  @property() controllers: 'many' | 'one' = 'many';
  /** Viewers that may connect without the relay in between. Default 8. */
  @property({ type: Number, attribute: 'max-peers' }) maxPeers = 8;

  #world: HostWorld | null = null;
  #loading = new AbortController();
  readonly #patterns = new PatternLoader((loading) => this.#shows(loading));
  #progress: PatternLoading | null = null;
  /** Somebody asked for something else than the pattern that the attribute names: naming it again asks for it again. */
  #calledOff = false;
  #fatal = '';
  #ended = false;
  /** Why it stands still, where it found no memory to go on. */
  #stuck = '';
  /** What somebody asked for when there was no world: it goes before the attributes, until they change. */
  #instead: Partial<WorldSettings> = {};
  /** Wait until there is a world, or the reason why there is none. */
  #awaiting: ((problem: string) => void)[] = [];
  /** `paused` as the world was told, or has told, last. */
  #pausedThere = false;

  /** The world itself does not hang on where it is streamed to. */
  protected override get connectionKey(): string {
    return JSON.stringify([this.channel, this.sim]);
  }

  protected override createReceiver(): Receiver | null {
    return new Receiver({
      transport: 'relay',
      connect: async () => (this.#world ?? (await this.#createWorld())).connect(),
    });
  }

  /** The page's own picture needs no right. */
  protected override get tokenSource(): undefined {
    return undefined;
  }

  protected override releaseReceiver(): void {
    this.#drop();
  }

  /** Lets go of the world; viewers wait for another. */
  #drop(): void {
    this.#loading.abort();
    this.#callOff();
    this.#loading = new AbortController();
    void this.#world?.dispose();
    this.#world = null;
    this.#fatal = '';
    this.#stuck = '';
    this.#ended = false;
    this.#answer('the world is gone');
  }

  /** No pattern is on its way any more. */
  #callOff(): void {
    this.#patterns.abort();
    this.#shows(null);
  }

  #shows(loading: PatternLoading | null): void {
    if (loading === this.#progress) return;
    this.#progress = loading;
    this.requestUpdate();
    this.dispatchEvent(new MplLoadingEvent(loading));
  }

  /**
   * How far a large pattern is on its way into the world: `{ name, phase, done, total }`, where the phase is "fetching",
   * "unpacking", "reading" or "placing", and `done` and `total` (0: not known) are bytes of the file; null where none is on its
   * way. Until it is there, the world goes on as it was. Another pattern, a soup, `reset()` or `stop()` call it off.
   * `mpl-loading` tells of each change.
   */
  get loading(): PatternLoading | null {
    return this.#progress;
  }

  async #createWorld(): Promise<HostWorld> {
    const { signal } = this.#loading;
    let pattern: WorldSettings['pattern'] | undefined;
    do {
      pattern = await this.#loadPattern().catch((error: Error) => {
        this.#problem(error, true);
        throw error;
      });
      signal.throwIfAborted();
    } while (pattern === undefined);
    const settings = { ...worldSettings(this, pattern), ...this.#instead };
    this.#pausedThere = this.paused;
    const world = new HostWorld(
      this.channel ?? '',
      settings,
      worldPace(this),
      (event) => this.#heard(event),
      () => this.getToken?.() ?? this.token ?? '',
    );
    this.#world = world;
    this.#showToken();
    this.#route();
    return world;
  }

  /** The pattern that the attribute names; undefined where it came to name another one meanwhile. */
  async #loadPattern(): Promise<WorldSettings['pattern'] | undefined> {
    if (this.#instead.pattern !== undefined) return this.#instead.pattern;
    this.#world?.callOff();
    return this.#patterns.load(this.pattern, this.maxPattern * 2 ** 20);
  }

  /** Says with what right it is streamed. */
  #showToken(): void {
    this.#world?.showToken(this.getToken ? null : (this.token ?? ''));
  }

  /** Says where the world is streamed to. */
  #route(): void {
    const world = this.#world;
    if (world === null) return;
    try {
      const server = this.channel ? resolveServer(this.server) : null;
      world.streamTo(server && channelUrl(server, 'peer', this.channel!));
      const signal = this.transport === 'relay' || !this.channel ? null : resolveSignal(this.signal, server);
      const iceServers = parseIceServers(this.iceServers);
      // Without a relay nobody introduces anyone: whoever knows the channel may call.
      const open = server === null && { id: `mpl-${this.channel}` };
      const peers = signal && { signal, maxPeers: this.maxPeers, ...(iceServers && { iceServers }), ...open };
      world.takePeers(peers || null).catch((error: Error) => this.#problem(error, false));
    } catch (error) {
      this.#problem(error as Error, false);
    }
  }

  /** What was set to what it is has not changed. */
  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const same = this.hasUpdated && changed.has('pattern') && changed.get('pattern') === this.pattern;
    if (same && !this.#calledOff) changed.delete('pattern');
    if (changed.has('pattern')) this.#calledOff = false;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const heard = this.paused === this.#pausedThere;
    this.#pausedThere = this.paused;
    const has = (names: readonly string[]) => names.some((name) => changed.has(name));
    for (const name of SETTINGS)
      if (changed.has(name)) for (const key of settingsUnder(name)) delete this.#instead[key];
    // Whoever mends an attribute need not press the button as well.
    if (this.#fatal && has(SETTINGS)) return this.retry();
    // What a world that does not stand yet would begin with is not wanted any more.
    if (this.#progress && this.#world && !this.#world.ready && has(SETTINGS)) return this.#beginAgain();
    const world = this.#world;
    if (world === null && changed.has('pattern')) this.#patterns.abort();
    if (world === null) return;
    if (has(SETTINGS)) void this.#change(world, changed);
    // Only what has changed: the rest may have been changed by commands since.
    const pace = Object.entries(worldPace(this)).filter(([name]) => changed.has(name) && !(name === 'paused' && heard));
    if (pace.length > 0) world.pace(Object.fromEntries(pace));
    if (has(['token', 'getToken'])) this.#showToken();
    if (has(ROUTES)) this.#route();
  }

  /** It comes by another way than `paused`, and is not told before that: else what a listener sets would be overwritten. */
  protected override tellControl(): void {
    if (this.#world?.pacing || this.controlState!.paused === this.#pausedThere) super.tellControl();
  }

  #hearPaused(paused: boolean): void {
    if (!paused) this.#stuck = '';
    // What is set goes before what is told, as long as the world has not been told of it.
    if (this.paused !== this.#pausedThere || this.paused === paused) return;
    // What the world itself has told needs not be told to it.
    this.paused = this.#pausedThere = paused;
    if (this.controlState?.paused === paused) super.tellControl();
  }

  async #change(world: HostWorld, changed: PropertyValues): Promise<void> {
    const change: Partial<WorldSettings> = {};
    try {
      const pattern = changed.has('pattern') ? await this.#loadPattern() : undefined;
      if (pattern !== undefined) change.pattern = pattern;
    } catch (error) {
      if (this.#world === world) this.#problem(error as Error, false);
      return;
    }
    if (this.#world !== world) return;
    const { width, height, ...rest } = worldSettings(this, null);
    if (changed.has('grid')) Object.assign(change, { width, height });
    for (const name of ['rule', 'neighborhood', 'wrap', 'engine', 'density', 'seed'] as const)
      if (changed.has(name)) Object.assign(change, { [name]: rest[name] });
    world.change(change);
  }

  protected override get state(): ScreenState {
    if (this.#fatal) return { status: 'failed', reason: this.#fatal, retryAt: 0 };
    if (this.#ended) return { status: 'ended', reason: 'the world was stopped', retryAt: 0 };
    const own = super.state;
    const { status, reason } = this.#world?.uplink ?? { status: 'none', reason: '' };
    const shown = own.status !== 'live' || status === 'none' ? own : { status, reason, retryAt: 0 };
    return shown.status === 'live' && this.#stuck ? { ...shown, reason: this.#stuck } : shown;
  }

  /** The world is seen whether or not anybody else can see it. */
  protected override get cover(): Cover {
    if (this.#fatal) return 'failed';
    if (this.#ended) return 'ended';
    return this.receiver?.grid ? 'none' : 'loading';
  }

  protected override get badge(): string {
    const { status, reason } = this.#world?.uplink ?? { status: 'none', reason: '' };
    const watching = (this.#world?.viewers ?? 0) > 0 ? ` · ${this.#world!.viewers} watching` : '';
    if (this.#progress) return loadingText(this.#progress);
    if (this.paused) return `Paused${this.#stuck && ': out of memory'}${watching}`;
    if (status === 'live') return `Live${watching}`;
    if (status === 'failed') return `Not streamed: ${reason}`;
    if (status === 'none') return '';
    return this.#world?.streamed ? 'Relay lost, trying again' : 'No relay yet';
  }

  /** The owner's picture never stops by itself. */
  protected override get frozen(): boolean {
    return false;
  }

  protected override get shownName(): string {
    return this.name || 'the host';
  }

  override get owner(): boolean {
    return true;
  }

  /** Its own world is there, whether or not anybody else can reach it. */
  protected override get awayReason(): string {
    return this.#ended ? 'the world was stopped' : '';
  }

  override get refusal(): string {
    if (this.awayReason) return this.awayReason;
    return this.controlState === null ? 'the world is not there yet' : '';
  }

  override get askRefusal(): string {
    return this.refusal;
  }

  /** Why it would be refused to set pattern, grid or rule; empty where it would not, as where the world could not begin. */
  override get settingRefusal(): string {
    return this.#fatal ? '' : this.refusal;
  }

  /**
   * Asks the world to do something. A refusal shows on the screen, and rejects. Where the world could not begin, a pattern,
   * soup, grid, rule or reset that is asked for makes it begin anew.
   */
  override async request(command: ControlCommand): Promise<void> {
    // There is nobody yet who could be told.
    if (command.command === 'stop' && this.#progress && !this.#world?.ready) return this.#end();
    const settings = this.#fatal ? settingsOf(command) : null;
    if (settings === null) return super.request(command);
    Object.assign(this.#instead, settings);
    this.retry();
    const problem = await new Promise<string>((resolve) => this.#awaiting.push(resolve));
    if (problem) throw new Error(problem);
  }

  /**
   * Loads a file as `pattern` does: packed by gzip or not, of up to `max-pattern`; with its own rule, in a grid that holds it.
   *
   * @throws PatternError where it is larger; Error where there is no world yet that could take it.
   */
  async loadFile(file: File): Promise<void> {
    if (this.settingRefusal) throw new Error(this.settingRefusal);
    const given = { name: file.name.replace(/\.gz$/i, ''), file, most: this.maxPattern * 2 ** 20 };
    if (file.size > given.most) throw tooLarge(given.name, file.size, given.most);
    if (!this.#fatal) return this.#world?.load(given);
    this.#instead.pattern = given;
    this.retry();
  }

  #beginAgain(): void {
    this.receiver?.stop();
    this.#drop();
    this.receiver?.start();
    this.refresh();
  }

  #end(): void {
    this.receiver?.stop();
    this.#drop();
    this.#ended = true;
    this.refresh();
  }

  /** How viewers are served: `webrtc` where some are directly, else `websocket` through the relay, else `none`. */
  override get link(): ScreenStats['link'] {
    if (this.#world === null) return 'none';
    if (this.#world.directViewers > 0) return 'webrtc';
    return this.#world.uplink.status === 'live' ? 'websocket' : 'none';
  }

  override get stats(): ScreenStats {
    const world = this.#world;
    const stats = super.stats;
    const where = world?.inPage && `in the page: ${world.inPage}`;
    return {
      ...stats,
      loading: this.#progress,
      engineReason: [stats.engineReason, where].filter(Boolean).join(', '),
      link: this.link,
      linkReason: world?.uplink.reason ?? '',
      viewers: world?.viewers ?? 0,
      reconnects: world?.uplink.reconnects ?? 0,
    };
  }

  /** SHA-256 of the world's cells, or of those in `rect`, at the version it has now. */
  override digest(rect?: Rect): Promise<Digest> {
    return this.#world?.digest(rect) ?? Promise.reject(new Error(this.#fatal || 'the world is not there yet'));
  }

  override retry(): void {
    // Its own screen may hear of the end before the world says so, or after.
    if (this.state.status === 'ended' || this.#fatal) {
      if (this.receiver) return this.#beginAgain();
      this.#drop();
    }
    this.#world?.retryNow();
    super.retry();
  }

  #answer(problem: string): void {
    for (const answer of this.#awaiting.splice(0)) answer(problem);
  }

  #heard(event: HostWorldEvent): void {
    if (event.type === 'loading') return this.#shows(event.loading);
    if (event.type === 'paced') this.#hearPaused(event.paused);
    if (event.type === 'called-off') {
      this.#calledOff = true;
      return this.#callOff();
    }
    if (event.type === 'ready') {
      this.#answer('');
      this.#shows(null);
    }
    if (event.type === 'error') {
      if (event.stuck) this.#stuck = event.error.message;
      this.#problem(event.error, event.fatal);
    }
    if (event.type === 'ended') {
      this.#ended = true;
      this.#callOff();
    }
    if (event.type === 'viewers') this.requestUpdate();
    this.refresh();
  }

  #problem(error: Error, fatal: boolean): void {
    if (fatal) {
      this.#answer(error.message);
      this.receiver?.stop();
      this.#drop();
      this.#fatal = error.message;
    } else {
      console.warn(`${tagOf(this)}: ${error.message}`, this);
      this.toast(error.message);
    }
    this.fail(error);
    this.refresh();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-host': MplHost;
  }
}
