import type { Link } from '../../transport/link/link.js';
import { after } from '../../transport/session/timer.js';
import { CLOSE } from '../../transport/wire/codes.js';

/** Closes a link by which, after so many milliseconds, nothing `came` that says what it is for. */
export function expectFirst(link: Link, ms: number, came: () => boolean): void {
  const timer = after(ms, () => {
    if (!came()) link.close(CLOSE.timeout.code, 'no first message');
  });
  const { onclose } = link;
  link.onclose = (event) => {
    timer.stop();
    onclose?.(event);
  };
}
