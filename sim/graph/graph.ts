/**
 * Boolean functions as one graph, each function in it once.
 *
 * Nodes are AND and XOR; "not" is no node but a bit of the reference, so a function and its complement share all they
 * need (Kuehlmann and others, "Robust Boolean Reasoning", IEEE TCAD 2002). Inputs belong to a row of cells: above (-1),
 * the cell's own (0), below (1).
 */

/** A reference to a node: twice its number, plus 1 where its complement is meant. */
export type Literal = number;

export const FALSE: Literal = 0;
export const TRUE: Literal = 1;

/** What an input means: the living left or right neighbour, or a plane of the cell itself (CENTRE + plane). */
export const LEFT = 0;
export const RIGHT = 1;
export const CENTRE = 2;

const INPUT = 0;
const AND = 1;
const XOR = 2;
/** More nodes than any rule comes near; keys of pairs of literals stay below 2^53. */
const SPAN = 2 ** 24;

export class Graph {
  /** INPUT, AND or XOR of each node; node 0 is the constant. */
  readonly #op: number[] = [INPUT];
  /** Of an input: its row and its meaning. Else the two literals. */
  readonly #a: number[] = [0];
  readonly #b: number[] = [0];
  /** Bit row + 1 set: the node depends on that row. */
  readonly #rows: number[] = [0];
  readonly #known = new Map<number, number>();
  readonly #below = new Map<Literal, Literal>();
  #stamps: number[] = [];
  #stamp = 0;

  /** @param sky Planes of cells are stored as they differ from those of this state. */
  constructor(readonly sky = 0) {}

  /** @param row -1, 0 or 1. @param meaning LEFT, RIGHT or CENTRE + plane. */
  input(row: number, meaning: number): Literal {
    return this.#node(INPUT, row + 1, meaning, 1 << (row + 1));
  }

  /** A plane of a cell's state, the cell in the middle of a row. */
  plane(row: number, plane: number): Literal {
    return this.input(row, CENTRE + plane) ^ ((this.sky >> plane) & 1);
  }

  and(a: Literal, b: Literal): Literal {
    if (a > b) return this.and(b, a);
    if (a === FALSE || a === (b ^ 1)) return FALSE;
    if (a === TRUE || a === b) return b;
    return this.#absorb(a, b) ?? this.#absorb(b, a) ?? this.#node(AND, a, b, this.#rows[a >> 1] | this.#rows[b >> 1]);
  }

  or(a: Literal, b: Literal): Literal {
    return this.and(a ^ 1, b ^ 1) ^ 1;
  }

  /** "Not" on either side moves to the result. */
  xor(a: Literal, b: Literal): Literal {
    const not = (a ^ b) & 1;
    let x = a & ~1;
    let y = b & ~1;
    if (x > y) [x, y] = [y, x];
    if (x === FALSE) return y | not;
    if (x === y) return not;
    return (this.#cancel(x, y) ?? this.#cancel(y, x) ?? this.#xorNode(x, y)) ^ not;
  }

  /** `zero` where `by` is 0, `one` where it is 1. */
  mux(by: Literal, zero: Literal, one: Literal): Literal {
    return this.xor(zero, this.and(by, this.xor(zero, one)));
  }

  isInput(literal: Literal): boolean {
    return this.#op[literal >> 1] === INPUT;
  }

  /** Row and meaning of an input. */
  inputOf(literal: Literal): { row: number; meaning: number } {
    return { row: this.#a[literal >> 1] - 1, meaning: this.#b[literal >> 1] };
  }

  /** The operation of a node that is no input. */
  nodeOf(literal: Literal): { op: 'and' | 'xor'; a: Literal; b: Literal } {
    const node = literal >> 1;
    return { op: this.#op[node] === AND ? 'and' : 'xor', a: this.#a[node], b: this.#b[node] };
  }

  /** The row a function depends on, if it is one row only; computed once, it serves three rows of cells. */
  rowOf(literal: Literal): number | undefined {
    const rows = this.#rows[literal >> 1];
    return rows === 1 ? -1 : rows === 2 ? 0 : rows === 4 ? 1 : undefined;
  }

  /** The same function of the row below. @param literal A function of one row. */
  below(literal: Literal): Literal {
    if (this.#rows[literal >> 1] === 4) return literal;
    const plain = literal & ~1;
    let found = this.#below.get(plain);
    if (found === undefined) {
      const node = plain >> 1;
      const a = this.#a[node];
      const b = this.#b[node];
      if (this.#op[node] === INPUT) found = this.input(1, b);
      else if (this.#op[node] === AND) found = this.and(this.below(a), this.below(b));
      else found = this.xor(this.below(a), this.below(b));
      this.#below.set(plain, found);
    }
    return found ^ (literal & 1);
  }

  /** Operations a row of cells takes: every node once, functions of one row not again for the rows below. */
  cost(outputs: readonly Literal[]): number {
    this.#stamp++;
    let cost = 0;
    for (const output of outputs) cost += this.#count(output);
    return cost;
  }

  #count(literal: Literal): number {
    let node = literal >> 1;
    const rows = this.#rows[node];
    if (rows === 1 || rows === 2) node = this.below(literal) >> 1;
    if (this.#op[node] === INPUT || this.#stamps[node] === this.#stamp) return 0;
    this.#stamps[node] = this.#stamp;
    return 1 + this.#count(this.#a[node]) + this.#count(this.#b[node]);
  }

  /** `a & b` where b is itself an AND that holds a or its complement. */
  #absorb(a: Literal, b: Literal): Literal | undefined {
    const node = b >> 1;
    if (this.#op[node] !== AND) return undefined;
    const x = this.#a[node];
    const y = this.#b[node];
    if (b & 1) {
      if (x === a) return this.and(a, y ^ 1);
      if (y === a) return this.and(a, x ^ 1);
      if (x === (a ^ 1) || y === (a ^ 1)) return a;
      return undefined;
    }
    if (x === a || y === a) return b;
    if (x === (a ^ 1) || y === (a ^ 1)) return FALSE;
    return undefined;
  }

  /** `a ^ b` where b holds a. Both without complement. */
  #cancel(a: Literal, b: Literal): Literal | undefined {
    const node = b >> 1;
    const x = this.#a[node];
    const y = this.#b[node];
    if (this.#op[node] === XOR) {
      if (x === a) return y;
      if (y === a) return x;
    } else if (this.#op[node] === AND) {
      if (x === a) return this.and(a, y ^ 1);
      if (y === a) return this.and(a, x ^ 1);
      // a ^ (~a & y) is a | y.
      if (x === (a ^ 1)) return this.or(a, y);
      if (y === (a ^ 1)) return this.or(a, x);
    }
    return undefined;
  }

  #xorNode(a: Literal, b: Literal): Literal {
    return this.#node(XOR, a, b, this.#rows[a >> 1] | this.#rows[b >> 1]);
  }

  #node(op: number, a: number, b: number, rows: number): Literal {
    const key = (a * SPAN + b) * 3 + op;
    let node = this.#known.get(key);
    if (node === undefined) {
      node = this.#op.length;
      this.#op.push(op);
      this.#a.push(a);
      this.#b.push(b);
      this.#rows.push(rows);
      this.#known.set(key, node);
    }
    return node * 2;
  }
}
