/** Writes a world as a macrocell file (`.mc`); see macrocell.ts. */
import type { CellTree } from './cell-tree.js';
import { type TileWords, treeOfTiles } from './tree-of-tiles.js';

/** A world to be written: `Life` is one. */
export interface TiledWorld {
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly rule: string;
  readonly generation: number;
  tile(key: number, plane: number): TileWords;
  harvest(): CellTree | undefined;
}

/**
 * The whole world as macrocell text. The middle of the grid is the middle of the file's tree, so that the same grid gives
 * it back at the same place.
 */
export function formatMacrocell(
  world: TiledWorld,
  about: { name?: string; comments?: readonly string[] } = {},
): string {
  const tree = world.harvest() ?? treeOfTiles(world, world.planes, (key, plane) => world.tile(key, plane));
  const line = (text: string): string => text.replace(/[\r\n]+/g, ' ');
  const lines = ['[M2] (mpl)', `#R ${world.rule}`];
  if (world.generation > 0) lines.push(`#G ${world.generation}`);
  if (about.name) lines.push(`#N ${line(about.name)}`);
  for (const comment of about.comments ?? []) lines.push(`#C ${line(comment)}`);
  for (let id = 1; id < tree.count; id++) lines.push(tree.isLeaf(id) ? leafLine(tree, id) : nodeLine(tree, id));
  lines.push('');
  return lines.join('\n');
}

function nodeLine(tree: CellTree, id: number): string {
  return `${tree.level(id)} ${tree.part(id, 0)} ${tree.part(id, 1)} ${tree.part(id, 2)} ${tree.part(id, 3)}`;
}

/** Dead cells at the end of rows are left out, and dead rows at the end; but there is always one "$". */
function leafLine(tree: CellTree, id: number): string {
  let text = '';
  for (let y = 0; y < 8; y++) {
    const row = (tree.part(id, y >> 2) >>> ((y & 3) * 8)) & 255;
    for (let rest = row; rest !== 0; rest >>>= 1) text += rest & 1 ? '*' : '.';
    text += '$';
  }
  return text.replace(/\$+$/, '$');
}
