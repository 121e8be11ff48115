/**
 * The kernel that finds what differs from what was last read back: a workgroup looks at a tile. The tiles that differ are
 * put side by side, each with its key before it, to be read back in one piece; as many as there is room for. What found
 * none still differs, and is found the next time.
 */
import { PLANE_WORDS } from '../layout.js';

/** Words before the first record: how many tiles differ, those included that found no room. */
export const HEAD_WORDS = 1;

/** The text of a shader with the entry point `gather`. @param room Tiles. */
export function gatherShader(tiles: number, planes: number, room: number): string {
  return `
const SPAN = ${planes * PLANE_WORDS}u;

struct Found {
  count: atomic<u32>,
  records: array<u32>,
}

@group(0) @binding(0) var<storage, read> cells: array<u32>;
@group(0) @binding(1) var<storage, read_write> snapshot: array<u32>;
@group(0) @binding(2) var<storage, read_write> found: Found;

var<workgroup> different: atomic<u32>;
var<workgroup> place: u32;

@compute @workgroup_size(64)
fn gather(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let tile = workgroup.y * workgroups.x + workgroup.x;
  if (tile >= ${tiles}u) { return; }
  let at = tile * SPAN;
  var diff = 0u;
  for (var i = index; i < SPAN; i += 64u) { diff |= cells[at + i] ^ snapshot[at + i]; }
  if (diff != 0u) { atomicOr(&different, 1u); }
  workgroupBarrier();
  if (index == 0u) {
    place = ${room}u;
    if (atomicLoad(&different) != 0u) { place = atomicAdd(&found.count, 1u); }
  }
  let record = workgroupUniformLoad(&place);
  if (record >= ${room}u) { return; }
  let to = record * (SPAN + 1u);
  if (index == 0u) { found.records[to] = tile; }
  for (var i = index; i < SPAN; i += 64u) {
    let word = cells[at + i];
    found.records[to + 1u + i] = word;
    snapshot[at + i] = word;
  }
}
`;
}
