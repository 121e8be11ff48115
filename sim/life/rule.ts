/** Outer-totalistic rules: what a cell becomes depends on its own state and on how many neighbours live. */
import { quote, RuleError } from '../errors.js';

export type Neighborhood = 'moore' | 'von-neumann';

export interface Rule {
  /** Bit n set: a dead cell with n living neighbours is born. */
  readonly birth: number;
  /** Bit n set: a living cell with n living neighbours stays. */
  readonly survival: number;
  readonly neighborhood: Neighborhood;
  /** States a cell can have: 2 = dead and alive. */
  readonly states: number;
  /** Canonical text, e.g. "B3/S23"; von Neumann "B2/S013V". */
  readonly text: string;
}

/** Rules people know by name. */
export const NAMED_RULES: Readonly<Record<string, string>> = {
  Life: 'B3/S23',
  HighLife: 'B36/S23',
  Seeds: 'B2/S',
  'Day & Night': 'B3678/S34678',
  Replicator: 'B1357/S1357',
  'Life without Death': 'B3/S012345678',
  Maze: 'B3/S12345',
  Mazectric: 'B3/S1234',
  Coral: 'B3/S45678',
  Diamoeba: 'B35678/S5678',
  '2x2': 'B36/S125',
  Morley: 'B368/S245',
  Anneal: 'B4678/S35678',
  'Live Free or Die': 'B2/S0',
  Gnarl: 'B1/S1',
  Serviettes: 'B234/S',
  'Long Life': 'B345/S5',
  Amoeba: 'B357/S1358',
  'Walled Cities': 'B45678/S2345',
  'Pseudo Life': 'B357/S238',
  Stains: 'B3678/S235678',
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const ALIASES = {
  Conway: 'B3/S23',
  'Conways Life': 'B3/S23',
  'Game of Life': 'B3/S23',
  'Day and Night': 'B3678/S34678',
};
const byName = new Map(Object.entries({ ...NAMED_RULES, ...ALIASES }).map(([name, rule]) => [plain(name), rule]));

const digits = (mask: number): string => [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((n) => (mask >> n) & 1).join('');

/** Builds a rule from its bit masks (bit n: n neighbours). */
export function makeRule(birth: number, survival: number, neighborhood: Neighborhood = 'moore'): Rule {
  const text = `B${digits(birth)}/S${digits(survival)}${neighborhood === 'moore' ? '' : 'V'}`;
  return { birth, survival, neighborhood, states: 2, text };
}

/**
 * Reads a rule: "B3/S23", "b3s23", "S23/B3", "23/3" (survival first), a name such as "HighLife"; a suffix V means the
 * von Neumann neighbourhood (four neighbours).
 *
 * @param neighborhood Overrides the default where the text has no suffix; it must agree with the suffix where there is one.
 * @throws RuleError naming the character that is wrong and what would be right.
 */
export function parseRule(text: string, neighborhood?: Neighborhood): Rule {
  if (neighborhood !== undefined && neighborhood !== 'moore' && neighborhood !== 'von-neumann')
    throw new RuleError(`Neighborhood ${quote(String(neighborhood))} is unknown: use "moore" or "von-neumann".`);
  if (typeof text !== 'string') throw new RuleError('A rule is a text such as "B3/S23".');
  const trimmed = text.trim();
  if (trimmed === '') throw new RuleError('The rule is empty: write one such as "B3/S23".');
  const named = byName.get(plain(trimmed));
  const reader = new RuleReader(named && !/^[0-8/]+$/.test(trimmed) ? named : text);
  const { birth, survival, suffix } = reader.read();
  if (suffix && neighborhood && suffix !== neighborhood)
    throw new RuleError(
      `Rule ${quote(trimmed)} asks for the ${suffix} neighbourhood, but "${neighborhood}" was given: drop one of them.`,
      trimmed.length,
    );
  const hood = suffix ?? neighborhood ?? 'moore';
  if (hood === 'von-neumann' && (birth | survival) >> 5) {
    const at = /[5-8]/.exec(text)?.index ?? 0;
    throw new RuleError(
      `Rule ${quote(trimmed)} has "${text[at]}" at character ${at + 1}: a cell has only four von Neumann neighbours, use 0 to 4.`,
      at + 1,
    );
  }
  return makeRule(birth, survival, hood);
}

/** One walk over the text; remembers which part (birth, survival) the digits belong to. */
class RuleReader {
  #masks = { birth: 0, survival: 0 };
  #seen = new Set<'birth' | 'survival'>();
  #slashed = false;

  constructor(private readonly text: string) {}

  read(): { birth: number; survival: number; suffix: Neighborhood | undefined } {
    const { text } = this;
    let at = text.length - text.trimStart().length;
    const end = text.trimEnd().length;
    const lettered = /[bs]/i.test(text);
    // Without letters the older order holds: survival / birth.
    let part: 'birth' | 'survival' | undefined = lettered ? undefined : 'survival';
    if (part) this.#seen.add(part);
    let suffix: Neighborhood | undefined;
    for (; at < end; at++) {
      const ch = text[at];
      if (suffix) this.#fail(at, 'nothing may follow the neighbourhood suffix');
      if (ch === 'B' || ch === 'b') part = this.#open('birth', at);
      else if (ch === 'S' || ch === 's') part = this.#open('survival', at);
      else if (ch === '/') {
        if (!lettered) part = this.#open('birth', at);
        else if (this.#slashed && this.#seen.size === 2)
          this.#fail(at, 'rules with more than two states are not supported');
        else if (part === undefined || this.#slashed) this.#fail(at, 'one "/" stands between births and survivals');
        this.#slashed = true;
      } else if (ch >= '0' && ch <= '8') {
        if (part === undefined) this.#fail(at, 'a rule begins with "B" or "S", as in "B3/S23"');
        else this.#masks[part] |= 1 << Number(ch);
      } else if (ch === 'V' || ch === 'v') suffix = 'von-neumann';
      else if (ch === 'M' || ch === 'm') suffix = 'moore';
      else this.#fail(at, this.#hint(ch));
    }
    if (this.#seen.size < 2)
      throw new RuleError(
        `Rule ${quote(text.trim())} lacks ${this.#seen.has('birth') ? 'survivals ("S" and the counts)' : lettered ? 'births ("B" and the counts)' : 'a "/"'}: write one such as "B3/S23".`,
        end,
      );
    return { ...this.#masks, suffix };
  }

  #open(part: 'birth' | 'survival', at: number): 'birth' | 'survival' {
    if (this.#seen.has(part)) {
      const states = this.text[at] === '/';
      this.#fail(at, states ? 'rules with more than two states are not supported' : `${part} is given twice`);
    }
    this.#seen.add(part);
    return part;
  }

  #hint(ch: string): string {
    if (ch === '9') return 'a cell has eight neighbours, use 0 to 8';
    if (ch === 'H' || ch === 'h') return 'hexagonal rules are not supported';
    if (/[cg]/i.test(ch) && this.#seen.size === 2) return 'rules with more than two states are not supported';
    if (/[-acekinqjryvtwz]/i.test(ch) && this.#seen.size > 0)
      return 'only rules that count all neighbours alike are supported: "B", "S", the digits 0 to 8, "/" and a suffix "V"';
    return 'write "B", the counts that give birth, "/S" and the counts that survive, as in "B3/S23"';
  }

  #fail(at: number, hint: string): never {
    throw new RuleError(`Rule ${quote(this.text.trim())}: "${this.text[at]}" at character ${at + 1}: ${hint}.`, at + 1);
  }
}
