/** Whether a token asks for more than its key may give. Then all of it is refused: half a right is nobody's intention. */

import type { Rect } from '../../transport/wire/messages.js';
import type { TokenScope } from './grant.js';
import { covers } from './patterns.js';

const within = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** The claim that goes beyond `scope`, or null. A bound that the scope has and the token has not is gone beyond, too. */
export function exceeds(token: TokenScope, scope: TokenScope): 'channels' | 'can' | 'view' | 'maxBps' | null {
  if (!token.channels.every((narrow) => scope.channels.some((wide) => covers(wide, narrow)))) return 'channels';
  if (!token.can.every((verb) => scope.can.includes(verb))) return 'can';
  if (scope.view && !(token.view && within(token.view, scope.view))) return 'view';
  if (scope.maxBps !== undefined && !((token.maxBps ?? Number.POSITIVE_INFINITY) <= scope.maxBps)) return 'maxBps';
  return null;
}
