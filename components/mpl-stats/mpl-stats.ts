import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Associated } from '../association/associated.js';
import { cardStyles } from '../card/card.styles.js';
import type { MplScreen } from '../screen/screen.js';
import type { ScreenStats } from '../screen/stats.js';
import { ageText, bits, duration, figures, linkText, number, speedText } from './figures.js';
import { drawSeries, Series } from './graph.js';
import { statsStyles } from './mpl-stats.styles.js';

/**
 * How a stream fares: every figure that a host or viewer has, and three graphs over the last minute.
 *
 * @element mpl-stats
 * @summary Live figures of a host or viewer.
 * @csspart graphs - The three graphs.
 * @csspart list - The figures.
 * @cssproperty --mpl-accent - The dot and the first graph.
 * @cssproperty [--mpl-radius=12px] - Radius of the corners.
 */
export class MplStats extends LitElement {
  static override styles = [cardStyles, statsStyles];

  /** The id of the host or viewer it describes. Without it: the one around it, or the only one on the page. */
  @property() for: string | null = null;
  /** One line: link, round trip, frames, data, generation. */
  @property({ type: Boolean }) compact = false;

  @state() private stats: ScreenStats | null = null;

  readonly #series = { fps: new Series(), data: new Series(), age: new Series() };
  #seen = false;
  #watcher: IntersectionObserver | null = null;
  #listening: AbortController | null = null;
  readonly #associated = new Associated(this, [], (screen) => this.#listen(screen));

  /** The screen it describes; null while there is none. Setting it goes before `for`. */
  get screen(): MplScreen | null {
    return this.#associated.screen;
  }
  set screen(screen: MplScreen | null) {
    this.#associated.choose(screen);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watcher = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)!.isIntersecting;
      if (this.#seen) this.#show();
    });
    this.#watcher.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher?.disconnect();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('for')) this.#associated.soon();
  }

  #listen(screen: MplScreen | null): void {
    this.#listening?.abort();
    this.#listening = new AbortController();
    for (const series of Object.values(this.#series)) series.values.length = 0;
    this.stats = null;
    screen?.addEventListener('mpl-stats', ({ stats }) => this.#take(stats), { signal: this.#listening.signal });
    this.#show();
  }

  #take(stats: ScreenStats): void {
    const { fps, data, age } = this.#series;
    fps.add(stats.fps);
    data.add(stats.kbps);
    age.add(stats.generationRate > 0 ? stats.age : 0);
    if (this.#seen) this.stats = stats;
  }

  /** At once, and not only with the next figures. */
  #show(): void {
    if (this.screen) this.stats = this.screen.stats;
  }

  protected override updated(): void {
    const series = Object.values(this.#series);
    this.renderRoot.querySelectorAll('canvas').forEach((canvas, i) => void drawSeries(canvas, series[i]!));
  }

  protected override render(): TemplateResult {
    const { stats } = this;
    if (stats === null) return html`<p>No stream yet.</p>`;
    if (this.compact) return this.#line(stats);
    const graph = (name: string, value: string) =>
      html`<figure><figcaption>${name}<b>${value}</b></figcaption><canvas aria-hidden="true"></canvas></figure>`;
    return html`
      <div id="graphs" part="graphs">
        ${graph('Frames', `${number(stats.fps)}/s`)}${graph('Data', bits(stats.kbps))}${graph('Age', ageText(stats))}
      </div>
      <dl part="list">
        ${figures(stats).map(
          ({ name, value, why }) =>
            html`<div class=${why ? 'wide' : ''}><dt>${name}</dt><dd>${value}${why ? html`<small>${why}</small>` : nothing}</dd></div>`,
        )}
      </dl>
    `;
  }

  #line(stats: ScreenStats): TemplateResult {
    return html`<dl class="line" part="list">
      <div><dt class="unseen">Status</dt><dd><i class=${stats.status} aria-hidden="true"></i>${stats.status}</dd></div>
      <div><dt class="unseen">Link</dt><dd>${linkText(stats)}</dd></div>
      <div><dt>Round trip</dt><dd>${stats.rtt > 0 ? duration(stats.rtt) : '–'}</dd></div>
      <div><dt>Frames</dt><dd>${number(stats.fps)}/s</dd></div>
      <div><dt>Data</dt><dd>${bits(stats.kbps)}</dd></div>
      <div><dt>Generations</dt><dd>${speedText(stats)}</dd></div>
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-stats': MplStats;
  }
}
