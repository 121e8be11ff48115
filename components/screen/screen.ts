import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Receiver, ReceiverEvent } from '../../transport/receiver.js';
import { nameOf } from '../../transport/session/identity.js';
import type { ControlCommand } from '../../transport/wire/messages.js';
import { MplInputEvent } from '../events/input-event.js';
import type { RequestCommand } from '../events/request-event.js';
import { MplStatsEvent } from '../events/stats-event.js';
import type { Fit, View } from '../render/index.js';
import { Brush } from './brush.js';
import { ScreenConnection } from './connection.js';
import { isField } from './is-field.js';
import { KEYS_TEXT, keyList, onKey, SHORTCUTS } from './keys.js';
import { Meter } from './meter.js';
import { overlay } from './overlay.js';
import { overlayStyles } from './overlay.styles.js';
import { PassingText } from './passing-text.js';
import { obeyRequests, playOrPause, sendRequest, toggleFullscreen } from './perform.js';
import { Picture } from './picture.js';
import { screenStyles } from './screen.styles.js';
import { sentence } from './sentence.js';
import { ScreenSettings } from './settings.js';
import { type Cover, coverOf, nobodyThere } from './state.js';
import { collectStats, type ScreenStats } from './stats.js';
import { Turn } from './turn.js';
import { oneOf, type ValueRules } from './values.js';

const TOAST = 5_000;
const ignore = (): void => {};

/**
 * What `<mpl-host>` and `<mpl-viewer>` have in common: a replica, drawn, and everything around the picture. They differ
 * in where the receiver comes from.
 *
 * @slot - Controls of its own, at the lower edge of the picture.
 * @slot poster - Shown until there is a first picture.
 * @slot waiting - Shown while the source is not there.
 * @slot reconnecting - Shown while the connection is lost.
 * @slot ended - Shown when the source has ended.
 * @slot failed - Shown when it cannot go on by itself.
 * @slot layers - Lies within the scene and moves with it; where `<mpl-layer>`s put themselves.
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
 * @cssproperty --mpl-unknown - Where nothing has come yet.
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
export abstract class MplScreen extends ScreenConnection {
  static override styles = [screenStyles, overlayStyles];

  static override rules: ValueRules = { ...ScreenSettings.rules, fit: oneOf('contain', 'cover', 'none') };

  /** How the world is shown at first: `contain`, `cover`, `none` (a pixel a cell). */
  @property() fit: Fit = 'contain';
  /** The picture can be moved, zoomed and drawn on. */
  @property({ type: Boolean }) interactive = false;
  /** What others are told where it steers, or asks to: up to 40 characters. */
  @property() name = '';
  /** The pointer paints cells instead of moving the picture. Painting goes by what the source allows. */
  @property({ attribute: false }) drawing = false;

  #picture: Picture | null = null;
  readonly #toast = new PassingText(this, TOAST);
  readonly #turn = new Turn();
  readonly #meter = new Meter();
  readonly #brush = new Brush((command) => sendRequest(this, this, command));

  constructor() {
    super();
    obeyRequests(this);
  }

  /** All figures, as of now. */
  get stats(): ScreenStats {
    const { status, reason } = this.state;
    return collectStats({ status, reason }, this.receiver, this.view, this.#meter, this.transport);
  }

  /**
   * Does it steer, where one does at a time? It does until it gives that up, or leaves its page, or nothing is heard of it for
   * 15 seconds: so long after its page was hidden, or the connection lost, somebody else may.
   */
  get controlling(): boolean {
    return this.receiver?.controlling ?? false;
  }

  /** Does it wait for its turn to steer? */
  get asking(): boolean {
    return this.receiver?.asking ?? false;
  }

  /** Why it does not steer any more, where it did and has not given that up; empty else. Told with `mpl-control`. */
  get lostTurn(): string {
    return this.#turn.lost;
  }

  /** What others are told. */
  protected get shownName(): string {
    return this.name;
  }

  /** It runs the world, and may always steer. @internal */
  get owner(): boolean {
    return false;
  }

  /** Why commands would be refused from here; empty where they would not. */
  get refusal(): string {
    const { controller } = this.controlState ?? {};
    const todo = this.asking ? 'you have asked for it' : 'ask for it';
    const other = controller && !this.controlling ? `${nameOf(controller)} steers now; ${todo}` : '';
    return this.askRefusal || other;
  }

  /** Why it may not even ask to steer; empty where it may. @internal */
  get askRefusal(): string {
    const { controlState } = this;
    const nobody = this.awayReason;
    if (nobody) return nobody;
    if (controlState === null) return 'not connected to a source';
    if (controlState.control === 'none') return 'this channel is for watching only';
    const rights = this.receiver?.rights;
    if (rights) return rights.control ? '' : 'the token that was shown does not grant to steer';
    return controlState.control === 'token' && !this.tokenSource ? 'this channel asks for a token to steer' : '';
  }

  /** Why there is nobody to steer for now; empty where there is. */
  protected get awayReason(): string {
    return nobodyThere(this.state, this.pictured);
  }

  /** Why it would be refused to set what the world is: its pattern, grid, rule; empty where it would not. */
  get settingRefusal(): string {
    return this.refusal;
  }

  /** What it is drawn with. @internal */
  get view(): View | null {
    return this.#picture?.view ?? null;
  }

  /** What the picture is called where no `alt` says it. */
  protected get label(): string {
    return this.channel ? `Live picture of ${this.channel}` : 'Live picture';
  }

  protected override get pictured(): boolean {
    return (this.#picture?.grid ?? null) !== null;
  }

  /** What lies over the picture. */
  protected get cover(): Cover {
    return coverOf(this.state);
  }

  /** Text of the small badge in the corner; empty for none. */
  protected get badge(): string {
    if (this.status !== 'live' || this.state.unseen) return '';
    return this.paused ? 'Paused' : this.controlState?.paused ? 'Source paused' : 'Live';
  }

  protected override get stateNames(): string[] {
    const still = this.paused || this.controlState?.paused;
    const { interactive, drawing } = this;
    const more = Object.entries({ interactive, drawing, still }).flatMap(([name, on]) => (on ? [name] : []));
    return [...super.stateNames, ...more];
  }

  /** Asks the source to run. Rejects with the reason where it will not, as do the next ones. */
  play(): Promise<void> {
    return this.request({ command: 'play' });
  }
  /** Asks the source to stand still, for everyone. */
  pause(): Promise<void> {
    return this.request({ command: 'pause' });
  }
  /** Asks for `n` generations. */
  step(n = 1): Promise<void> {
    return this.request({ command: 'step', n });
  }
  /** Asks for the world as it was at first. */
  reset(): Promise<void> {
    return this.request({ command: 'reset' });
  }
  /** Asks the source to end the stream. */
  stop(): Promise<void> {
    return this.request({ command: 'stop' });
  }

  /** Asks the source to do something. A refusal shows on the screen, and rejects. */
  async request(command: ControlCommand): Promise<void> {
    if (command.command === 'controller' && command.action !== 'request') this.#turn.giveUp();
    try {
      // What is asked of nobody would be done, if ever, when nobody expects it any more.
      const nobody = this.awayReason;
      if (nobody) throw new Error(nobody);
      if (this.receiver === null) throw new Error(this.reason || 'not connected to a source');
      await this.receiver.command(command);
      // What was refused before is over.
      this.#toast.hush();
    } catch (error) {
      // Who was told to end may be gone before the answer.
      if (command.command === 'stop' && this.state.status === 'ended') return;
      this.toast((error as Error).message);
      throw error;
    }
  }

  /** Does what is asked for: by itself, or by asking the source. */
  async perform(request: RequestCommand): Promise<void> {
    if (request.command === 'fit') this.#picture?.fit();
    else if (request.command === 'zoom') this.#picture?.zoom(request.factor);
    else if (request.command === 'draw-mode') this.drawing = request.on;
    else if (request.command === 'fullscreen') await toggleFullscreen(this).catch((e: Error) => this.toast(e.message));
    else await this.request(request);
  }

  /** Says something on the screen, for a few seconds. */
  toast(text: string): void {
    this.#toast.say(text);
  }

  override focus(options?: FocusOptions): void {
    this.#stage?.focus(options);
  }

  get #stage(): HTMLElement | null {
    return this.renderRoot.querySelector('#stage');
  }

  protected override acquire(): void {
    this.#picture = new Picture(this.#stage!, {
      draw: (cells, alive) => {
        if (this.dispatchEvent(new MplInputEvent({ kind: 'draw', cells, alive }))) this.#brush.paint(cells, alive);
      },
      moved: () => {
        const { x, y, scale } = this.#picture!.view.camera;
        this.dispatchEvent(new MplInputEvent({ kind: 'view', x, y, scale }));
      },
    });
    this.#picture.fit(this.fit);
    this.#adjust();
  }

  protected override release(): void {
    this.#picture?.dispose();
    this.#picture = null;
    this.#meter.clear();
  }

  protected override received(event: ReceiverEvent): void {
    // While there is no link nobody says what may be seen, and the old picture stays.
    if (event.type !== 'tiles' && this.link !== 'none') this.#picture!.allowed = this.receiver!.allowed;
    if (event.type === 'control' && this.#turn.told(this.controlling)) this.toast(this.lostTurn);
    if (event.type === 'grid') {
      this.#picture!.grid = event.grid;
      this.requestUpdate();
    } else if (event.type === 'tiles') {
      this.#picture!.view.changed(event.keys);
    } else if (event.type === 'control') {
      this.#picture!.view.amounts = isField(this.controlState!.rule);
      this.requestUpdate();
    }
  }

  protected override tick(): void {
    const { receiver } = this;
    if (receiver) this.#meter.sample(receiver.counts);
    if (document.hidden) return;
    this.#picture?.recolor(this.colors);
    this.dispatchEvent(new MplStatsEvent(this.stats));
    if (this.state.retryAt > 0) this.requestUpdate();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // The picture of another channel would pass for this one's.
    if (this.#picture && changed.has('channel') && changed.get('channel')) this.#picture.grid = null;
    if (changed.has('fit')) this.#picture?.fit(this.fit);
    this.#adjust();
  }

  protected override tune(receiver: Receiver): void {
    super.tune(receiver);
    receiver.name = this.shownName;
    receiver.present = !document.hidden;
    this.#turn.seen(document.hidden);
  }

  #adjust(): void {
    if (this.#picture === null) return;
    const { view } = this.#picture;
    view.frameBudget = this.frameBudget ?? 6;
    view.tileBudget = this.tileBudget ?? Number.POSITIVE_INFINITY;
    view.maxFps = this.wantedFps ?? Number.POSITIVE_INFINITY;
    this.#picture.interactive = this.interactive;
    this.#picture.drawing = this.drawing;
    this.#picture.recolor(this.colors);
    this.#picture.wake();
  }

  #onKey(event: KeyboardEvent): void {
    if (!this.interactive) return;
    onKey(event, {
      fullscreen: () => void this.perform({ command: 'fullscreen' }),
      toggle: () => {
        if (this.refusal) this.toast(this.refusal);
        else sendRequest(this, this, playOrPause(this)).catch(ignore);
      },
      help: () => this.renderRoot.querySelector<HTMLElement>('#keys')?.togglePopover(),
    });
  }

  protected override render(): TemplateResult {
    const { interactive, cover, badge } = this;
    const picture = (this.#picture?.grid ?? null) !== null;
    const classes = (list: Record<string, boolean>): string =>
      Object.keys(list)
        .filter((name) => list[name])
        .join(' ');
    return html`
      <div id="scene" class=${classes({ interactive, drawing: this.drawing })}>
        <div
          id="stage"
          part="stage"
          class=${classes({ picture, stale: picture && cover !== 'none' })}
          role=${interactive ? 'application' : 'img'}
          aria-label=${this.alt || this.label}
          aria-roledescription=${interactive ? 'live picture' : nothing}
          aria-describedby=${interactive ? 'how' : nothing}
          aria-keyshortcuts=${interactive ? SHORTCUTS : nothing}
          tabindex=${interactive ? 0 : nothing}
          @keydown=${this.#onKey}
        ></div>
        <slot name="layers"></slot>
      </div>
      <div id="focus"></div>
      ${interactive ? html`<div id="how" class="unseen">${KEYS_TEXT}</div>` : nothing}
      ${overlay({ cover, state: this.state, picture: this.pictured, retry: () => this.retry() })}
      ${badge ? html`<div id="badge" part="badge" class=${badge.startsWith('Live') ? 'live' : ''}><i></i><span>${badge}</span></div>` : nothing}
      <slot name="overlay"></slot>
      <div class="over"><slot></slot></div>
      ${this.#toast.text ? html`<div id="toast" part="toast">${sentence(this.#toast.text)}</div>` : nothing}
      ${interactive ? keyList() : nothing}
    `;
  }
}
