import type { ChannelState } from '../../transport/wire/messages.js';

/** One line of `/channels`. */
export interface ChannelInfo {
  name: string;
  state: ChannelState;
  /** Viewers connected to this relay. Those whom the source serves directly keep their socket here, and count. */
  viewers: number;
}
