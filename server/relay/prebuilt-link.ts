/**
 * A link of the relay over a socket of `ws`: what goes to many viewers is framed once, and written to their TCP sockets
 * as it is.
 *
 * `ws` has no way to be given a finished frame, so its private state is looked at: a frame of ours may go between two of
 * its own only while it has nothing of its own under way. Where that cannot be told, `send` does it.
 */

import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { SharedMessage } from '../../transport/link/link.js';
import { OPEN, type SocketLike, WebSocketLink } from '../../transport/link/websocket.js';

/** What is used of the state of a `ws` socket, as versions 8.x have it. */
interface Sender {
  /** 0: nothing is being deflated, or read from a blob. */
  _state: number;
  /** Messages that wait for that. */
  _queue: unknown[];
  /** False while a message is sent in fragments. */
  _firstFragment: boolean;
}

interface Private {
  _socket?: Socket;
  _sender?: Sender;
  /** Servers send unmasked. */
  _isServer?: boolean;
}

/** Bytes. */
const SHORT = 4096;

/** What was made of messages for the wire, as long as there is anybody who may ask for it. */
const made = new WeakMap<readonly SharedMessage[], Buffer>();

export class PrebuiltLink extends WebSocketLink {
  readonly #tcp: Socket | undefined;
  readonly #sender: Sender | undefined;

  /** @param socket open, with `binaryType` "arraybuffer" or "nodebuffer" */
  constructor(socket: WebSocket) {
    super(socket as unknown as SocketLike);
    // The same as `onmessage`, without an object made for each event.
    this.socket.onmessage = null;
    socket.on('message', (data) => this.heard(data));
    const { _socket, _sender, _isServer } = socket as unknown as Private;
    if (!_isServer || typeof _socket?.write !== 'function' || !isSender(_sender)) return;
    this.#tcp = _socket;
    this.#sender = _sender;
  }

  override send(message: Uint8Array): void {
    // `ws` writes head and payload one after the other, which for what is short costs more than to copy it.
    if (message.length > SHORT || !this.#free) super.send(message);
    else this.#write(frameAll([{ bytes: message }]));
  }

  sendShared(messages: readonly SharedMessage[]): void {
    if (!this.#free) {
      for (const { bytes } of messages) super.send(bytes);
      return;
    }
    let wire = made.get(messages);
    if (wire === undefined) made.set(messages, (wire = frameAll(messages)));
    this.#write(wire);
  }

  /** May frames of ours be written now? */
  get #free(): boolean {
    const sender = this.#sender;
    return sender !== undefined && sender._state === 0 && sender._queue.length === 0 && sender._firstFragment;
  }

  #write(wire: Buffer): void {
    if (this.socket.readyState !== OPEN) return;
    this.#tcp!.write(wire);
    this.sent();
  }
}

const isSender = (sender: Sender | undefined): sender is Sender =>
  typeof sender?._state === 'number' && Array.isArray(sender._queue) && typeof sender._firstFragment === 'boolean';

/** Bytes of the head of an unmasked WebSocket frame. */
const headOf = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** WebSocket frames, one after the other: each a whole binary message (RFC 6455, section 5.2). */
export function frameAll(messages: readonly SharedMessage[]): Buffer {
  let length = 0;
  for (const { bytes } of messages) length += headOf(bytes.length) + bytes.length;
  const wire = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const { bytes } of messages) {
    const head = headOf(bytes.length);
    wire[at] = 0x82;
    if (head === 2) wire[at + 1] = bytes.length;
    else if (head === 4) {
      wire[at + 1] = 126;
      wire.writeUInt16BE(bytes.length, at + 2);
    } else {
      wire[at + 1] = 127;
      wire.writeBigUInt64BE(BigInt(bytes.length), at + 2);
    }
    wire.set(bytes, at + head);
    at += head + bytes.length;
  }
  return wire;
}
