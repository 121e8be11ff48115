/** What the rest of the server knows of the channels. */

import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Link } from '../../transport/link/link.js';
import type { Admission } from '../auth/grant.js';
import type { Channel } from './channel.js';
import type { ChannelInfo } from './channel-info.js';
import type { Posts } from './posted-signals.js';

export interface Hub {
  /** Takes an open WebSocket that asked for `/peer/{channel}`. `known`: it has shown that it may. */
  source(socket: WebSocket, channel: string, req: IncomingMessage, known: () => void): void;
  /** Takes an open WebSocket that asked for `/stream/{channel}`. `known`: it has shown that it may. */
  viewer(socket: WebSocket, channel: string, req: IncomingMessage, known: () => void): void;
  /**
   * Takes a viewer within this process, and returns its channel.
   * @param admission of whoever watches by it; without one, that which anyone has
   * @param address of whoever watches by it; without it, the relay does so itself
   * @throws Refusal if there is no room for it
   */
  watch(link: Link, channel: string, admission?: Admission, address?: string): Channel;
  /** The channel of this name, if there is one now. */
  find(channel: string): Channel | undefined;
  /** The same, or a channel of this name that is to be found out about, where another relay has it: watch it, then. */
  seek(channel: string): Promise<Channel | undefined>;
  all(): Iterable<Channel>;
  /** Channels that the relay itself is a source of. */
  readonly posted: Posts;
  channels(): ChannelInfo[];
  /** Stops timers, and its own sources. The sockets are closed by whoever accepted them. */
  close(): void;
}
