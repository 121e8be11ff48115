/** What the rest of the server knows of the channels. */

import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { ChannelInfo } from './channel-info.js';

export interface Hub {
  /** Takes an open WebSocket that asked for `/peer/{channel}`. */
  source(socket: WebSocket, channel: string, req: IncomingMessage): void;
  /** Takes an open WebSocket that asked for `/stream/{channel}`. */
  viewer(socket: WebSocket, channel: string, req: IncomingMessage): void;
  channels(): ChannelInfo[];
  /** Stops timers. The sockets are closed by whoever accepted them. */
  close(): void;
}
