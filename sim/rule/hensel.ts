/**
 * Hensel's notation: the 256 ways in which eight neighbours can live, in classes that are the same but for turning and
 * mirroring. A digit says how many live, a letter which class: "2a" is an edge and a corner beside each other.
 *
 * Letters and classes as Golly's help for QuickLife shows them ("Non-totalistic rules"), after Alan Hensel.
 */

/** For each number of living neighbours, 0..8, the classes that count: bit i for letter i of `LETTERS`. */
export type ClassMasks = readonly number[];

/** The letters that may follow each number of neighbours; one nameless class for 0 and 8. */
export const LETTERS = ['', 'ce', 'aceikn', 'aceijknqry', 'aceijknqrtwyz', 'aceijknqry', 'aceikn', 'ce', ''] as const;

/** A member of each class: bits 0..7 are the neighbours north-west, north, north-east, west, east, south-west, ... */
const MEMBERS: readonly (readonly number[])[] = [
  [0],
  [1, 2],
  [3, 5, 10, 24, 12, 36],
  [11, 37, 26, 7, 14, 50, 13, 38, 25, 49],
  [15, 165, 90, 29, 58, 51, 39, 54, 27, 57, 46, 53, 60],
  [47, 91, 167, 31, 55, 117, 59, 62, 61, 93],
  [63, 95, 175, 189, 119, 126],
  [127, 191],
  [255],
];

/** All classes of a number of neighbours. */
export function allClasses(count: number): number {
  return (1 << MEMBERS[count].length) - 1;
}

/** Are all classes of each number alike? */
export function isTotalistic(masks: ClassMasks): boolean {
  return masks.every((mask, count) => mask === 0 || mask === allClasses(count));
}

/** Digits and letters in Golly's canonical form: the shortest, without "-" where both are as short. */
export function classDigits(masks: ClassMasks): string {
  let text = '';
  for (const [count, mask] of masks.entries()) {
    if (mask === 0) continue;
    text += count;
    if (mask === allClasses(count)) continue;
    const letters = [...LETTERS[count]];
    const named = letters.filter((_, i) => (mask >> i) & 1).join('');
    const others = letters.filter((_, i) => !((mask >> i) & 1)).join('');
    text += named.length <= others.length + 1 ? named : `-${others}`;
  }
  return text;
}

/**
 * What the middle of 3x3 cells becomes, for all 512 ways in which they can live: bit 3 * row + column of the index is a
 * cell, so the middle is bit 4.
 */
export function tableOf(birth: ClassMasks, survival: ClassMasks): Uint8Array {
  const table = new Uint8Array(512);
  for (let around = 0; around < 256; around++) {
    const [count, bit] = CLASS_OF[around];
    const index = (around & 0x0f) | ((around & 0xf0) << 1);
    table[index] = (birth[count] >> bit) & 1;
    table[index | 16] = (survival[count] >> bit) & 1;
  }
  return table;
}

/** Number of neighbours and bit of the class, for each of the 256 ways. */
const CLASS_OF: readonly (readonly [number, number])[] = (() => {
  const classes: [number, number][] = [];
  for (const [count, members] of MEMBERS.entries())
    for (const [bit, member] of members.entries())
      for (let turns = 0, around = member; turns < 4; turns++, around = turn(around)) {
        classes[around] = [count, bit];
        classes[mirror(around)] = [count, bit];
      }
  return classes;
})();

function permute(around: number, from: readonly number[]): number {
  return from.reduce((bits, source, i) => bits | (((around >> source) & 1) << i), 0);
}

/** A quarter turn clockwise. */
function turn(around: number): number {
  return permute(around, [5, 3, 0, 6, 1, 7, 4, 2]);
}

/** West and east changed for each other. */
function mirror(around: number): number {
  return permute(around, [2, 1, 0, 4, 3, 7, 6, 5]);
}
