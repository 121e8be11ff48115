/** What is said to the reader for a while: seen where its element shows it, and read out. */

import type { ReactiveControllerHost } from 'lit';
import { announceText } from './announcer.js';

export class PassingText {
  /** Empty while there is none. */
  text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    /** Is updated whenever the text is another. */
    readonly host: HTMLElement & Pick<ReactiveControllerHost, 'requestUpdate'>,
    readonly ms: number,
  ) {}

  say(text: string): void {
    this.text = text;
    announceText(this.host, text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hush(), this.ms);
    this.host.requestUpdate();
  }

  /** What was said is over. */
  hush(): void {
    if (!this.text) return;
    this.text = '';
    this.host.requestUpdate();
  }
}
