/** The secret that sources show, where a relay asks for one. */

import { sameSecret } from './secret.js';

/** Does `shown` grant to publish? */
export function mayPublish(token: string | undefined, shown: string | undefined): boolean {
  return token === undefined || (shown !== undefined && sameSecret(token, shown));
}
