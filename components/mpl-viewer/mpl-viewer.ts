import type { PropertyValues } from 'lit';
import type { Receiver } from '../../transport/receiver.js';
import type { ControlCommand } from '../../transport/wire/messages.js';
import { createReceiver, tuneTransport } from '../screen/create-receiver.js';
import type { LayerStack } from '../screen/layer-stack.js';
import { MplScreen } from '../screen/screen.js';
import type { Cover, ScreenState } from '../screen/state.js';

/** Bytes of one message that a relay takes from a viewer (64 KiB), less what goes around a pattern. */
const MOST = 60_000;
/** Settings that are those of its layers as well. */
const SHARED = ['paused', 'maxFps', 'server', 'signal', 'iceServers', 'channel'] as const;

/**
 * A window on a channel: shows what its source shows, cell by cell, as soon as there is one. Without a channel it is the
 * frame of the `<mpl-layer>`s in it, and stands as they do: live when any of them is.
 *
 * @element mpl-viewer
 * @summary Shows a live simulation.
 */
export class MplViewer extends MplScreen {
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
    this.view!.onframe = (frame) => this.#stack?.follow(frame);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (SHARED.some((name) => changed.has(name))) this.#stack?.changed();
  }

  protected override createReceiver(): Receiver | null {
    const { channel } = this;
    if (channel) return createReceiver(channel, this);
    // Layers may be later than their viewer, by the parser or because their code is.
    if (this.#stack || this.querySelector(':scope > mpl-layer')) return null;
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', () => this.isConnected && !this.channel && super.retry(), {
        once: true,
      });
      return null;
    }
    throw new Error('it has no channel to show: <mpl-viewer channel="name">');
  }

  protected override get connectionKey(): string {
    return super.connectionKey + (this.iceServers ?? '');
  }

  protected override tune(receiver: Receiver): void {
    super.tune(receiver);
    tuneTransport(receiver, this.transport);
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
