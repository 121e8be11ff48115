import type { PropertyValues } from 'lit';
import type { LinkName, Receiver, ReceiverEvent } from '../../transport/receiver.js';
import { NO_TILE } from '../../transport/session/digests.js';
import type { TokenSource } from '../../transport/session/tokens.js';
import type { Digest } from '../../transport/state/digest.js';
import { tilesFor } from '../../transport/state/tile.js';
import { isNone } from '../../transport/state/window.js';
import type { ControlStateMessage, Rect } from '../../transport/wire/messages.js';
import { announce, enter } from '../association/registry.js';
import { MplControlEvent } from '../events/control-event.js';
import { MplErrorEvent } from '../events/error-event.js';
import { MplStatusEvent } from '../events/status-event.js';
import type { View } from '../render/index.js';
import { announceText } from './announcer.js';
import { ScreenSettings } from './settings.js';
import { type ScreenState, sameState, spoken } from './state.js';
import { Viewport } from './viewport.js';
import { listenWakeups, reducedMotion } from './wakeups.js';

/** A screen that left the page may be on its way to another place in it; ms. */
const GRACE = 50;
const TICK = 500;
/** What stands still wants nothing more once it was not moved for so long, ms. */
const SETTLED = 1_000;
/** Frames a second where the reader asks for less motion. */
const CALM_FPS = 4;

/** Holds a receiver for as long as the element is on the page, and tells how it fares. */
export abstract class ScreenConnection extends ScreenSettings {
  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: each subclass has attributes of its own.
    return [...super.observedAttributes, 'id'];
  }

  protected readonly internals = this.attachInternals();
  protected receiver: Receiver | null = null;
  /** How it stood at the last event. */
  #told: ScreenState = { status: 'idle', reason: '', retryAt: 0 };
  #link: LinkName = 'none';
  #problem = '';
  #viewport = new Viewport();
  #movedAt = Number.NEGATIVE_INFINITY;
  #key: string | null = null;
  /** Ends all that lasts as long as the element is in use. */
  #using: AbortController | null = null;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void) | null = null;

  /** Makes what this screen shows, not started yet; null for nothing. Throws a sentence for people where it cannot. */
  protected abstract createReceiver(): Receiver | null;
  /** Frees what was made for the receiver, which is let go of. */
  protected releaseReceiver(): void {}
  /** Something came from the receiver. */
  protected abstract received(event: ReceiverEvent): void;
  /** Twice a second while in use. */
  protected abstract tick(): void;
  /** Lets controls and figures find this screen. Returns what ends that. */
  protected enlist(): () => void {
    return enter(this);
  }
  /** Lets those know who do not see it. */
  protected say(text: string): void {
    announceText(this, `${this.alt || this.channel || 'stream'}: ${text}`);
  }
  /** Comes into use, and goes out of it. */
  protected abstract acquire(): void;
  protected abstract release(): void;

  /** When this changes, another receiver is made. */
  protected get connectionKey(): string {
    return JSON.stringify([this.channel, this.server, this.signal]);
  }

  /** How it stands now. Call `refresh()` where that changes other than by the receiver. */
  protected get state(): ScreenState {
    if (this.#problem) return { status: 'failed', reason: this.#problem, retryAt: 0 };
    const { status = 'idle', reason = '', retryAt = 0, allowed } = this.receiver ?? {};
    if (status === 'live' && allowed && isNone(allowed)) return { status, reason: NO_TILE, retryAt, unseen: true };
    return { status, reason, retryAt };
  }

  /** There is something to see, if an old picture. */
  protected get pictured(): boolean {
    return false;
  }

  /** Names for `:state(...)`. */
  protected get stateNames(): string[] {
    return [this.status, ...(this.paused ? ['paused'] : [])];
  }

  /** No frames of state are wanted for now. */
  protected get frozen(): boolean {
    return this.paused;
  }

  /** `idle`, `connecting`, `waiting` (for the source), `live`, `reconnecting`, `ended` or `failed`. */
  get status(): ScreenState['status'] {
    return this.#told.status;
  }
  /** Why it has this status, in words; may be empty. */
  get reason(): string {
    return this.#told.reason;
  }
  /** Version of the state shown. */
  get version(): number {
    return this.receiver?.version ?? 0;
  }
  /** The link that carries the picture: `webrtc`, `websocket` or `none`; to a world in this page, `memory`. */
  get link(): LinkName {
    return this.receiver?.link ?? 'none';
  }
  /** How the source stands, as it told last; null as long as it has not. */
  get controlState(): ControlStateMessage | null {
    return this.receiver?.control ?? null;
  }

  /** SHA-256 of the cells, or of those in `rect`, at the next moment at which nothing is missing. */
  async digest(rect?: Rect): Promise<Digest> {
    if (this.receiver === null) throw new Error(this.#problem || 'not connected');
    return this.receiver.digest(rect);
  }

  /** Connects at once, if it waits to try again, has failed or has ended. */
  retry(): void {
    if (this.receiver === null) this.#open();
    else if (this.status === 'failed' || this.status === 'ended') this.receiver.start();
    else this.receiver.retryNow();
    this.refresh();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    clearTimeout(this.#leaving);
    this.#leave ??= this.enlist();
    void this.updateComplete.then(() => this.#begin());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
    this.#leave = null;
    this.#leaving = setTimeout(() => this.#end(), GRACE);
  }

  /** Moved by `moveBefore`: nothing ends, but another screen may be the nearest one to some control. */
  connectedMoveCallback(): void {
    announce();
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'id' && this.#leave) announce();
  }

  protected override updated(changed: PropertyValues): void {
    this.#showStates();
    if (changed.has('getToken') && (this.getToken ?? changed.get('getToken'))) announce();
    if (this.#using === null) return;
    if (this.#key !== this.connectionKey) queueMicrotask(() => this.#using && this.#open());
    else this.#tune();
  }

  /** Looks at how it stands, and tells if that has changed. */
  protected refresh(): void {
    const { state, link } = this;
    const same = sameState(state, this.#told);
    if (same && link === this.#link && state.retryAt === this.#told.retryAt) return;
    const before = spoken(this.#told, this.pictured);
    this.#told = state;
    this.requestUpdate();
    if (same && link === this.#link) return;
    this.#link = link;
    this.#showStates();
    this.dispatchEvent(new MplStatusEvent(state.status, state.reason, link));
    const text = spoken(state, this.pictured);
    if (text && text !== before) this.say(text);
  }

  #begin(): void {
    if (!this.isConnected || this.#using !== null) return;
    this.#using = new AbortController();
    const { signal } = this.#using;
    listenWakeups(
      {
        again: () => this.receiver?.retryNow(),
        look: () => this.requestUpdate(),
        gone: () => this.receiver?.giveUpTurn(),
      },
      signal,
    );
    const timer = setInterval(() => {
      if (this.frozen) this.#tune();
      this.tick();
    }, TICK);
    signal.addEventListener('abort', () => clearInterval(timer));
    this.acquire();
    this.#open();
  }

  #end(): void {
    this.#using?.abort();
    this.#using = null;
    this.#close();
    this.release();
    this.refresh();
  }

  #open(): void {
    this.#close();
    this.#key = this.connectionKey;
    try {
      this.receiver = this.createReceiver();
    } catch (error) {
      this.#problem = (error as Error).message;
      this.fail(error as Error);
    }
    const { receiver } = this;
    receiver?.listen((event) => {
      // What is still on its way from one that was let go of is no news.
      if (receiver === this.receiver) this.#hear(event);
    });
    this.#tune();
    receiver?.start();
    this.refresh();
  }

  #close(): void {
    const { receiver } = this;
    this.receiver = null;
    this.#problem = '';
    this.#key = null;
    this.#viewport = new Viewport();
    receiver?.stop();
    if (receiver) this.releaseReceiver();
  }

  #hear(event: ReceiverEvent): void {
    if (event.type === 'control') this.tellControl();
    else if (event.type === 'error') this.fail(event.error);
    this.received(event);
    if (this.frozen && this.receiver && !this.receiver.standby) this.#tune();
    if (event.type !== 'tiles') this.refresh();
  }

  /** Tells how the source stands. */
  protected tellControl(): void {
    this.dispatchEvent(new MplControlEvent(this.controlState!));
  }

  /** Tells of something that went wrong. */
  protected fail(error: Error & { code?: unknown }): void {
    const code = typeof error.code === 'number' ? error.code : 0;
    this.dispatchEvent(new MplErrorEvent(error.message, this.state.status !== 'failed', error, code));
  }

  /** Hands on what can change without connecting anew. */
  #tune(): void {
    if (this.receiver) this.tune(this.receiver);
  }

  protected tune(receiver: Receiver): void {
    receiver.token = this.tokenSource;
    receiver.maxFps = this.wantedFps;
    receiver.window = this.#viewport.window;
    // One whole picture is had first, to stand still on.
    receiver.standby = this.frozen && receiver.whole && performance.now() - this.#movedAt > SETTLED;
  }

  /** This part of the picture is in view: the rest need not come. */
  protected inView({ camera, grid }: View): void {
    if (grid === null) return;
    const tiles = { width: tilesFor(grid.width), height: tilesFor(grid.height) };
    if (!this.#viewport.moved(camera.visibleTiles(grid), tiles)) return;
    this.#movedAt = performance.now();
    this.#tune();
  }

  /** The right to watch, or what gives one. */
  protected get tokenSource(): TokenSource | undefined {
    return this.getToken ?? (this.token || undefined);
  }

  /** Frames a second that the author, or else the reader's preference, asks for. */
  protected get wantedFps(): number | undefined {
    return this.maxFps ?? (reducedMotion() ? CALM_FPS : undefined);
  }

  #showStates(): void {
    const { states } = this.internals;
    if (!states) return;
    const names = new Set(this.stateNames);
    for (const name of states) if (!names.has(name)) states.delete(name);
    for (const name of names) states.add(name);
  }
}
