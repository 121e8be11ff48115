/** The slider for the speed: while it is held it shows what the reader wants, and asks for it now and then; else what is so. */

import { html, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { LAST, positionOf, speedAt, speedText } from './speed.js';

/** Milliseconds between two commands while it is dragged. */
const DRAG = 120;

export class SpeedSlider {
  /** Where it is held. */
  #held: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly host: Pick<ReactiveControllerHost, 'requestUpdate'>,
    /** Asks for so many generations a second; settles when that has its answer. */
    readonly ask: (speed: number) => Promise<void>,
  ) {}

  /** @param actual generations a second, as the source says; null where there is none */
  render(actual: number | null, disabled: boolean): TemplateResult {
    const held = this.#held;
    const speed = held === null ? (actual ?? 0) : speedAt(held);
    return html`<label class="speed">
      <span class="unseen">Speed</span>
      <input
        type="range"
        min="0"
        max=${LAST}
        ?disabled=${disabled}
        .value=${String(held ?? positionOf(speed))}
        aria-valuetext=${speed === 0 ? 'as fast as it goes' : `${speed} generations a second`}
        @input=${(event: Event) => this.#drag(event)}
        @change=${() => this.#drop()}
      />
      <output>${actual === null ? '' : speedText(speed)}</output>
    </label>`;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #hold(position: number | null): void {
    this.#held = position;
    this.host.requestUpdate();
  }

  #drag(event: Event): void {
    this.#hold(Number((event.target as HTMLInputElement).value));
    this.#timer ??= setTimeout(() => this.#send(), DRAG);
  }

  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#held === null ? Promise.resolve() : this.ask(speedAt(this.#held));
  }

  async #drop(): Promise<void> {
    await this.#send();
    this.#hold(null);
  }
}
