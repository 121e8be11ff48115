/** Names of channels as they stand in a URL. */

import { isChannelName } from '../transport/link/address.js';

/** What a name may be, in words for a close reason. */
export const CHANNEL_NAME_RULE = '1 to 64 of A-Z a-z 0-9 . _ ~ -';

/** The channel named by one percent-encoded path segment, or null if it is no name. */
export function channelName(segment: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    return null;
  }
  return isChannelName(name) ? name : null;
}
