/**
 * A value of a stream, in the text of a page or in an element of it. On its way it passes `shared.ts` (one connection a
 * channel, for all elements; which names are asked for), `path.ts`, `format.ts` (numbers.ts, times.ts) and, bound,
 * `bound.ts` (bind.ts; what a stranger's value may be written into: safe.ts). `frames.ts` gathers changes: however many come, an
 * element shows one a frame. It is a `ReactiveElement`, without templates: all there is to render is one text.
 */

import type { PropertyValues } from '@lit/reactive-element';
import type { Status } from '../../transport/receiver.js';
import type { SignalValue } from '../../transport/wire/signal-value.js';
import { MplErrorEvent } from '../events/error-event.js';
import { MplSignalEvent } from '../events/signal-event.js';
import { MplStatusEvent } from '../events/status-event.js';
import { resolveServer } from '../screen/server-url.js';
import { warnOnce } from '../screen/values.js';
import { Bound } from './bound.js';
import { isState } from './connection-state.js';
import { localeOf, type TextOf, textOf } from './format.js';
import { eachSecond, never, soon } from './frames.js';
import { signalStyles } from './mpl-signal.styles.js';
import { Output, setStates } from './output.js';
import { follow, parsePath } from './path.js';
import { checkShown, SignalSettings } from './settings.js';
import { type Feed, feedOf, nameOf, type SignalReader } from './shared.js';
import { languageOf, onSurroundings, streamOf } from './surroundings.js';

/** Updates a second where the reader asks for less motion. */
const CALM_FPS = 4;

const same = (a: SignalValue | undefined, b: SignalValue | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/**
 * One value of a channel, as text in the language of the page; or, with `bind`, in an attribute or property of the element
 * between its tags. It follows the value for as long as it is on the page. All such elements of a channel share one
 * connection, on which only the signals that they name are sent.
 *
 * Values come from whoever has the channel. What is bound is never script, markup or style: `innerHTML`, `srcdoc`, `style`,
 * `on...`, addresses other than http(s), mailto and the like (and pictures as `data:`, in an `<img>`), and anything of
 * `<script>`, `<style>`, `<link>`, `<meta>`, `<base>`, `<object>`, `<embed>`, `<template>`, are refused, and said so once.
 *
 * @element mpl-signal
 * @summary Shows a value of a stream, or puts it into an element.
 * @slot - The element that the value is bound to; without `bind`, what is shown while there is no value.
 * @cssproperty [--mpl-stale-opacity=0.65] - Opacity of a value that is stale.
 * @cssstate idle - It is on no page.
 * @cssstate connecting - It is not connected yet.
 * @cssstate waiting - The source is not there yet.
 * @cssstate live - The stream is live.
 * @cssstate reconnecting - The connection was lost.
 * @cssstate ended - The source has ended.
 * @cssstate failed - It cannot go on by itself.
 * @cssstate empty - There is no value to show.
 * @cssstate stale - There is a value, and no news of it: the stream is not live, or silent for longer than `stale-after`.
 * @cssstate missing - The source is there and has no such signal; it is waited for.
 * @cssstate bound - It has `bind`.
 * @fires mpl-signal - The value is another one; at most once a frame.
 * @fires mpl-status - The status or its reason has changed.
 * @fires mpl-error - Something went wrong.
 */
export class MplSignal extends SignalSettings {
  static override styles = signalStyles;

  readonly #internals = this.attachInternals();
  readonly #output = new Output(() => this.#soon());
  #feed: Feed | null = null;
  /** What it reads of the feed: another one for another name. */
  #reader: SignalReader | null = null;
  /** What it was made for. */
  #key = '';
  /** Why it could not be made. */
  #problem = '';
  #status: Status = 'idle';
  #reason = '';
  #value: SignalValue | undefined;
  #steps: readonly string[] = [];
  #text: TextOf = textOf('auto');
  #bound: Bound | null = null;
  #locale: string | undefined;
  #leave: (() => void) | null = null;
  #stopTicking: (() => void) | null = null;
  /** Before this it shows nothing new; performance.now(). */
  #due = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** The value, as it came; undefined while there is none. Lists and objects are to be read, not to be changed. */
  get value(): SignalValue | undefined {
    return this.#value;
  }
  /** The text that it shows; empty while there is no value, and with `bind`. */
  get text(): string {
    return this.#output.text ?? '';
  }
  /** `idle`, `connecting`, `waiting` (for the source), `live`, `reconnecting`, `ended` or `failed`. */
  get status(): Status {
    return this.#status;
  }
  /** Why it has this status, in words; may be empty. */
  get reason(): string {
    return this.#reason;
  }
  /** Milliseconds since the newest values of its connection were captured, at their own source. */
  get age(): number {
    return this.#feed?.age ?? 0;
  }

  /** Connects at once, if it waits to try again, has failed or has ended. */
  retry(): void {
    this.#feed?.retry();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave ??= onSurroundings(() => this.requestUpdate());
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
    this.#leave = null;
    this.#close();
    this.#tell('idle', '');
  }

  /** Moved by `moveBefore`: it goes on, with what is around it now. */
  connectedMoveCallback(): void {
    this.requestUpdate();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    this.#output.attach(root);
    return root;
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.isConnected) return;
    if (changed.has('bind')) this.#bound = Bound.read(this, this.bind, () => this.#soon());
    this.#output.placeholder = this.placeholder;
    this.#steps = parsePath(this.path);
    this.#locale = localeOf(this.locale ?? languageOf(this));
    this.#text = this.#textOf(this.format ?? 'auto');
    this.#open();
    this.#tick();
    this.#showStates();
    this.#soon();
  }

  #textOf(format: string): TextOf {
    return textOf(format, { locale: this.#locale, digits: this.digits, unit: this.unit || undefined });
  }

  /** Reads what its attributes ask for now, unless it does already. */
  #open(): void {
    const stream = streamOf(this, this);
    const said = { ...stream, token: nameOf(stream.token) };
    const key = JSON.stringify([said, this.name, this.path, this.maxFps, this.#bound !== null]);
    const another = key !== this.#key;
    if (!another && (this.#reader || this.#problem)) return;
    this.#close();
    this.#key = key;
    if (another) this.#value = undefined;
    try {
      const { server, token } = stream;
      const { channel, name } = checkShown(stream.channel, this.name);
      const url = resolveServer(server);
      if (url === null) throw new Error('signals come by a relay, and server="none" says that there is none');
      this.#feed = feedOf(url, channel, token);
      this.#reader = {
        signal: name,
        awake: this.#bound !== null,
        fps: () => this.#fps,
        news: () => this.#soon(),
        failed: (error) => this.#fail(error),
      };
      this.#feed.join(this.#reader);
    } catch (error) {
      this.#problem = (error as Error).message;
      warnOnce(this, `${this.#problem}.`);
      this.#fail(error as Error);
    }
  }

  #close(): void {
    if (this.#reader) this.#feed?.leave(this.#reader);
    this.#feed = this.#reader = null;
    this.#problem = '';
    this.#stopTicking?.();
    this.#stopTicking = null;
    clearTimeout(this.#later);
    this.#later = undefined;
    never(this.#render);
  }

  #fail(error: Error & { code?: unknown }): void {
    const code = typeof error.code === 'number' ? error.code : 0;
    const retryable = this.#problem === '' && this.#feed?.status !== 'failed';
    this.dispatchEvent(new MplErrorEvent(error.message, retryable, error, code));
  }

  get #fps(): number {
    return this.maxFps ?? (this.#feed?.calm ? CALM_FPS : Number.POSITIVE_INFINITY);
  }

  /** What it shows may change as time goes by. */
  #tick(): void {
    const formats = [this.format, ...(this.#bound?.targets.map(({ format }) => format) ?? [])];
    const ticks = formats.some((format) => format && format !== 'raw' && this.#textOf(format).ticks);
    const wanted = ticks || this.staleAfter !== undefined || isState(this.name ?? '');
    if (wanted) this.#stopTicking ??= eachSecond(() => this.#soon());
    else {
      this.#stopTicking?.();
      this.#stopTicking = null;
    }
  }

  #soon(): void {
    const wait = this.#due - performance.now();
    if (wait <= 0) return soon(this.#render);
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      soon(this.#render);
    }, wait);
  }

  readonly #render = (): void => {
    const feed = this.#feed;
    this.#due = performance.now() + 1000 / this.#fps;
    const name = this.name ?? '';
    const previous = this.#value;
    const value = follow(feed?.value(name), this.#steps);
    this.#value = value;
    this.#show(value);
    if (feed) this.#tell(feed.status, feed.reason);
    else this.#tell('failed', this.#problem);
    if (value !== undefined && !same(value, previous)) this.dispatchEvent(new MplSignalEvent(name, value, previous));
  };

  #show(value: SignalValue | undefined): void {
    this.#output.show(this.#bound || value === undefined || value === null ? null : this.#text(value));
    // While there is no value, what it is bound to stays as it is.
    if (value === undefined) return;
    this.#bound?.put(({ kind, format = this.format ?? 'raw' }) =>
      format === 'raw' || kind === 'class' ? value : this.#textOf(format)(value),
    );
  }

  #tell(status: Status, reason: string): void {
    const news = status !== this.#status || reason !== this.#reason;
    this.#status = status;
    this.#reason = reason;
    this.#showStates();
    if (!news || !this.isConnected) return;
    this.dispatchEvent(new MplStatusEvent(this.#status, reason, status === 'live' ? 'websocket' : 'none'));
  }

  #showStates(): void {
    const name = this.name ?? '';
    const names = new Set<string>([this.#status]);
    const silent = this.staleAfter !== undefined && this.age > this.staleAfter * 1000;
    if (this.#value === undefined || this.#value === null) names.add('empty');
    else if (!isState(name) && (silent || this.#status !== 'live')) names.add('stale');
    if (this.#feed?.missing(name)) names.add('missing');
    if (this.#bound) names.add('bound');
    setStates(this.#internals, names);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-signal': MplSignal;
  }
}
