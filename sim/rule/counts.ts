/**
 * Rules written as counts of neighbours, in sections set apart by "/" or by the letters B and S: "B3/S23", "b3s23",
 * "23/3" (survivals first), with Hensel's letters "B2-a/S12", with a number of states "345/2/4", "B2/S345/C4",
 * "g4b2s345", and with a suffix V for the von Neumann neighbourhood.
 */
import { quote, RuleError } from '../errors.js';
import { allClasses, LETTERS } from './hensel.js';
import {
  type GenerationsRule,
  MAX_STATES,
  makeGenerationsRule,
  makeIsotropicRule,
  makeRule,
  type Neighborhood,
  type TwoStateRule,
} from './rule.js';

type Kind = 'birth' | 'survival' | 'states';

interface Section {
  /** What the letter before it says; without one its place tells. */
  kind: Kind | undefined;
  /** Where it begins in the text. */
  at: number;
  /** Its characters but for blanks, and where each stands. */
  chars: { ch: string; at: number }[];
}

/** @throws RuleError naming the character that is wrong and what would be right. */
export function parseCounts(text: string, neighborhood?: Neighborhood): TwoStateRule | GenerationsRule {
  return new CountReader(text, neighborhood).read();
}

class CountReader {
  #suffix: Neighborhood | undefined;

  constructor(
    private readonly text: string,
    private readonly wanted: Neighborhood | undefined,
  ) {}

  read(): TwoStateRule | GenerationsRule {
    const parts = this.#assign(this.#sections());
    if (this.#suffix && this.wanted && this.#suffix !== this.wanted)
      throw new RuleError(
        `Rule ${quote(this.text.trim())} says ${this.#suffix}, but the neighbourhood is set to ${this.wanted}: drop one of the two.`,
        this.text.trimEnd().length,
      );
    const neighborhood = this.#suffix ?? this.wanted ?? 'moore';
    const birth = this.#classes(parts.birth, neighborhood);
    const survival = this.#classes(parts.survival, neighborhood);
    const states = parts.states ? this.#states(parts.states) : 2;
    const bits = (masks: number[]) => masks.reduce((all, mask, n) => all | (mask ? 1 << n : 0), 0);
    const base =
      neighborhood === 'moore'
        ? makeIsotropicRule(birth, survival)
        : makeRule(bits(birth), bits(survival), neighborhood);
    return makeGenerationsRule(base, states);
  }

  /** Cuts the text at slashes and letters. */
  #sections(): Section[] {
    const { text } = this;
    const sections: Section[] = [{ kind: undefined, at: text.search(/\S/), chars: [] }];
    let slashes = 0;
    for (let at = 0; at < text.length; at++) {
      const ch = text[at].toLowerCase();
      if (/\s/.test(ch)) continue;
      if (this.#suffix) this.#fail(at, 'nothing may follow the neighbourhood suffix');
      const section = sections[sections.length - 1];
      const fresh = section.kind === undefined && section.chars.length === 0;
      // A "c" is a letter of Hensel's, too, so it must come first to mean states; "g" always does.
      const kind =
        ch === 'b' ? 'birth' : ch === 's' ? 'survival' : ch === 'g' || (ch === 'c' && fresh) ? 'states' : undefined;
      if (kind) {
        if (fresh) section.kind = kind;
        else sections.push({ kind, at, chars: [] });
      } else if (ch === '/' || ch === '_') {
        if (++slashes > 2) this.#fail(at, 'at most two "/" stand in a rule: births, survivals, states');
        sections.push({ kind: undefined, at: at + 1, chars: [] });
      } else if (ch === 'v') this.#suffix = 'von-neumann';
      else if (ch === 'm') this.#suffix = 'moore';
      else if (ch === 'h' && at > 0) this.#fail(at, 'hexagonal rules are not supported');
      else if (/[\d\-a-z]/.test(ch)) section.chars.push({ ch, at });
      else this.#fail(at, this.#hint(ch));
    }
    return sections;
  }

  /** Says of each section what it is. */
  #assign(sections: Section[]): { birth?: Section; survival?: Section; states?: Section } {
    const parts: { birth?: Section; survival?: Section; states?: Section } = {};
    const lettered = sections.some(({ kind }) => kind === 'birth' || kind === 'survival');
    const first = sections[0];
    // Counts that no letter and no slash tells apart from what follows, as in "3B/S".
    if (lettered && first.kind === undefined && first.chars.length > 0 && !/^[^BbSsGg]*[/_]/.test(this.text))
      this.#fail(first.chars[0].at, this.#hint(first.chars[0].ch));
    for (const section of sections) {
      const { kind } = section;
      if (!kind) continue;
      if (parts[kind]) this.#fail(section.at, `${kind === 'states' ? 'the number of states' : kind} is given twice`);
      parts[kind] = section;
    }
    for (const section of sections) {
      if (section.kind) continue;
      // Without letters the older order holds: survival / birth.
      const open: Kind[] = lettered ? ['birth', 'survival', 'states'] : ['survival', 'birth', 'states'];
      const kind = open.find((name) => parts[name] === undefined);
      const next = section.chars[0]?.at ?? section.at;
      if (!kind) this.#fail(next, 'a rule has births, survivals and a number of states, and no more');
      if (kind === 'states' && section.chars.length === 0)
        this.#fail(section.at, 'one "/" stands between births and survivals, a second one before a number of states');
      parts[kind] = section;
    }
    if (!lettered && !parts.birth) {
      const odd = first.chars.find(({ ch }) => !/\d/.test(ch));
      if (odd) this.#fail(odd.at, this.#hint(odd.ch));
      throw new RuleError(
        `Rule ${quote(this.text.trim())} lacks a "/": write one such as "B3/S23".`,
        this.text.trimEnd().length,
      );
    }
    return parts;
  }

  /** The classes of neighbours a section names: "2-a3". */
  #classes(section: Section | undefined, neighborhood: Neighborhood): number[] {
    const masks = new Array<number>(9).fill(0);
    let count = -1;
    let not = false;
    let named = 0;
    const flush = () => {
      if (count < 0) return;
      if (named === 0) masks[count] = allClasses(count);
      else masks[count] |= not ? allClasses(count) & ~named : named;
      count = -1;
      not = false;
      named = 0;
    };
    for (const { ch, at } of section?.chars ?? []) {
      if (ch >= '0' && ch <= '9') {
        flush();
        count = Number(ch);
        if (count > 8) this.#fail(at, 'a cell has eight neighbours, use 0 to 8');
        if (count > 4 && neighborhood === 'von-neumann')
          this.#fail(at, 'a cell has only four von Neumann neighbours, use 0 to 4');
      } else if (count < 0) this.#fail(at, this.#hint(ch));
      else if (ch === '-') {
        if (not || named > 0) this.#fail(at, 'a "-" stands right after a digit, as in "B2-a/S12"');
        not = true;
      } else {
        const bit = LETTERS[count].indexOf(ch);
        if (bit < 0) this.#fail(at, letterHint(ch, count));
        if (neighborhood === 'von-neumann')
          this.#fail(at, 'letters choose among the eight Moore neighbours, not among the four of von Neumann');
        named |= 1 << bit;
      }
    }
    flush();
    return masks;
  }

  #states(section: Section): number {
    const { chars } = section;
    if (chars.length === 0) this.#fail(section.at, `a number of states is expected after it, 2 to ${MAX_STATES}`);
    for (const { ch, at } of chars)
      if (!/\d/.test(ch)) this.#fail(at, `the number of states is a whole number, 2 to ${MAX_STATES}`);
    const states = Number(chars.map(({ ch }) => ch).join(''));
    if (states < 2 || states > MAX_STATES) this.#fail(chars[0].at, `cells have 2 to ${MAX_STATES} states`);
    return states;
  }

  #hint(ch: string): string {
    if (ch === '-' || LETTERS.some((letters) => letters.includes(ch)))
      return 'a letter or "-" stands after the count it narrows down, as in "B2-a/S12"';
    if (ch === ':') return 'size and edges of the grid are not set by the rule here: leave out what begins with ":"';
    return 'write "B", the counts that give birth, "/S" and the counts that survive, as in "B3/S23"; a rule begins with "B" or "S", or is survivals "/" births';
  }

  #fail(at: number, hint: string): never {
    const shown = Math.max(0, Math.min(at, this.text.trimEnd().length - 1));
    throw new RuleError(
      `Rule ${quote(this.text.trim())}: "${this.text[shown]}" at character ${shown + 1}: ${hint}.`,
      shown + 1,
    );
  }
}

function letterHint(ch: string, count: number): string {
  const letters = LETTERS[count];
  if (!/[a-z]/.test(ch) || !LETTERS.some((some) => some.includes(ch))) return 'no rule has this letter';
  return letters === ''
    ? `no letter may follow a ${count}: there is but one way to have ${count} living neighbours`
    : `after a ${count} the letters are ${[...letters].join(', ')}`;
}
