import type { PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Receiver, ReceiverEvent } from '../../transport/receiver.js';
import type { ControlCommand } from '../../transport/wire/messages.js';
import { SIGNAL_LIMITS, type SignalValue } from '../../transport/wire/signal-value.js';
import { MplSignalEvent } from '../events/signal-event.js';
import { createReceiver, tuneTransport } from '../screen/create-receiver.js';
import type { LayerStack } from '../screen/layer-stack.js';
import { MplScreen } from '../screen/screen.js';
import type { Cover, ScreenState } from '../screen/state.js';
import { type ValueRules, within } from '../screen/values.js';

/** Bytes of one message that a relay takes from a viewer (64 KiB), less what goes around a pattern. */
const MOST = 60_000;
/** The names in an attribute. */
const namesIn = (text: string | null): string[] => text?.split(/\s+/).filter(Boolean) ?? [];
/** Settings that are those of its layers as well. */
const SHARED = ['paused', 'maxFps', 'maxBps', 'server', 'signal', 'iceServers', 'channel'] as const;

/**
 * A window on a channel: shows what its source shows, cell by cell, as soon as there is one. Only what is in view flows, and a
 * ring of tiles around it, unless nearly all is. Without a channel it is the
 * frame of the `<mpl-layer>`s in it, and stands as they do: live when any of them is.
 *
 * @element mpl-viewer
 * @summary Shows a live simulation.
 * @fires mpl-signal - A signal that is selected has another value.
 */
export class MplViewer extends MplScreen {
  static override rules: ValueRules = {
    ...MplScreen.rules,
    maxBps: within(1000, 1e10),
    select: {
      expects: 'names of signals, parted by blanks, or "*"',
      ok: (text: string) => namesIn(text).every((name) => name.length <= SIGNAL_LIMITS.name && !name.startsWith('_')),
    },
  };

  /** Signals of the channel to receive beside the picture, over the same connection: names parted by blanks, or "*" for all. */
  @property() select: string | null = null;
  /** Bytes of state a second, at most, from 1000 on: what is more waits, and comes newer. Default: as many as the link takes. */
  @property({ type: Number, attribute: 'max-bps' }) maxBps?: number;
  readonly #shown = new Map<string, SignalValue>();

  /** The signals selected, by name, as far as they have come. To be read, not to be changed. */
  get signals(): Readonly<Record<string, SignalValue>> {
    return this.receiver?.signals?.values() ?? {};
  }

  get #selected(): readonly string[] | 'all' | null {
    const names = namesIn(this.select);
    if (names.length === 0) return null;
    return names.includes('*') ? 'all' : names;
  }

  protected override received(event: ReceiverEvent): void {
    super.received(event);
    if (event.type !== 'signals') return;
    for (const name of event.names) {
      const value = this.receiver!.signals!.get(name)!;
      const before = this.#shown.get(name);
      this.#shown.set(name, value);
      this.dispatchEvent(new MplSignalEvent(name, value, before));
    }
  }

  protected override releaseReceiver(): void {
    super.releaseReceiver();
    this.#shown.clear();
  }

  #stack: LayerStack | null = null;

  /** What its layers share; the first of them brings it. @internal */
  get stack(): LayerStack | null {
    return this.#stack;
  }
  set stack(stack: LayerStack | null) {
    this.#stack = stack;
    if (this.#framing && this.status === 'failed') super.retry();
  }

  /** The layers came, went or stand otherwise. @internal */
  layersChanged(): void {
    this.refresh();
    this.requestUpdate();
    this.view?.invalidate();
  }

  /** It has layers, and no channel of its own. */
  get #framing(): boolean {
    return this.#stack !== null && !this.channel;
  }

  protected override get state(): ScreenState {
    return this.#framing ? this.#stack!.state : super.state;
  }

  protected override get cover(): Cover {
    // Each layer says for itself what it waits for: none hides the others.
    return this.#framing ? 'none' : super.cover;
  }

  protected override get label(): string {
    const names = [...(this.channel ? [this.channel] : []), ...(this.#stack?.names ?? [])];
    return names.length > 0 ? `Live picture of ${names.join(', ')}` : super.label;
  }

  protected override get pictured(): boolean {
    return super.pictured || this.#stack?.pictured === true;
  }

  protected override say(text: string): void {
    if (!this.#framing) super.say(text);
  }

  override retry(): void {
    this.#stack?.retry();
    if (!this.#framing) super.retry();
  }

  protected override acquire(): void {
    super.acquire();
    const view = this.view!;
    view.onframe = (frame) => {
      this.#stack?.follow(frame);
      this.inView(view);
    };
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (SHARED.some((name) => changed.has(name))) this.#stack?.changed();
  }

  protected override createReceiver(): Receiver | null {
    const { channel } = this;
    if (channel) return createReceiver(channel, this, this.#selected);
    // Layers may be later than their viewer, by the parser or because their code is.
    if (this.#stack || this.querySelector(':scope > mpl-layer')) return null;
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', () => this.isConnected && !this.channel && super.retry(), {
        once: true,
      });
      return null;
    }
    const given = this.getAttribute('channel');
    if (given) throw new Error(`"${given}" is no name of a channel: ${MplViewer.rules.channel!.expects}`);
    throw new Error('it has no channel to show: <mpl-viewer channel="name">');
  }

  protected override get connectionKey(): string {
    return super.connectionKey + (this.iceServers ?? '');
  }

  protected override tune(receiver: Receiver): void {
    super.tune(receiver);
    tuneTransport(receiver, this.transport);
    receiver.maxBps = this.maxBps;
    receiver.select = this.#selected;
  }

  override async request(command: ControlCommand): Promise<void> {
    if (command.command === 'pattern' && new TextEncoder().encode(command.text).length > MOST) {
      const problem = `the pattern is too large to send from a viewer: ${MOST / 1000} kB at most`;
      this.toast(problem);
      throw new Error(problem);
    }
    return super.request(command);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mpl-viewer': MplViewer;
  }
}
