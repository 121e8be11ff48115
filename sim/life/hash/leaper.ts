/** A world that is to leap. */

import type { TotalisticRule } from '../../rule/rule.js';
import type { Layout } from '../layout.js';
import type { HashKernel } from './kernel.js';

export interface Leaper {
  readonly kernel: HashKernel;
  readonly layout: Layout;
  /** Sides of the tree are 2^level. */
  readonly level: number;
  readonly rule: TotalisticRule;
  readonly torus: boolean;
  /** A torus whose sides are powers of two: the tree is full of copies. */
  readonly ring: boolean;
  readonly root: number;
}
