/** Pipes as between processes, within one. */

import { EventEmitter } from 'node:events';
import type { Pipe } from '../workers-bus.js';

/** Two ends of a pipe that carries what a pipe between processes does: copies, a turn later, in order. */
export function pipes(): [Pipe, Pipe] {
  class End extends EventEmitter implements Pipe {
    connected = true;
    other!: End;
    send(message: unknown, sent: (error: Error | null) => void): void {
      const copy = structuredClone(message);
      setImmediate(() => {
        this.other.emit('message', copy);
        sent(null);
      });
    }
  }
  const [a, b] = [new End(), new End()];
  a.other = b;
  b.other = a;
  return [a, b];
}
