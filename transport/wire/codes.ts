/** Close codes of links: why one ended, and whether to come back. */

export interface CloseCode {
  readonly code: number;
  readonly name: string;
  /** Should the side that was closed try again by itself? */
  readonly retry: boolean;
  readonly meaning: string;
}

export const CLOSE = {
  normal: { code: 1000, name: 'normal', retry: false, meaning: 'the other side is done' },
  goingAway: { code: 1001, name: 'going-away', retry: true, meaning: 'the page or relay is closing' },
  tooBig: { code: 1009, name: 'too-big', retry: false, meaning: 'a message over the payload limit' },
  internal: { code: 1011, name: 'internal', retry: true, meaning: 'an error on the other side, not yours' },
  restart: { code: 1012, name: 'restart', retry: true, meaning: 'the relay restarts; come back at once' },
  tryLater: { code: 1013, name: 'try-later', retry: true, meaning: 'too many channels, viewers or connections' },
  badFrame: { code: 4400, name: 'bad-frame', retry: true, meaning: 'a frame that cannot be decoded' },
  unauthorized: { code: 4401, name: 'unauthorized', retry: false, meaning: 'the right to do this was not shown' },
  forbidden: {
    code: 4403,
    name: 'forbidden',
    retry: false,
    meaning: 'a frame this side may not send, more than it may ask for, or a page that may not come here',
  },
  badChannel: { code: 4404, name: 'bad-channel', retry: false, meaning: 'not a channel name' },
  timeout: { code: 4408, name: 'timeout', retry: true, meaning: 'nothing heard, or nothing drained, for too long' },
  taken: { code: 4409, name: 'taken', retry: true, meaning: 'another source has this channel' },
  replaced: { code: 4410, name: 'replaced', retry: false, meaning: 'the same source connected again elsewhere' },
  tooFast: {
    code: 4429,
    name: 'too-fast',
    retry: true,
    meaning: 'more messages or subscriptions a second than allowed',
  },
} as const satisfies Record<string, CloseCode>;

const byCode = new Map<number, CloseCode>(Object.values(CLOSE).map((entry) => [entry.code, entry]));

/** What a close code means; codes that are not ours are worth another try. */
export const closeCode = (code: number): CloseCode =>
  byCode.get(code) ?? { code, name: 'lost', retry: true, meaning: 'the connection was lost' };
