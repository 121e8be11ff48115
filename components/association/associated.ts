import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { MplScreen } from '../screen/screen.js';
import { findScreen, whyNone } from './find.js';
import { registry } from './registry.js';

/** Milliseconds after which a missing screen is no longer just late. */
const PATIENCE = 2_000;

export type AssociatedHost = ReactiveControllerHost & HTMLElement & { for: string | null };

/**
 * Keeps an element paired with its screen, whichever comes first, and whatever happens to either: screens that come
 * late, go, move or change their id.
 */
export class Associated implements ReactiveController {
  screen: MplScreen | null = null;
  #chosen: MplScreen | null = null;
  #pending = false;
  #warned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leave: AbortController | null = null;

  /** @param events of the screen after which the element renders again. */
  constructor(
    readonly host: AssociatedHost,
    readonly events: readonly (keyof HTMLElementEventMap)[],
    readonly changed?: (screen: MplScreen | null) => void,
  ) {
    host.addController(this);
  }

  /** A screen given by script goes before all others. */
  choose(screen: MplScreen | null): void {
    this.#chosen = screen;
    this.resolve();
  }

  hostConnected(): void {
    registry().listeners.add(this.soon);
    this.soon();
    this.#timer = setTimeout(() => this.#warn(), PATIENCE);
  }

  hostDisconnected(): void {
    registry().listeners.delete(this.soon);
    clearTimeout(this.#timer);
    this.soon();
  }

  /** Looks again once everything that happens in this turn has happened: a move is a removal and an insertion. */
  readonly soon = (): void => {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      this.resolve();
    });
  };

  resolve(): void {
    const { host } = this;
    const screen = host.isConnected ? (this.#chosen ?? (findScreen(host, host.for) as MplScreen | null)) : null;
    if (screen === this.screen) return;
    this.#leave?.abort();
    this.screen = screen;
    if (screen !== null) {
      this.#leave = new AbortController();
      const { signal } = this.#leave;
      for (const name of this.events) screen.addEventListener(name, () => host.requestUpdate(), { signal });
    }
    this.changed?.(screen);
    host.requestUpdate();
  }

  #warn(): void {
    if (this.screen !== null || this.#warned) return;
    this.#warned = true;
    console.warn(`<${this.host.localName}>: ${whyNone(this.host.for)}.`, this.host);
  }
}
