/** What the tests of `<mpl-host>` share. */

import { fixture, html } from '@open-wc/testing';
import { createLife, type Life, type LifeOptions } from '../../../sim/index.js';
import { waitUntil } from '../../testing/wait-until.js';
import '../../define/mpl-host.js';
import type { MplHost } from '../mpl-host.js';

/** A host on the page, without a relay unless `server` names one. It need not have a world yet. */
export async function addHost(attributes: Record<string, string> = {}): Promise<MplHost> {
  const host = document.createElement('mpl-host');
  for (const [name, value] of Object.entries({ server: 'none', channel: 'x', ...attributes }))
    host.setAttribute(name, value);
  (await fixture<HTMLElement>(html`<div></div>`)).append(host);
  await host.updateComplete;
  return host;
}

/** Resolves when the world stands and the page sees it. */
export async function standing(host: MplHost): Promise<MplHost> {
  await waitUntil(() => host.status === 'live' && host.controlState !== null, 'it is live');
  return host;
}

export const openHost = async (attributes: Record<string, string> = {}): Promise<MplHost> =>
  standing(await addHost(attributes));

/** A soup as it must be, computed here. */
export async function soup(options: LifeOptions, density: number, seed: number, steps = 0): Promise<Life> {
  const life = await createLife(options);
  life.soup({ density, seed });
  life.step(steps);
  return life;
}

export const hashOf = async (life: Life): Promise<string> => (await life.digest()).hash;

/** Workers of this page: how many were made, how many run. */
export class Workers {
  made = 0;
  running = 0;
  /** Messages that came from them. */
  heard = 0;
  /** Messages of this type come so many ms late. */
  late = { type: '', ms: 0 };
  /** The one that was made last. */
  last: Worker | null = null;
  readonly #real = globalThis.Worker;

  watch(): void {
    const spy = this;
    globalThis.Worker = class extends this.#real {
      #ended = false;
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        spy.made++;
        spy.running++;
        spy.last = this;
        this.addEventListener('message', (event) => spy.#hears(this, event));
      }
      override terminate(): void {
        super.terminate();
        if (!this.#ended) spy.running--;
        this.#ended = true;
      }
    };
  }

  #hears(worker: Worker, event: MessageEvent): void {
    const { type, ms } = this.late;
    if (event.isTrusted && event.data?.type === type) {
      event.stopImmediatePropagation();
      setTimeout(() => worker.dispatchEvent(new MessageEvent('message', { data: event.data })), ms);
    } else this.heard++;
  }

  /** From now on there are none to be had. */
  forbid(why: string): void {
    globalThis.Worker = class {
      constructor() {
        throw new DOMException(why, 'SecurityError');
      }
    } as unknown as typeof Worker;
  }

  unwatch(): void {
    globalThis.Worker = this.#real;
  }
}
