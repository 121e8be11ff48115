/** A real source of signals for tests, streamed through the real relay that the test runner started. */

import { SignalWriter, Source, Uplink } from '../../transport/index.js';
import { freshChannel, relayUrl } from './stream.js';

export class SignalStream {
  readonly writer = new SignalWriter();
  readonly source: Source;
  readonly uplink: Uplink;

  constructor(
    values: Record<string, unknown> = {},
    readonly channel = freshChannel(),
  ) {
    this.source = new Source(null, { channel, signals: this.writer });
    this.uplink = new Uplink(this.source, {
      url: `${relayUrl().replace('http', 'ws')}/peer/${channel}`,
      claim: `claim-of-${channel}-0123456789`,
    });
    this.set(values);
  }

  /** Sets some, and tells. */
  set(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) this.writer.set(name, value);
    this.source.publishSignals();
  }

  close(): void {
    this.uplink.close();
    this.source.fanout.close(1000, 'closed');
  }
}
