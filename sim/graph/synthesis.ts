/**
 * Expressions for functions of many variables, where trying everything would take too long: a function is split by the
 * signal that leaves the least uncertainty (entropy, as decision trees are grown), and whatever has been made before and
 * will do is used again.
 */
import { FALSE, type Graph, type Literal, TRUE } from './graph.js';
import { CASES, type Truth, type Truths } from './truth.js';

/** What an operation is worth in bits of uncertainty. */
const OPERATION = 5;

interface Signal {
  literal: Literal;
  truth: Truth;
}

interface Split {
  score: number;
  signal: Signal;
  form: 'and' | 'or' | 'xor' | 'mux' | 'or-and' | 'and-or';
}

export class Synthesis {
  readonly #truths: Truths;
  /** What functions are split by, each with its complement. */
  readonly #signals: [Signal, Signal][];
  /** Everything there is to be used again, each with its complement. */
  readonly #pool: Signal[] = [];
  readonly #pooled = new Set<Literal>();

  constructor(
    private readonly graph: Graph,
    literals: readonly Literal[],
    private readonly noise: () => number,
    truths: Truths,
  ) {
    this.#truths = truths;
    this.#signals = literals.map((literal) => [this.#signal(literal), this.#signal(literal ^ 1)]);
    for (const literal of literals) this.#add(literal);
  }

  /** @param ones Cases in which it must be 1. @param zeros In which it must be 0; the others are free. */
  make(ones: Truth, zeros: Truth): Literal {
    const literal = this.#make(ones, zeros);
    this.#add(literal);
    return literal;
  }

  #make(ones: Truth, zeros: Truth): Literal {
    if (isEmpty(ones)) return FALSE;
    if (isEmpty(zeros)) return TRUE;
    const found = this.#old(ones, zeros) ?? this.#pair(ones, zeros);
    if (found !== undefined) return found;
    const { graph } = this;
    const { signal, form } = this.#split(ones, zeros);
    const { literal: v, truth: p } = signal;
    const zeros1 = and(zeros, p);
    if (form === 'and') return graph.and(v, this.make(ones, zeros1));
    const ones0 = andNot(ones, p);
    if (form === 'or') return graph.or(v, this.make(ones0, zeros));
    const ones1 = and(ones, p);
    const zeros0 = andNot(zeros, p);
    if (form === 'xor') return graph.xor(v, this.make(or(ones0, zeros1), or(zeros0, ones1)));
    if (form === 'or-and') {
      const a = this.make(ones0, zeros);
      return graph.or(a, graph.and(v, this.make(andNot(ones1, this.#truths.of(a)), zeros1)));
    }
    if (form === 'and-or') {
      const a = this.make(ones, zeros0);
      return graph.and(a, graph.or(v ^ 1, this.make(ones1, and(zeros1, this.#truths.of(a)))));
    }
    const a = this.make(ones0, zeros0);
    const truth = this.#truths.of(a);
    // With a xor, the other half is told by where it differs from this one; with a multiplexer, as it is.
    const differ = or(andNot(ones1, truth), and(zeros1, truth));
    const same = or(and(ones1, truth), andNot(zeros1, truth));
    if (entropy(differ, same) - OPERATION <= entropy(ones1, zeros1))
      return graph.xor(a, graph.and(v, this.make(differ, same)));
    return graph.mux(v, a, this.make(ones1, zeros1));
  }

  /** Something that is there already. */
  #old(ones: Truth, zeros: Truth): Literal | undefined {
    for (const { literal, truth } of this.#pool) if (covers(truth, ones) && disjoint(truth, zeros)) return literal;
    return undefined;
  }

  /** One operation on two things that are there already. */
  #pair(ones: Truth, zeros: Truth): Literal | undefined {
    const pool = this.#pool;
    const above = pool.filter(({ truth }) => covers(truth, ones));
    for (let i = 0; i < above.length; i++)
      for (let j = i + 1; j < above.length; j++)
        if (disjoint3(above[i].truth, above[j].truth, zeros)) return this.graph.and(above[i].literal, above[j].literal);
    const below = pool.filter(({ truth }) => disjoint(truth, zeros));
    for (let i = 0; i < below.length; i++)
      for (let j = i + 1; j < below.length; j++)
        if (covers2(below[i].truth, below[j].truth, ones)) return this.graph.or(below[i].literal, below[j].literal);
    // Of each signal and its complement, one is enough.
    for (let i = 0; i < pool.length; i += 2)
      for (let j = i + 2; j < pool.length; j++)
        if (differs(pool[i].truth, pool[j].truth, ones, zeros)) return this.graph.xor(pool[i].literal, pool[j].literal);
    return undefined;
  }

  #split(ones: Truth, zeros: Truth): Split {
    let best: Split | undefined;
    const offer = (form: Split['form'], signal: Signal, score: number): void => {
      const noisy = score * (1 + this.noise());
      if (!best || noisy < best.score) best = { score: noisy, signal, form };
    };
    const one = count(ones);
    const zero = count(zeros);
    const whole = bits(one, zero);
    for (const [signal, not] of this.#signals) {
      const one1 = countBoth(ones, signal.truth);
      const zero1 = countBoth(zeros, signal.truth);
      const one0 = one - one1;
      const zero0 = zero - zero1;
      if (one1 + zero1 === 0 || one0 + zero0 === 0) continue;
      if (one0 === 0) offer('and', signal, OPERATION + bits(one1, zero1));
      if (zero1 === 0) offer('or', signal, OPERATION + bits(one0, zero0));
      if (one1 === 0) offer('and', not, OPERATION + bits(one0, zero0));
      if (zero0 === 0) offer('or', not, OPERATION + bits(one1, zero1));
      const flipped = bits(one0 + zero1, zero0 + one1);
      // Else it could be flipped back next.
      if (flipped < whole) offer('xor', signal, OPERATION + flipped);
      offer('mux', signal, 2.5 * OPERATION + bits(one0, zero0) + bits(one1, zero1));
      if (one1 > 0) offer('or-and', signal, 2 * OPERATION + bits(one0, zero) + bits(one1, zero1));
      if (one0 > 0) offer('or-and', not, 2 * OPERATION + bits(one1, zero) + bits(one0, zero0));
      if (zero1 > 0) offer('and-or', signal, 2 * OPERATION + bits(one, zero0) + bits(one1, zero1));
      if (zero0 > 0) offer('and-or', not, 2 * OPERATION + bits(one, zero1) + bits(one0, zero0));
    }
    return best!;
  }

  #signal(literal: Literal): Signal {
    return { literal, truth: this.#truths.of(literal) };
  }

  #add(literal: Literal): void {
    const plain = literal & ~1;
    if (plain === FALSE || this.#pooled.has(plain)) return;
    this.#pooled.add(plain);
    this.#pool.push(this.#signal(plain), this.#signal(plain | 1));
  }
}

/** Bits of uncertainty of a set with so many ones and zeros. */
function bits(ones: number, zeros: number): number {
  if (ones === 0 || zeros === 0) return 0;
  return WEIGHT[ones + zeros] - WEIGHT[ones] - WEIGHT[zeros];
}

const WEIGHT = Float64Array.from({ length: CASES + 1 }, (_, n) => (n === 0 ? 0 : n * Math.log2(n)));

const entropy = (ones: Truth, zeros: Truth): number => bits(count(ones), count(zeros));
const and = (a: Truth, b: Truth): Truth => a.map((word, i) => word & b[i]);
const or = (a: Truth, b: Truth): Truth => a.map((word, i) => word | b[i]);
const andNot = (a: Truth, b: Truth): Truth => a.map((word, i) => word & ~b[i]);

function isEmpty(a: Truth): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== 0) return false;
  return true;
}

function covers(a: Truth, b: Truth): boolean {
  for (let i = 0; i < a.length; i++) if (b[i] & ~a[i]) return false;
  return true;
}

function covers2(a: Truth, b: Truth, c: Truth): boolean {
  for (let i = 0; i < a.length; i++) if (c[i] & ~(a[i] | b[i])) return false;
  return true;
}

function disjoint(a: Truth, b: Truth): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] & b[i]) return false;
  return true;
}

function disjoint3(a: Truth, b: Truth, c: Truth): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] & b[i] & c[i]) return false;
  return true;
}

/** Whether `a ^ b` is 1 in the ones and 0 in the zeros. */
function differs(a: Truth, b: Truth, ones: Truth, zeros: Truth): boolean {
  for (let i = 0; i < a.length; i++) {
    const word = a[i] ^ b[i];
    if ((ones[i] & ~word) | (zeros[i] & word)) return false;
  }
  return true;
}

function ones32(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function count(a: Truth): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ones32(a[i]);
  return sum;
}

function countBoth(a: Truth, b: Truth): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ones32(a[i] & b[i]);
  return sum;
}
