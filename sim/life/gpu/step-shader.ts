/**
 * The kernel that computes a generation: an invocation takes a column of 32 cells, eight rows of it.
 *
 * Cells lie tile by tile: a tile's planes after each other, 64 rows of two words each; behind the last tile one of zeros,
 * which stands for what is outside a bounded grid. The next generation is written over the one before the present, so a
 * tile is computed only if it, or what touches it, differs from two generations ago; what rests or blinks costs no more
 * than a look at nine flags.
 */

import { printWgslColumn } from '../../graph/print-wgsl.js';
import type { Program } from '../../graph/program.js';
import { type Layout, PLANE_WORDS } from '../layout.js';
import { ANY, EAST, NORTH, SOUTH, WEST } from './flags.js';

/** Tiles that one workgroup of 64 invocations computes. */
export const TILES_A_WORKGROUP = 4;

/** The text of a shader with the entry point `advance`. */
export function stepShader(program: Program, layout: Layout, torus: boolean): string {
  const { width, tilesX, tilesY, lastHeight } = layout;
  const column = printWgslColumn(program, PLANE_WORDS);
  const planes = program.next.map((_, plane) => plane);
  return `
const TILES_X = ${tilesX}u;
const TILES_Y = ${tilesY}u;
/** The tile of zeros. */
const NONE = ${tilesX * tilesY}u;
const SPAN = ${program.planes * PLANE_WORDS}u;
const LAST_BIT = ${(width - 1) & 31}u;
/** Which of a tile's two columns is the grid's last. */
const LAST_COLUMN = ${((width - 1) >> 5) & 1}u;
const LAST_HEIGHT = ${lastHeight}u;
const TORUS = ${torus};
const OUTSIDE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> result: array<u32>;
@group(0) @binding(2) var<storage, read> changed: array<u32>;
@group(0) @binding(3) var<storage, read_write> changes: array<atomic<u32>>;
/** Flags of the generation before, no longer wanted: they are cleared for the one after the next. */
@group(0) @binding(4) var<storage, read_write> spent: array<u32>;

fn before(i: u32, n: u32) -> u32 { return select(i - 1u, select(OUTSIDE, n - 1u, TORUS), i == 0u); }
fn after(i: u32, n: u32) -> u32 { return select(i + 1u, select(OUTSIDE, 0u, TORUS), i + 1u == n); }
fn tileAt(x: u32, y: u32) -> u32 { return select(y * TILES_X + x, NONE, x == OUTSIDE || y == OUTSIDE); }
fn differs(tile: u32, bits: u32) -> bool { return (changed[tile] & bits) == bits; }

@compute @workgroup_size(64)
fn advance(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = (workgroup.y * workgroups.x + workgroup.x) * ${TILES_A_WORKGROUP}u + (index >> 4u);
  if (tile >= NONE) { return; }
  if ((index & 15u) == 0u) { spent[tile] = 0u; }

  let x = tile % TILES_X;
  let y = tile / TILES_X;
  let west = before(x, TILES_X);
  let east = after(x, TILES_X);
  let north = before(y, TILES_Y);
  let south = after(y, TILES_Y);
  let n = tileAt(x, north);
  let s = tileAt(x, south);
  let w = tileAt(west, y);
  let e = tileAt(east, y);
  let nw = tileAt(west, north);
  let ne = tileAt(east, north);
  let sw = tileAt(west, south);
  let se = tileAt(east, south);
  if (!(differs(tile, ${ANY}u) || differs(n, ${SOUTH}u) || differs(s, ${NORTH}u) || differs(w, ${EAST}u) || differs(e, ${WEST}u)
    || differs(nw, ${SOUTH | EAST}u) || differs(ne, ${SOUTH | WEST}u) || differs(sw, ${NORTH | EAST}u) || differs(se, ${NORTH | WEST}u))) {
    return;
  }

  let column = index & 1u;
  let row = ((index >> 1u) & 7u) * 8u;
  let height = select(64u, LAST_HEIGHT, y + 1u == TILES_Y);
  let inLastTile = x + 1u == TILES_X;
  if (row >= height || (inLastTile && column > LAST_COLUMN)) { return; }
  let rows = min(8u, height - row);

  // The columns to the left and right: in which tile (and the ones above and below it), and in which half.
  let first = column == 0u;
  let seam = first && x == 0u;
  let left = select(vec3(tile, n, s), vec3(w, nw, sw), first);
  let leftHalf = select(0u, select(1u, LAST_COLUMN, seam), first);
  let leftBit = select(31u, LAST_BIT, seam);
  let last = inLastTile && column == LAST_COLUMN;
  let beyond = last || column == 1u;
  let right = select(vec3(tile, n, s), vec3(e, ne, se), beyond);
  let rightHalf = select(1u, 0u, beyond);
  let lastBit = select(31u, LAST_BIT, last);
  let keep = 0xffffffffu >> (31u - lastBit);

  let at = vec3(tile * SPAN + column, left.x * SPAN + leftHalf, right.x * SPAN + rightHalf);
  let rowsAbove = select(64u, LAST_HEIGHT, y == 0u);
  let northern = vec3(n * SPAN + column, left.y * SPAN + leftHalf, right.y * SPAN + rightHalf) + (rowsAbove - 1u) * 2u;
  let southern = vec3(s * SPAN + column, left.z * SPAN + leftHalf, right.z * SPAN + rightHalf);
  let atTop = row == 0u;
  let atBottom = row + rows == height;
  let begin = at + row * 2u;
  let over = select(begin - 2u, northern, atTop);
  let under = select(begin + rows * 2u, southern, atBottom);

  ${column.declarations}
  var p = over.x;
  var pl = over.y;
  var pr = over.z;
  {
    ${column.above}
  }
  p = begin.x;
  pl = begin.y;
  pr = begin.z;
  {
    ${column.first}
  }
  var to = begin.x;
  var every = 0u;
  var top = 0u;
  var diff = 0u;
  for (var i = 0u; i < 8u; i++) {
    if (i >= rows) { break; }
    let end = i + 1u == rows;
    p = select(p + 2u, under.x, end);
    pl = select(pl + 2u, under.y, end);
    pr = select(pr + 2u, under.z, end);
    ${column.next}
    diff = 0u;
    ${planes.map((plane) => storePlane(plane)).join('\n')}
    every |= diff;
    if (i == 0u) { top = diff; }
    to += 2u;
    ${column.turn}
  }
  if (every == 0u) { return; }
  var bits = ${ANY}u;
  if (atTop && top != 0u) { bits |= ${NORTH}u; }
  if (atBottom && diff != 0u) { bits |= ${SOUTH}u; }
  if (first && (every & 1u) != 0u) { bits |= ${WEST}u; }
  if (beyond && ((every >> lastBit) & 1u) != 0u) { bits |= ${EAST}u; }
  atomicOr(&changes[tile], bits);
}
`;
}

function storePlane(plane: number): string {
  const at = plane === 0 ? 'to' : `to + ${plane * PLANE_WORDS}u`;
  return `let new${plane} = next${plane} & keep;
    diff |= new${plane} ^ result[${at}];
    result[${at}] = new${plane};`;
}
