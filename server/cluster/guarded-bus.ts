/**
 * A bus whose listeners may fail: whoever can reach the bus can publish anything, and no message of it may end the process.
 * What could not be taken is reported and dropped; it is made up for like any message that was lost.
 */

import type { Bus } from './bus.js';

export class GuardedBus implements Bus {
  constructor(
    readonly inner: Bus,
    /** A listener failed at a message of this kind of topic: its first letters. */
    readonly onbad: (error: Error, kind: string) => void,
  ) {}

  get up(): boolean {
    return this.inner.up;
  }

  get why(): string {
    return this.inner.why;
  }

  get onstate(): (() => void) | null {
    return this.inner.onstate;
  }

  set onstate(onstate: (() => void) | null) {
    this.inner.onstate = onstate;
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    return this.inner.publish(topic, message);
  }

  subscribe(topic: string, listener: (message: Uint8Array) => void): Promise<void> {
    return this.inner.subscribe(topic, (message) => {
      try {
        listener(message);
      } catch (error) {
        this.onbad(error as Error, topic.split(':', 1)[0]!);
      }
    });
  }

  unsubscribe(topic: string): void {
    this.inner.unsubscribe(topic);
  }

  get(key: string): Promise<Uint8Array | null> {
    return this.inner.get(key);
  }

  set(key: string, value: Uint8Array, ms: number): Promise<void> {
    return this.inner.set(key, value, ms);
  }

  delete(key: string): Promise<void> {
    return this.inner.delete(key);
  }

  swap(key: string, expect: string | null, value: string | null, ms: number): Promise<string | null> {
    return this.inner.swap(key, expect, value, ms);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
