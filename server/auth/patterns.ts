/** Names of channels as a right says them: one name, or all that begin alike (`demo*`), or all there are (`*`). */

/** Is this a name, or the beginning of names with a `*` after it? */
export const isPattern = (text: string): boolean => /^(?:[A-Za-z0-9._~-]{1,64}|[A-Za-z0-9._~-]{0,63}\*)$/.test(text);

/** Does the pattern mean this channel? */
export const matches = (pattern: string, channel: string): boolean =>
  pattern.endsWith('*') ? channel.startsWith(pattern.slice(0, -1)) : pattern === channel;

/** Does `wide` mean every channel that `narrow` does? */
export const covers = (wide: string, narrow: string): boolean =>
  wide.endsWith('*') ? narrow.startsWith(wide.slice(0, -1)) : wide === narrow;
