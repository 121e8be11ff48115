import { CLOSE } from '../../transport/wire/codes.js';
import { Refusal } from '../relay/refusal.js';

/**
 * A right was not shown. `missing`: no token was; `invalid`: it is not one, or not any more; `insufficient`: it is one, for
 * something else. None of them repeats what was shown.
 */
export class TokenRefusal extends Refusal {
  constructor(
    readonly kind: 'missing' | 'invalid' | 'insufficient',
    message: string,
  ) {
    super(CLOSE.unauthorized, message);
  }
}
