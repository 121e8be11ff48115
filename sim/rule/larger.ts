/**
 * Larger than Life (Kellie Evans), in the notation of MCell and Golly: `Rr,Cc,Mm,Smin..max,Bmin..max,Nn`, and Evans'
 * own `range,birth min,birth max,survival min,survival max`.
 */
import { quote, RuleError } from '../errors.js';
import { type LargerRule, MAX_STATES, type Neighborhood, planesFor } from './rule.js';

/** How far neighbours may reach. */
export const MAX_RANGE = 10;

const NEIGHBORHOODS = { M: 'moore', N: 'von-neumann', C: 'circular' } as const;

/** Is this meant to be a rule of Larger than Life? */
export function looksLarger(text: string): boolean {
  return /^\s*r\s*\d/i.test(text) || /^[^,/]*\d\s*,\s*\d/.test(text);
}

/**
 * How far the neighbourhood reaches to either side, in each row from the middle one (index 0) to the last (`range`).
 * Circular: the cells nearer than `range` + 0.5.
 */
export function spans(range: number, neighborhood: LargerRule['neighborhood']): number[] {
  return Array.from({ length: range + 1 }, (_, dy) => {
    if (neighborhood === 'moore') return range;
    if (neighborhood === 'von-neumann') return range - dy;
    return Math.floor(Math.sqrt((range + 0.5) ** 2 - dy * dy));
  });
}

/** Cells of a neighbourhood, the middle one among them. */
export function neighborhoodSize(range: number, neighborhood: LargerRule['neighborhood']): number {
  return spans(range, neighborhood).reduce((sum, half, dy) => sum + (dy === 0 ? 1 : 2) * (2 * half + 1), 0);
}

/**
 * Reads a rule.
 *
 * @param neighborhood What the text must say where it says anything; Moore where neither does.
 * @throws RuleError naming the character that is wrong and what would be right.
 */
export function parseLarger(text: string, neighborhood?: Neighborhood): LargerRule {
  return new LargerReader(text, neighborhood).read();
}

type Bounds = readonly [number, number];

class LargerReader {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly wanted: Neighborhood | undefined,
  ) {}

  read(): LargerRule {
    this.#blanks();
    return /\d/.test(this.text[this.#at]) ? this.#evans() : this.#lettered();
  }

  /** Evans' five numbers; a cell counts itself. */
  #evans(): LargerRule {
    const range = this.#range();
    const places: number[] = [];
    const numbers = [0, 1, 2, 3].map(() => {
      this.#comma();
      places.push(this.#at);
      return this.#number();
    });
    this.#end();
    const [b0, b1, s0, s1] = numbers;
    const size = neighborhoodSize(range, 'moore');
    this.#check('birth', [b0, b1], places[0], size);
    this.#check('survival', [s0, s1], places[2], size);
    return this.#make(range, 2, true, [s0, s1], [b0, b1], 'M');
  }

  #lettered(): LargerRule {
    let range: number | undefined;
    let states = 2;
    let middle: boolean | undefined;
    let survival: Bounds | undefined;
    let birth: Bounds | undefined;
    let letter: 'M' | 'N' | 'C' = this.wanted === 'von-neumann' ? 'N' : 'M';
    const places: Record<string, number> = {};
    for (;;) {
      this.#blanks();
      const start = this.#at;
      const part = this.text[this.#at++]?.toUpperCase() ?? '';
      if (!'RCMSBN'.includes(part) || part === '')
        this.#fail(start, 'the parts of this rule are R, C, M, S, B and N, as in "R5,C0,M1,S34..58,B34..45,NM"');
      if (part in places) this.#fail(start, `"${part}" is given twice`);
      places[part] = start;
      this.#blanks();
      if (part === 'R') range = this.#range();
      else if (part === 'C') states = this.#states();
      else if (part === 'M') middle = this.#number(1, 'M is 1 where a cell counts itself, else 0') === 1;
      else if (part === 'S') survival = this.#bounds();
      else if (part === 'B') birth = this.#bounds();
      else letter = this.#letter();
      this.#blanks();
      if (this.#at >= this.text.length) break;
      this.#comma();
    }
    if (range === undefined) return this.#lacks('R, the range');
    if (middle === undefined) return this.#lacks('M (1 where a cell counts itself, else 0)');
    if (survival === undefined) return this.#lacks('S, the counts that survive');
    if (birth === undefined) return this.#lacks('B, the counts that give birth');
    const size = neighborhoodSize(range, NEIGHBORHOODS[letter]) - (middle ? 0 : 1);
    this.#check('survival', survival, places.S, size);
    this.#check('birth', birth, places.B, size);
    return this.#make(range, states, middle, survival, birth, letter);
  }

  #make(range: number, states: number, middle: boolean, s: Bounds, b: Bounds, letter: 'M' | 'N' | 'C'): LargerRule {
    const c = states === 2 ? 0 : states;
    const neighborhood = NEIGHBORHOODS[letter];
    if (this.wanted !== undefined && neighborhood !== this.wanted)
      throw new RuleError(
        `Rule ${quote(this.text.trim())} says ${neighborhood}, but the neighbourhood is set to ${this.wanted}: drop one of the two.`,
        this.text.trimEnd().length,
      );
    return {
      kind: 'larger',
      range,
      middle,
      survival: s,
      birth: b,
      neighborhood,
      text: `R${range},C${c},M${middle ? 1 : 0},S${s[0]}..${s[1]},B${b[0]}..${b[1]},N${letter}`,
      states,
      planes: planesFor(states),
    };
  }

  #range(): number {
    const start = this.#at;
    const range = this.#number();
    if (range < 1 || range > MAX_RANGE) this.#fail(start, `neighbours reach 1 to ${MAX_RANGE} cells far`);
    return range;
  }

  /** MCell and Golly write 0 for a plain rule. */
  #states(): number {
    const start = this.#at;
    const states = this.#number();
    if (states > MAX_STATES) this.#fail(start, `cells have at most ${MAX_STATES} states`);
    return Math.max(2, states);
  }

  #letter(): 'M' | 'N' | 'C' {
    const letter = this.text[this.#at]?.toUpperCase();
    if (letter !== 'M' && letter !== 'N' && letter !== 'C')
      this.#fail(this.#at, 'the neighbourhood is "NM" (Moore), "NN" (von Neumann) or "NC" (circular)');
    this.#at++;
    return letter;
  }

  #bounds(): Bounds {
    const low = this.#number();
    this.#blanks();
    if (this.text.slice(this.#at, this.#at + 2) !== '..')
      this.#fail(this.#at, 'the least and the most count are joined by "..", as in "34..58"');
    this.#at += 2;
    this.#blanks();
    return [low, this.#number()];
  }

  #check(name: string, [low, high]: Bounds, at: number, size: number): void {
    if (high > size)
      this.#fail(at, `${high} living cells cannot be counted in this neighbourhood: ${name} counts are 0 to ${size}`);
    if (low > high) this.#fail(at, `the least ${name} count, ${low}, is above the most, ${high}`);
  }

  #number(most = 999_999_999, hint = 'a whole number is expected'): number {
    const start = this.#at;
    while (/\d/.test(this.text[this.#at] ?? '')) this.#at++;
    const value = Number(this.text.slice(start, this.#at));
    if (this.#at === start || value > most)
      this.#fail(start, this.#at === start || most < 9 ? hint : 'this number is too big');
    return value;
  }

  #comma(): void {
    this.#blanks();
    if (this.text[this.#at] !== ',') this.#fail(this.#at, 'parts are set apart by ","');
    this.#at++;
    this.#blanks();
  }

  #end(): void {
    this.#blanks();
    if (this.#at < this.text.length) this.#fail(this.#at, 'five numbers are a rule: range, births, survivals');
  }

  #blanks(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #lacks(what: string): never {
    throw new RuleError(
      `Rule ${quote(this.text.trim())} lacks ${what}: write one such as "R5,C0,M1,S34..58,B34..45,NM".`,
      this.text.trimEnd().length,
    );
  }

  #fail(at: number, hint: string): never {
    const end = this.text.trimEnd().length;
    const found = at < end ? `"${this.text[at]}" at character ${at + 1}` : `the text ends at character ${end}`;
    throw new RuleError(`Rule ${quote(this.text.trim())}: ${found}: ${hint}.`, Math.min(at, end - 1) + 1);
  }
}
