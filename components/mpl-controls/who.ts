/** Where one steers at a time: who does, who asks to, and what can be done about it from here. */

import { html, nothing, type TemplateResult } from 'lit';
import { nameOf } from '../../transport/session/identity.js';
import type { ControlStateMessage } from '../../transport/wire/messages.js';
import type { RequestCommand } from '../events/request-event.js';

/** Of those who ask, so many are shown. */
const SHOWN = 3;

/** What is needed of a screen here. */
export interface WhoModel {
  readonly controlState: ControlStateMessage | null;
  readonly controlling: boolean;
  readonly asking: boolean;
  /** It may always steer. */
  readonly owner: boolean;
  /** Why it may not even ask. */
  readonly askRefusal: string;
}

/** In words; empty where many may steer. */
export function whoText({ controlState, controlling, asking }: WhoModel): string {
  if (controlState?.controllers !== 'one') return '';
  const { controller, asking: queue = [] } = controlState;
  const who = controlling ? 'You steer' : controller ? `${nameOf(controller)} steers` : 'Nobody steers';
  if (asking) return `${who}; you asked to steer.`;
  if (queue.length === 0) return `${who}.`;
  const names = queue.slice(0, SHOWN).map(nameOf);
  if (queue.length > SHOWN) names.push(`${queue.length - SHOWN} more`);
  return `${who}; ${names.join(', ')} ${queue.length === 1 ? 'asks' : 'ask'} to steer.`;
}

/** What can be done from here. @param ask carries it out */
export function whoSteers(model: WhoModel, ask: (request: RequestCommand) => void): TemplateResult | typeof nothing {
  const text = whoText(model);
  if (text === '') return nothing;
  const { controlState, controlling, asking, owner, askRefusal } = model;
  const { controller, asking: queue = [] } = controlState!;
  const [label, action] = controlling
    ? (['Give up', 'release'] as const)
    : asking
      ? (['Withdraw', 'release'] as const)
      : owner
        ? ([controller ? 'Take over' : 'Steer', 'take'] as const)
        : ([controller ? 'Ask to steer' : 'Steer', 'request'] as const);
  const heirs = controlling || owner ? queue.slice(0, SHOWN) : [];
  const give = (to: string) => () => ask({ command: 'controller', action: 'give', to });
  return html`<div id="who" part="who" role="group" aria-label="Who steers">
    <span>${text}</span>
    ${heirs.map((heir) => html`<button type="button" class="text" @click=${give(heir.id)}>Hand over to ${nameOf(heir)}</button>`)}
    <button type="button" class="text" ?disabled=${askRefusal !== ''} @click=${() => ask({ command: 'controller', action })}>${label}</button>
  </div>`;
}
