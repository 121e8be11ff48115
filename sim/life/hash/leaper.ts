/** A world that is to leap. */
import type { Layout } from '../layout.js';
import type { Rule } from '../rule.js';
import type { HashKernel } from './kernel.js';

export interface Leaper {
  readonly kernel: HashKernel;
  readonly layout: Layout;
  /** Sides of the tree are 2^level. */
  readonly level: number;
  readonly rule: Rule;
  readonly torus: boolean;
  /** A torus whose sides are powers of two: the tree is full of copies. */
  readonly ring: boolean;
  readonly root: number;
}
