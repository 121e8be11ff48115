/** Requests to a screen, however they come: by events from controls, or by native buttons with `command`. */

import { MplRequestEvent, REQUESTS, type RequestCommand } from '../events/request-event.js';

/** What is needed of a screen here. */
export interface Performer extends HTMLElement {
  readonly controlState: { paused: boolean } | null;
  perform(request: RequestCommand): Promise<void>;
}

/** `<button commandfor="screen" command="--pause">`: what each name asks for. */
const INVOKED: Readonly<Record<string, RequestCommand>> = {
  '--play': { command: 'play' },
  '--pause': { command: 'pause' },
  '--step': { command: 'step', n: 1 },
  '--reset': { command: 'reset' },
  '--fit': { command: 'fit' },
  '--fullscreen': { command: 'fullscreen' },
  '--zoom-in': { command: 'zoom', factor: 1.5 },
  '--zoom-out': { command: 'zoom', factor: 1 / 1.5 },
};

export const playOrPause = (screen: Performer): RequestCommand => ({
  command: screen.controlState?.paused ? 'play' : 'pause',
});

/**
 * Sends a request from an element (a control, or the screen itself) to a screen. It can be seen and prevented on its way
 * up from there; then nothing happens. Rejects with the reason where it is refused.
 */
export function sendRequest(from: HTMLElement, screen: Performer, request: RequestCommand): Promise<void> {
  return from.dispatchEvent(new MplRequestEvent(request, true)) ? screen.perform(request) : Promise.resolve();
}

/** A refusal is shown on the screen itself; whoever does not wait for an answer need not know. */
const shown = (): void => {};

/** Carries out what is asked of a screen by events. */
export function obeyRequests(screen: Performer): void {
  for (const type of REQUESTS) {
    screen.addEventListener(type, (event: MplRequestEvent) => {
      if (event.taken || !event.request) return;
      event.taken = true;
      // Once everyone on the way up has had the chance to prevent it.
      queueMicrotask(() => {
        if (!event.defaultPrevented) screen.perform(event.request).catch(shown);
      });
    });
  }
  screen.addEventListener('command', (event) => {
    const { command } = event as Event & { command: string };
    const request = command === '--toggle' ? playOrPause(screen) : INVOKED[command];
    if (event.target === screen && request) sendRequest(screen, screen, request).catch(shown);
  });
}

/** Shows an element on all of the display, or no longer. Focus stays where a keyboard left it. */
export async function toggleFullscreen(element: HTMLElement): Promise<void> {
  if (element.matches(':fullscreen')) return document.exitFullscreen();
  if (!document.fullscreenEnabled) throw new Error('full screen is not possible here');
  const byKeyboard = document.activeElement?.matches(':focus-visible');
  await element.requestFullscreen();
  if (!byKeyboard) element.focus({ preventScroll: true });
}
