/** What lies over the picture: why there is none, or why it stands still. Every slot is there always, shown or not. */

import { html, nothing, type TemplateResult } from 'lit';
import { sentence } from './sentence.js';
import type { Cover, ScreenState } from './state.js';

export interface OverlayModel {
  cover: Cover;
  state: ScreenState;
  /** There is a picture below, if an old one. */
  picture: boolean;
  retry: () => void;
}

const card = (title: unknown, text: unknown, button?: TemplateResult): TemplateResult =>
  html`<div class="card"><strong>${title}</strong>${text ? html`<span>${typeof text === 'string' ? sentence(text) : text}</span>` : nothing}${button ?? nothing}</div>`;

const pulse = html`<i class="pulse" aria-hidden="true"><b></b><b></b><b></b><b></b><b></b></i>`;

/** Seconds to the next try, as words. */
export function countdown(retryAt: number, now = performance.now()): string {
  const seconds = Math.ceil((retryAt - now) / 1000);
  return retryAt === 0 || seconds <= 0 ? 'Trying again …' : `Trying again in ${seconds} s`;
}

export function overlay({ cover, state, picture, retry }: OverlayModel): TemplateResult {
  const { reason, retryAt } = state;
  const again = (label: string) => html`<button type="button" part="retry" @click=${retry}>${label}</button>`;
  // Over a picture, what is soon over comes late: a host that is only reloaded leaves no more than a dimmed moment.
  const late = picture && (cover === 'waiting' || cover === 'reconnecting');
  const layer = (name: Cover, content: TemplateResult): TemplateResult =>
    html`<div class="cover ${late ? 'late' : ''}" part="cover" ?hidden=${cover !== name}><slot name=${name}>${content}</slot></div>`;
  const [waits, starts] = picture
    ? ['The source is away', 'This is its last picture. It goes on by itself.']
    : ['Waiting for the source', 'It starts by itself.'];
  return html`
    <div class="cover poster" ?hidden=${picture}><slot name="poster"></slot></div>
    <div class="cover loading" ?hidden=${cover !== 'loading'}>${pulse}</div>
    ${cover === 'unseen' ? html`<div class="cover" part="cover">${card('There is nothing to see here', reason)}</div>` : nothing}
    ${layer('waiting', html`<div class="card">${pulse}<strong>${waits}</strong><span>${starts}</span></div>`)}
    ${layer(
      'reconnecting',
      card(
        picture ? 'Connection lost' : 'No connection yet',
        html`${picture ? '' : `${sentence(reason)}. `}<span class="count">${countdown(retryAt)}</span>`,
        retryAt > 0 ? again('Try now') : undefined,
      ),
    )}
    ${layer('ended', card('The stream has ended', '', again('Watch again')))}
    ${layer('failed', card(picture ? 'This is not live any more' : 'This cannot be shown', reason, again('Try again')))}
  `;
}
