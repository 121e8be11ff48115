/** Rules people know by name. */

/** Names to show, and their canonical texts. */
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
  'Just Friends': 'B2-a/S12',
  tLife: 'B3/S2-i34q',
  tDryLife: 'B37/S2-i34q',
  "Brian's Brain": '/2/3',
  'Star Wars': '345/2/4',
  Banners: '2367/3457/5',
  Bloomerang: '234/34678/24',
  Caterpillars: '124567/378/4',
  Cooties: '23/2/8',
  Fireworks: '2/13/21',
  Frogs: '12/34/3',
  Lava: '12345/45678/8',
  Lines: '012345/458/3',
  "Bosco's Rule": 'R5,C0,M1,S34..58,B34..45,NM',
  Bugsmovie: 'R10,C0,M1,S123..212,B123..170,NM',
  Globe: 'R8,C0,M0,S163..223,B74..252,NM',
  Majority: 'R4,C0,M1,S41..81,B41..81,NM',
};

const ALIASES = {
  Conway: 'B3/S23',
  'Conways Life': 'B3/S23',
  'Game of Life': 'B3/S23',
  'Day and Night': 'B3678/S34678',
  Bosco: 'R5,C0,M1,S34..58,B34..45,NM',
  Bugs: 'R5,C0,M1,S34..58,B34..45,NM',
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const byName = new Map(Object.entries({ ...NAMED_RULES, ...ALIASES }).map(([name, rule]) => [plain(name), rule]));

/** The text of a rule's name; undefined for what is no name. Case and the signs between words do not matter. */
export function ruleByName(name: string): string | undefined {
  return /^[\d/_,\s]+$/.test(name) ? undefined : byName.get(plain(name));
}
