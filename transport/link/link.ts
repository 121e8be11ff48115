/** A link: a duplex pipe of whole, ordered binary messages. It knows nothing of what they mean. */

export type LinkKind = 'websocket' | 'webrtc' | 'memory';

export interface LinkClose {
  /** A WebSocket close code, or one of MPL's own (`transport/wire/codes.ts`). */
  code: number;
  reason: string;
}

/** A message that goes to many links as it is. */
export interface SharedMessage {
  readonly bytes: Uint8Array;
}

/** An open link. Whoever uses it sets the handlers, once, in the same turn in which the link was given. */
export interface Link {
  readonly kind: LinkKind;
  /** Bytes given to `send` that have not left this side yet. */
  readonly buffered: number;
  /** A sender of state waits while `buffered` is above this many bytes. */
  readonly highWater: number;
  /** Sends one message. After `close` it does nothing. */
  send(message: Uint8Array): void;
  /**
   * Sends these messages, in this order. Many links are given the very same list, which nobody changes any more: what a
   * link makes of it for its wire need be made once. A link without it is sent them one by one.
   */
  sendShared?(messages: readonly SharedMessage[]): void;
  /** Closes both ways; `onclose` follows, on both sides, exactly once. */
  close(code?: number, reason?: string): void;
  onmessage: ((message: Uint8Array) => void) | null;
  /** `buffered` fell to `highWater` or below after having been above it. */
  ondrain: (() => void) | null;
  onclose: ((event: LinkClose) => void) | null;
}
