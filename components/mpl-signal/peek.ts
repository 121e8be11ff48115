/** What signals a channel has: asked for once, where one that a page names is not among them. */

import { connectWebSocket } from '../../transport/link/websocket.js';
import { Receiver } from '../../transport/receiver.js';

const PATIENCE = 3_000;

/** Their names; none where they do not come in time, or `signal` aborts. Never rejects. */
export function peek(url: string, token: string | null, signal: AbortSignal): Promise<string[]> {
  const receiver = new Receiver({
    connect: () => connectWebSocket(url),
    transport: 'relay',
    grid: false,
    signals: true,
    ...(token && { token }),
  });
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve(receiver.signals?.names() ?? []);
      receiver.stop();
    };
    const timer = setTimeout(done, PATIENCE);
    signal.addEventListener('abort', done);
    receiver.listen(() => receiver.signals && done());
    receiver.start();
  });
}
