/** How a screen stands, and what it says about it. */

import type { Status } from '../../transport/receiver.js';

export interface ScreenState {
  status: Status;
  /** Why, in words for a person; empty where nothing is to be said. */
  reason: string;
  /** When the next try to connect begins (performance.now()), or 0. */
  retryAt: number;
  /** It is live, but nothing of the picture may be seen here; the reason says why. */
  unseen?: boolean;
}

/** What lies over the picture. There is a slot for each, `loading` and `unseen` excepted. */
export type Cover = 'none' | 'loading' | 'unseen' | 'waiting' | 'reconnecting' | 'ended' | 'failed';

export function coverOf({ status, retryAt, unseen }: ScreenState): Cover {
  switch (status) {
    case 'connecting':
      return retryAt > 0 ? 'reconnecting' : 'loading';
    case 'waiting':
    case 'ended':
    case 'failed':
    case 'reconnecting':
      return status;
    default:
      return unseen ? 'unseen' : 'none';
  }
}

/** What is read out when it comes to this; nothing for what is over at once. `pictured`: there is something to see, if old. */
export function spoken({ status, reason, retryAt }: ScreenState, pictured: boolean): string {
  switch (status) {
    case 'live':
      return reason || 'live';
    case 'waiting':
      return pictured ? 'the source is away; this is its last picture' : 'waiting for the source';
    case 'reconnecting':
      return 'connection lost, trying again';
    case 'connecting':
      return retryAt > 0 ? 'no connection yet, trying again' : '';
    case 'ended':
      return 'the stream has ended';
    case 'failed':
      return `failed: ${reason}`;
    default:
      return '';
  }
}

/** Why there is nobody to steer; empty where there is somebody. `pictured`: there was. */
export function nobodyThere({ status, reason }: ScreenState, pictured: boolean): string {
  switch (status) {
    case 'live':
      return '';
    case 'waiting':
      return reason || (pictured ? 'the source is away' : 'the source is not there yet');
    case 'reconnecting':
      return 'the connection is lost; it is tried again';
    case 'ended':
      return 'the stream has ended';
    case 'failed':
      return reason;
    default:
      return 'not connected to a source';
  }
}

export const sameState = (a: ScreenState, b: ScreenState): boolean =>
  a.status === b.status && a.reason === b.reason && a.retryAt > 0 === b.retryAt > 0;
