/**
 * How layers work. A layer is a screen without a frame: a receiver, with the life, the states and the events of one, and a
 * view on a canvas of its own. The viewer is told nothing but that there are layers (`LayerStack`); it tells them each frame
 * of its own picture it has drawn, and they go there in the same turn, on whole device pixels: nothing slides. Stacking,
 * opacity and clipping are the style sheet's: the layers lie in one stacking context with the ground. Canvases are 2D, each
 * as large as what is in view of its region: a browser gives a page about 16 WebGL contexts, so that with a WebGL canvas a
 * layer, the 17th would take the first viewer's away; and one shared canvas would have to paint all layers whenever one has
 * changed, and could have no HTML in between.
 */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Receiver, ReceiverEvent } from '../../transport/receiver.js';
import type { MplViewer } from '../mpl-viewer/mpl-viewer.js';
import { type Frame, type Size, View } from '../render/index.js';
import { ScreenConnection } from '../screen/connection.js';
import { createReceiver, tuneTransport } from '../screen/create-receiver.js';
import { readColors } from '../screen/picture.js';
import { spoken } from '../screen/state.js';
import { type ValueRules, warnOnce, within } from '../screen/values.js';
import { layerStyles } from './mpl-layer.styles.js';
import { type Area, boxOf, FollowingCamera, fitInto, frameOn, inView, parseRegion } from './placement.js';
import { Stack, type Stacked } from './stack.js';

const isViewer = (element: Element | null): element is MplViewer => element !== null && 'stack' in element;

/**
 * A picture or any HTML, pinned to a region of the world of the `<mpl-viewer>` it is a child of. It moves with the picture
 * there, above or beneath it. HTML in it is laid out with a CSS pixel for a unit of the world, and grows and shrinks with it;
 * `calc(12px / var(--mpl-scale))` is a length that does not.
 *
 * @element mpl-layer
 * @summary One of several pictures in a viewer.
 * @slot - HTML to pin there.
 * @csspart layer - The region.
 * @csspart picture - Holds the canvas.
 * @csspart canvas - The canvas.
 * @csspart note - Says why there is no live picture.
 * @csspart retry - The button to connect at once.
 * @cssproperty --mpl-alive - Living cells.
 * @cssproperty --mpl-dead - Dead cells; may be transparent.
 * @cssproperty --mpl-scale - CSS pixels a unit of the world, for what lies within.
 * @cssstate idle - It has no channel, or is on no page.
 * @cssstate connecting - It is not connected yet.
 * @cssstate waiting - The source is not there yet.
 * @cssstate live - The picture is live.
 * @cssstate reconnecting - The connection was lost.
 * @cssstate ended - The source has ended.
 * @cssstate failed - It cannot go on by itself.
 * @cssstate paused - It has the attribute `paused`.
 * @fires mpl-status - The status, its reason or the link has changed.
 * @fires mpl-error - Something went wrong.
 * @fires mpl-control - The source told how it stands.
 */
export class MplLayer extends ScreenConnection implements Stacked {
  static override styles = layerStyles;
  static override rules: ValueRules = {
    ...ScreenConnection.rules,
    region: {
      expects: 'x y width height, four numbers, the last two above 0',
      ok: (text: string) => parseRegion(text) !== null,
      fallback: null,
      instead: 'all of the picture',
    },
    maxBps: within(1000, 1e10),
    z: { ...within(-1e6, 1e6, true), fallback: 0 },
    opacity: { ...within(0, 1), fallback: 1 },
  };

  /** Where it lies: x, y, width and height in cells of the ground. Default: all of it. Pictures are fitted into it. */
  @property() region: string | null = null;
  /** Above or, if negative, beneath the picture of the viewer, which is at 0; of equals, the later one is above. */
  @property({ type: Number }) z = 0;
  /** 0 (invisible) to 1. */
  @property({ type: Number }) opacity = 1;

  /** Bytes of state a second, at most, from 1000 on. Default: what its viewer says, for each. */
  @property({ type: Number, attribute: 'max-bps' }) maxBps?: number;

  #viewer: MplViewer | null = null;
  #stack: Stack | null = null;
  #area: Area | null = null;
  #view: View | null = null;
  readonly #camera = new FollowingCamera();
  #watcher: IntersectionObserver | null = null;
  /** Some of it is in view, as far as is known. */
  #seen = true;
  #colors = '';

  get name(): string {
    return this.channel ? this.alt || this.channel : '';
  }
  get area(): Area | null {
    return this.#area;
  }
  get size(): Size | null {
    return this.#view?.grid ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#join();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // It may be back in this same turn.
    queueMicrotask(() => this.#join());
  }

  override connectedMoveCallback(): void {
    this.#join();
  }

  /** Joins the layers of the viewer it is in now, if any. */
  #join(): void {
    const parent = this.isConnected ? this.parentElement : null;
    const viewer = isViewer(parent) ? parent : null;
    if (viewer === null && parent !== null) this.#complain(parent);
    if (viewer !== null && !this.slot) this.slot = 'layers';
    if (viewer === this.#viewer) return;
    this.#stack?.delete(this);
    this.#viewer = viewer;
    this.#stack = viewer && ((viewer.stack ??= new Stack(viewer)) as Stack);
    this.#stack?.add(this);
    this.requestUpdate();
  }

  #complain(parent: Element): void {
    const { localName } = parent;
    if (localName.includes('-') && !customElements.get(localName)) {
      // Its code may come later.
      void customElements.whenDefined(localName).then(() => this.#join());
      return;
    }
    warnOnce(this, `it shows nothing: it has to be a child of an <mpl-viewer>, and is one of <${localName}>.`);
  }

  /** Controls and figures are those of its viewer. */
  protected override enlist(): () => void {
    return () => {};
  }

  protected override get connectionKey(): string {
    const { server, signal, iceServers } = this.#settings;
    return JSON.stringify([super.connectionKey, this.#viewer !== null, server, signal, iceServers]);
  }

  /** Where it connects to; what it does not say itself, its viewer says. */
  get #settings() {
    const { transport, token, getToken } = this;
    const server = this.server ?? this.#viewer?.server ?? null;
    const signal = this.signal ?? this.#viewer?.signal ?? null;
    const iceServers = this.iceServers ?? this.#viewer?.iceServers ?? null;
    return { server, signal, iceServers, transport, token, getToken };
  }

  protected override createReceiver(): Receiver | null {
    return this.channel && this.#viewer ? createReceiver(this.channel, this.#settings) : null;
  }

  protected override tune(receiver: Receiver): void {
    super.tune(receiver);
    receiver.maxBps = this.maxBps ?? this.#viewer?.maxBps;
    tuneTransport(receiver, this.transport);
  }

  protected override get wantedFps(): number | undefined {
    return this.maxFps ?? this.#viewer?.maxFps ?? super.wantedFps;
  }

  protected override get frozen(): boolean {
    return this.paused || this.#viewer?.paused === true || !this.#seen;
  }

  protected override get pictured(): boolean {
    return this.size !== null;
  }

  protected override received(event: ReceiverEvent): void {
    if (event.type === 'tiles') this.#view?.changed(event.keys);
    if (event.type !== 'grid') return;
    this.#view ??= new View(this.#part('picture'), { renderer: 'canvas2d', camera: this.#camera });
    this.#view.grid = event.grid;
    this.#adjust();
    this.#stack?.arrange();
    this.requestUpdate();
    this.#viewer?.layersChanged();
  }

  protected override acquire(): void {
    this.#watcher = new IntersectionObserver((entries) => {
      this.#see(entries.at(-1)!.isIntersecting);
    });
    this.#watcher.observe(this.#part('box'));
  }

  protected override release(): void {
    this.#watcher?.disconnect();
    this.#seen = true;
    this.#drop();
  }

  #drop(): void {
    this.#view?.dispose();
    this.#view = null;
    this.#colors = '';
  }

  protected override tick(): void {
    if (!document.hidden) this.#recolor();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('region')) this.#area = this.region === null ? null : parseRegion(this.region);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // The picture of another channel would pass for this one's.
    if (changed.has('channel') && changed.get('channel')) this.#drop();
    const { style } = this.#part('box');
    style.zIndex = String(this.z);
    style.opacity = String(this.opacity);
    this.#adjust();
    if (changed.has('region') || changed.has('channel')) this.#stack?.arrange();
    if (changed.has('alt') || changed.has('channel')) this.#viewer?.layersChanged();
  }

  #see(seen: boolean): void {
    this.#seen = seen;
    this.#adjust();
    this.requestUpdate();
  }

  #adjust(): void {
    const view = this.#view;
    if (view === null) return;
    view.frameBudget = this.frameBudget ?? 6;
    view.tileBudget = this.tileBudget ?? Number.POSITIVE_INFINITY;
    view.maxFps = this.wantedFps ?? Number.POSITIVE_INFINITY;
    view.paused = !this.#seen || document.hidden;
    this.#recolor();
  }

  #recolor(): void {
    if (this.#view === null) return;
    const colors = readColors(this.#part('picture'), this.colors);
    // What rounding leaves of a pixel at an edge is dead, too.
    colors.outside = colors.dead;
    // Until it comes, what lies below is seen.
    colors.unknown = 'transparent';
    const key = JSON.stringify(colors);
    if (key === this.#colors) return;
    this.#colors = key;
    this.#view.colors = colors;
  }

  place(stage: Frame, plane: Area, dpr: number): void {
    if (!this.hasUpdated) return;
    const { x, y, width, height } = this.#area ?? plane;
    const area = { x: x - plane.x, y: y - plane.y, width, height };
    const box = boxOf(area, stage);
    const element = this.#part('box');
    lay(element, box.left, box.top, box.right - box.left, box.bottom - box.top, dpr);
    element.style.setProperty('--mpl-scale', String(stage.cssScale));
    element.classList.add('placed');
    const pin = this.#part('pin').style;
    pin.width = `${width}px`;
    pin.height = `${height}px`;
    pin.transform = `scale(${stage.cssScale})`;
    const grid = this.#view?.grid;
    if (!grid) return;
    const fitted = fitInto(area, grid);
    const part = inView(boxOf(fitted, stage), stage);
    const frame = frameOn(part, fitted, grid, stage);
    lay(this.#part('picture'), part.left - box.left, part.top - box.top, frame.width, frame.height, dpr);
    // The observer will tell so too, but a frame late.
    if (!this.#seen && frame.width * frame.height > 0 && element.checkVisibility()) this.#see(true);
    if (this.#camera.follow(frame)) this.#view!.render();
    this.inView(this.#view!);
  }

  #part(id: string): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>(`#${id}`)!;
  }

  protected override render(): TemplateResult {
    const { status } = this;
    const text = this.#viewer && status !== 'live' ? spoken(this.state, this.pictured) : '';
    const over = status === 'failed' || status === 'ended';
    return html`<div id="box" part="layer">
      <div id="picture" part="picture" class=${text ? 'stale' : ''} aria-hidden="true"></div>
      <div id="pin"><slot></slot></div>
      ${
        text
          ? html`<div id="note" part="note">
              <span>${this.name ? `${this.name}: ` : ''}${text}</span>
              ${over ? html`<button type="button" part="retry" @click=${() => this.retry()}>Try again</button>` : nothing}
            </div>`
          : nothing
      }
    </div>`;
  }
}

/** Device pixels as a style. */
function lay({ style }: HTMLElement, left: number, top: number, width: number, height: number, dpr: number): void {
  style.left = `${left / dpr}px`;
  style.top = `${top / dpr}px`;
  style.width = `${width / dpr}px`;
  style.height = `${height / dpr}px`;
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-layer': MplLayer;
  }
}
