/** `mpl-kit/sim`: worlds and how they change. No DOM, no network; the same in a page, a worker and Node. */
export { EngineLostError, GridError, MemoryError, PatternError, RuleError, UnsettledError } from './errors.js';
export { createGrayScott, createLenia } from './field/create.js';
export type { Field } from './field/field.js';
export type { GrayScott, GrayScottOptions } from './field/gray-scott.js';
export type { Lenia, LeniaOptions } from './field/lenia.js';
export type { FieldOptions } from './field/options.js';
export { GRAY_SCOTT_PRESETS, LENIA_PRESETS } from './field/presets.js';
export { EngineWatch, type WorldWatch } from './life/choose.js';
export { createLife, type EngineChoice, type LifeOptions, watchEngine } from './life/create.js';
export type { Rect } from './life/digest.js';
export type { Engine, EngineKind, TileView } from './life/engine.js';
export { MAX_SIDE, parseGrid, type Wrap } from './life/grid.js';
export type { Life, SoupOptions } from './life/life.js';
export type { Snapshot } from './life/snapshot.js';
export type { ThreadOptions } from './life/wasm/engine.js';
export type { HelperWorker, SpawnHelper } from './life/workers/environment.js';
export { helpWorld } from './life/workers/helper.js';
export type { CellTree } from './pattern/cell-tree.js';
export { formatRle } from './pattern/format.js';
export { formatMacrocell } from './pattern/format-macrocell.js';
export { PATTERNS, patternByName } from './pattern/library.js';
export { parsePattern, patternReader } from './pattern/parse.js';
export { type Pattern, patternCells } from './pattern/pattern.js';
export type { TreeBox } from './pattern/tree-measure.js';
export { NAMED_RULES } from './rule/named.js';
export { parseRule } from './rule/parse.js';
export type {
  GenerationsRule,
  IsotropicRule,
  LargerRule,
  Neighborhood,
  Rule,
  TotalisticRule,
  TwoStateRule,
} from './rule/rule.js';
