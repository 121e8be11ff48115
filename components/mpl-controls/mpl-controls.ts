import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ControlStateMessage } from '../../transport/wire/messages.js';
import { Associated } from '../association/associated.js';
import { cardStyles } from '../card/card.styles.js';
import type { RequestCommand } from '../events/request-event.js';
import type { MplHost } from '../mpl-host/mpl-host.js';
import { announceText } from '../screen/announcer.js';
import { PassingText } from '../screen/passing-text.js';
import { playOrPause, sendRequest } from '../screen/perform.js';
import type { MplScreen } from '../screen/screen.js';
import { sentence } from '../screen/sentence.js';
import { copyText } from './copy-text.js';
import { embedMarkup } from './embed-markup.js';
import * as icons from './icons.js';
import { controlsStyles } from './mpl-controls.styles.js';
import { type Choices, panel } from './panel.js';
import { isHeavy, readPattern, takeDrops } from './pattern-file.js';
import { SpeedSlider } from './speed-slider.js';
import { whoSteers, whoText } from './who.js';

const NOTE = 6_000;

/**
 * Steers what a screen shows. What it displays is what the source says of itself, never what was merely asked for.
 *
 * @element mpl-controls
 * @summary Play, pause, speed, rule, pattern and more, for a host or a viewer.
 * @csspart bar - The row of buttons.
 * @csspart panel - The fields below.
 * @csspart who - Who steers, and who asks to, where one does at a time.
 * @csspart note - Why something is not possible.
 * @cssproperty --mpl-accent - The play button and what is switched on.
 * @cssproperty [--mpl-radius=12px] - Radius of the corners.
 * @fires mpl-play-request - As all requests: cancelable; prevented, nothing happens. `event.request` has the values.
 * @fires mpl-pause-request
 * @fires mpl-step-request
 * @fires mpl-reset-request
 * @fires mpl-clear-request
 * @fires mpl-speed-request
 * @fires mpl-rule-request
 * @fires mpl-wrap-request
 * @fires mpl-grid-request
 * @fires mpl-pattern-request
 * @fires mpl-soup-request
 * @fires mpl-controller-request
 * @fires mpl-draw-mode-request
 * @fires mpl-fit-request
 * @fires mpl-fullscreen-request
 */
export class MplControls extends LitElement {
  static override styles = [cardStyles, controlsStyles];

  /** The id of the host or viewer it steers. Without it: the one around it, or the only one on the page. */
  @property() for: string | null = null;

  @state() private open = false;
  @state() private dropping = false;
  /** What the reader has to copy by hand. */
  @state() private markup = '';
  /** Tells what there is for the world of a rule; null before that was wanted, and loaded. */
  @state() private choicesFor: ((rule: string) => Choices) | null = null;
  #choosing = false;
  /** Who steered when that was last told. */
  #who = '';
  readonly #note = new PassingText(this, NOTE);
  readonly #speed = new SpeedSlider(this, (value) => this.ask({ command: 'speed', value }));
  #drops: AbortController | null = null;
  readonly #associated = new Associated(this, ['mpl-status', 'mpl-control'], (screen) => this.#acceptDrops(screen));

  /** The screen that is steered; null while there is none. Setting it goes before `for`. */
  get screen(): MplScreen | null {
    return this.#associated.screen;
  }
  set screen(screen: MplScreen | null) {
    this.#associated.choose(screen);
  }

  /** Asks the screen; a refusal is shown here too. */
  async ask(request: RequestCommand): Promise<void> {
    if (this.screen === null) return;
    try {
      await sendRequest(this, this.screen, request);
      // What went wrong before is over.
      this.#note.hush();
    } catch (error) {
      this.#note.say((error as Error).message);
    }
    // What was typed and refused gives way to what is.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#speed.stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('for')) this.#associated.soon();
    if (this.screen?.settingRefusal === '' && !this.#choosing) void this.#loadChoices();
  }

  protected override updated(): void {
    const who = this.screen ? whoText(this.screen) : '';
    if (who && this.#who && who !== this.#who) announceText(this, who);
    this.#who = who;
  }

  /** Asks for what has to do with who steers. What is offered next may be something else. */
  async #askWho(request: RequestCommand): Promise<void> {
    const focused = this.renderRoot.querySelector('#who :focus') !== null;
    await this.ask(request);
    await this.updateComplete;
    const held = this.renderRoot.querySelector('#who :focus') !== null;
    if (focused && !held) this.renderRoot.querySelector<HTMLElement>('#who button')?.focus();
  }

  async #loadChoices(): Promise<void> {
    this.#choosing = true;
    this.choicesFor = (await import('./choices.js')).choicesFor;
  }

  #acceptDrops(screen: MplScreen | null): void {
    this.#drops?.abort();
    if (screen === null) return;
    this.#drops = new AbortController();
    const over = (hovers: boolean): void => {
      this.dropping = hovers;
    };
    for (const element of [this, screen]) takeDrops(element, this.#drops.signal, (file) => void this.#load(file), over);
  }

  async #load(file: File): Promise<void> {
    try {
      // A host takes what is large, or packed, as it is.
      const screen: (MplScreen & Pick<Partial<MplHost>, 'loadFile'>) | null = this.screen;
      if (!screen?.loadFile || !(await isHeavy(file)))
        return await this.ask({ command: 'pattern', ...(await readPattern(file)) });
      await screen.loadFile(file);
    } catch (error) {
      this.#note.say((error as Error).message);
    }
  }

  async #copy(): Promise<void> {
    const { screen } = this;
    if (screen === null) return;
    try {
      const markup = embedMarkup(screen);
      const copied = await copyText(markup, async () => {
        this.markup = markup;
        await this.updateComplete;
        return this.renderRoot.querySelector('textarea')!;
      });
      this.#note.say(
        copied ? 'Copied: paste it into any page.' : 'This page may not copy by itself: copy the selected text.',
      );
      if (copied) await this.#putAway();
    } catch (error) {
      this.#note.say(`Not copied: ${(error as Error).message}`);
    }
  }

  /** Focus goes back to where it came from. */
  async #putAway(): Promise<void> {
    if (!this.markup) return;
    this.markup = '';
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#copy')?.focus();
  }

  #bar(screen: MplScreen | null, source: ControlStateMessage | null, refused: boolean, fixed: boolean): TemplateResult {
    const paused = source?.paused ?? true;
    const local = screen === null;
    const ask = (request: RequestCommand) => () => void this.ask(request);
    const button = (label: string, icon: unknown, off: boolean, click: () => void, kind = '') =>
      html`<button type="button" class=${kind} title=${label} aria-label=${label} ?disabled=${off} @click=${click}>${icon}</button>`;
    return html`
      ${button(paused ? 'Play' : 'Pause', paused ? icons.PLAY : icons.PAUSE, refused, () => screen && this.ask(playOrPause(screen)), 'main')}
      ${button('One generation', icons.STEP, refused, ask({ command: 'step', n: 1 }))}
      ${button('Start over', icons.RESET, fixed, ask({ command: 'reset' }))}
      ${this.#speed.render(source?.speed ?? null, refused)}
      <span class="gap"></span>
      ${
        screen?.interactive
          ? html`<button
              type="button"
              title="Draw cells"
              aria-label="Draw cells"
              aria-pressed=${String(screen.drawing)}
              ?disabled=${refused}
              @click=${() => void this.ask({ command: 'draw-mode', on: !screen.drawing })}
            >${icons.DRAW}</button>`
          : nothing
      }
      ${button('Show all', icons.FIT, local, ask({ command: 'fit' }))}
      <button
        type="button"
        id="copy"
        title="Copy the embed code"
        aria-label="Copy the embed code"
        ?disabled=${!screen?.channel}
        @click=${() => void this.#copy()}
      >${icons.COPY}</button>
      ${button('Full screen', icons.FULL, local, ask({ command: 'fullscreen' }))}
      <button
        type="button"
        class="more"
        title="World"
        aria-label="World"
        aria-expanded=${String(this.open)}
        aria-controls="panel"
        @click=${() => {
          this.open = !this.open;
        }}
      >${icons.MORE}</button>
    `;
  }

  #byHand(): TemplateResult {
    const close = () => void this.#putAway();
    return html`<div id="markup">
      <textarea readonly rows="3" spellcheck="false" aria-label="Embed code" .value=${this.markup}
        @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && close()}></textarea>
      <button type="button" class="text" @click=${close}>Close</button>
    </div>`;
  }

  protected override render(): TemplateResult {
    const { screen } = this;
    const source = screen?.controlState ?? null;
    const refusal = screen ? screen.refusal : 'no screen to steer yet';
    const fixed = screen ? screen.settingRefusal !== '' : true;
    const hint = refusal && !fixed ? 'it did not begin: choose another pattern, size or rule' : refusal;
    const lost = screen?.lostTurn ?? '';
    const note = this.#note.text || (this.dropping ? 'Drop a pattern file to load it.' : lost || hint);
    const load = (file: File) => void this.#load(file);
    return html`
      <div id="bar" part="bar" role="group" aria-label="Controls" class=${this.dropping ? 'dropping' : ''}>
        ${this.#bar(screen, source, refusal !== '', fixed)}
      </div>
      ${screen ? whoSteers(screen, (request) => void this.#askWho(request)) : nothing}
      <div id="panel" part="panel" role="group" aria-label="World" class=${this.open ? 'open' : ''}>
        ${panel({ source, off: fixed, choices: this.choicesFor?.(source?.rule ?? '') ?? null, ask: (request) => this.ask(request), load, say: (text) => this.#note.say(text) })}
      </div>
      ${this.markup ? this.#byHand() : nothing}
      ${note ? html`<p id="note" part="note">${sentence(note)}</p>` : nothing}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-controls': MplControls;
  }
}
