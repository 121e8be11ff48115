/** Names of channels as they stand in a URL. */

/** What a name may be, in words for a close reason. */
export const CHANNEL_NAME_RULE = '1 to 64 of A-Z a-z 0-9 . _ ~ -';

const NAME = /^[A-Za-z0-9._~-]{1,64}$/;

/** The channel named by one percent-encoded path segment, or null if it is no name. */
export function channelName(segment: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    return null;
  }
  // Browsers fold dot segments away before they ask, so such a channel could never be reached again.
  return NAME.test(name) && name !== '.' && name !== '..' ? name : null;
}
