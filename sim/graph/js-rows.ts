/** Rows of cells as JavaScript. */
import type { Program, Value } from './program.js';

/**
 * Two columns of a whole block side by side, which read half of what is beside them in each other; all four, which are not
 * compared with generation n-1; one column; one at a seam.
 */
export type Shape = 'pair' | 'blind' | 'single' | 'cut';

/**
 * What indices are cut to where pointers move: the compiler then knows that they are not negative and do not overflow, and
 * needs neither to extend nor to wrap those beside them.
 */
export const INDEX = '0x3fffffff';

const SIGNS = { and: '&', or: '|', xor: '^' };

/** Prints rows of cells. Row 0 is the one above those to compute; a value's name is that of its row and column. */
export class RowPrinter {
  readonly #numbers = new Map<Value, number>();
  readonly #kept: readonly Value[];
  /** Those that are wanted for two rows. */
  readonly #long: ReadonlySet<Value>;
  /** The row being printed: lines so far, and which values they compute. */
  #lines: string[] = [];
  #done = new Set<string>();
  #row = 0;
  #offset = 0;
  #column = 0;

  constructor(
    private readonly program: Program,
    private readonly planeStride: number,
    private readonly shape: Shape,
    private readonly columns: number,
  ) {
    this.#kept = program.kept.map(({ value }) => value);
    this.#long = new Set(program.kept.filter(({ age }) => age === 2).map(({ value }) => value));
  }

  get #cut(): boolean {
    return this.shape === 'cut';
  }

  /** Of kept values, those of the last two rows. */
  declarations(): string {
    return [
      'unused = 0',
      ...this.#each(
        () => true,
        (value, row) => `${this.#name(value, row)} = 0`,
      ),
    ].join();
  }

  enter(): string {
    const texts = this.#each(
      () => true,
      (value, row) => `${this.#name(value, row === 'a' ? 0 : 1)} = ${this.#name(value, row)}`,
    );
    return texts.length > 0 ? `const ${texts.join()};` : '';
  }

  /** The last two of so many rows become the first. */
  leave(rows: number): string {
    return this.#each(
      () => true,
      (value, row) => `${this.#name(value, row)} = ${this.#name(value, row === 'a' ? rows : rows + 1)};`,
    ).join(' ');
  }

  /** Keeps what was computed of row 0 or 1. */
  begin(row: 0 | 1): string {
    const keep = row === 0 ? 'a' : 'b';
    return this.#each(
      (name) => name === keep,
      (value, name) => `${this.#name(value, name)} = ${this.#name(value, row)};`,
    ).join(' ');
  }

  /** Computes what is kept of a row. @param offset Words from `p`. */
  row(row: number, offset: number): string {
    this.#start(row, offset);
    for (this.#column = 0; this.#column < this.columns; this.#column++) this.#keep();
    return this.#lines.join(' ');
  }

  /** The next states of a row; to be printed after the row below it. @param offset Words from `to`. */
  cells(row: number, offset: number): string {
    this.#lines = [];
    for (this.#column = 0; this.#column < this.columns; this.#column++) this.#cells(row, offset);
    return this.#lines.join(' ');
  }

  /**
   * The next states of a row, and of the row below it what is kept, column by column: many columns at once are more than a
   * processor has room for.
   *
   * @param offset Words from `p`. @param to Words from `to`.
   */
  both(row: number, offset: number, to: number): string {
    this.#start(row + 1, offset);
    for (this.#column = 0; this.#column < this.columns; this.#column++) {
      this.#keep();
      this.#cells(row, to);
    }
    return this.#lines.join(' ');
  }

  #start(row: number, offset: number): void {
    this.#row = row;
    this.#offset = offset;
    this.#lines = [];
    this.#done.clear();
  }

  #keep(): void {
    for (const { value, age } of this.program.kept) if (this.#row > 0 || age === 2) this.#value(value);
  }

  #cells(row: number, offset: number): void {
    const column = this.#column;
    for (const [plane, value] of this.program.next.entries()) {
      const text = this.#value(value);
      const at = `to${plane}_${row}_${column}`;
      const place = index('to', offset + column + plane * this.planeStride);
      if (this.shape === 'blind') {
        this.#lines.push(`dst[${place}] = ${text};`);
        continue;
      }
      const next = `next${plane}_${row}_${column}`;
      this.#lines.push(`const ${next} = ${text}${this.#cut ? ' & keep' : ''};`);
      this.#lines.push(`const ${at} = ${place};`);
      this.#lines.push(`diff${column} ${plane === 0 ? '=' : '|='} ${next} ^ dst[${at}];`);
      this.#lines.push(`dst[${at}] = ${next};`);
    }
    if (this.shape !== 'blind') this.#lines.push(`all${column} |= diff${column};`);
  }

  /** Texts of all kept values of the two rows before, a the older. */
  #each(wanted: (row: 'a' | 'b') => boolean, text: (value: Value, row: 'a' | 'b') => string): string[] {
    const texts: string[] = [];
    for (this.#column = 0; this.#column < this.columns; this.#column++)
      for (const row of ['a', 'b'] as const)
        for (const value of this.#kept)
          if (wanted(row) && (row === 'b' || this.#long.has(value))) texts.push(text(value, row));
    return texts;
  }

  #name(value: Value, row: number | string = this.#row): string {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
    }
    return `v${number}_${row}_${this.#column}`;
  }

  /** The text of a value; lines that must stand before it are written. */
  #value(value: Value): string {
    if (value.op === 'kept') return this.#name(value.a!, this.#row - value.index);
    if (value.op === 'zero') return '0';
    if (value.uses <= 1 && value.op !== 'own' && !this.#kept.includes(value)) return this.#compute(value);
    const name = this.#name(value);
    if (!this.#done.has(name)) {
      this.#done.add(name);
      const text = this.#compute(value);
      this.#lines.push(`const ${name} = ${text};`);
    }
    return name;
  }

  #compute(value: Value): string {
    const { living } = this.program;
    if (value.op === 'own') return this.#load('p', value.index, this.#column);
    if (value.op === 'left') {
      const left = this.#beside(-1);
      return `(${this.#value(living)} << 1 | ${this.#cut ? `${left} >>> leftBit & 1` : `${left} >>> 31`})`;
    }
    if (value.op === 'right') {
      const right = this.#beside(1);
      return `(${this.#value(living)} >>> 1 | ${this.#cut ? `(${right} & 1) << lastBit` : `${right} << 31`})`;
    }
    return joined(value, (operand) => this.#value(operand));
  }

  /** What lives in the column to the left or right. */
  #beside(by: -1 | 1): string {
    const { living } = this.program;
    const column = this.#column + by;
    if (column < 0 || column === this.columns) return this.#elsewhere(living, by < 0 ? 'pl' : 'pr');
    this.#column = column;
    const text = this.#value(living);
    this.#column -= by;
    return text;
  }

  /** A function of the own planes, of the same row in the column to the left or right. */
  #elsewhere(value: Value, pointer: string): string {
    if (value.op === 'own') return this.#load(pointer, value.index, 0);
    return joined(value, (operand) => this.#elsewhere(operand, pointer));
  }

  #load(pointer: string, plane: number, column: number): string {
    return `src[${index(pointer, this.#offset + column + plane * this.planeStride)}]`;
  }
}

const index = (pointer: string, offset: number): string => (offset === 0 ? pointer : `${pointer} + ${offset}`);

/** The text of an operation, in JavaScript or WGSL. */
export function joined({ op, a, b }: Value, text: (operand: Value) => string): string {
  const first = text(a!);
  if (op === 'not') return `(~${first})`;
  const second = text(b!);
  return op === 'andn' ? `(${first} & ~${second})` : `(${first} ${SIGNS[op as 'and']} ${second})`;
}
