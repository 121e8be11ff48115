// Rows of 32-bit floats with a margin all around, in which a step finds the neighbours of the cells at the edges.
// Addresses and sizes are bytes, but for width, height and margin, which are cells.

export let width: u32 = 0;
export let height: u32 = 0;
/** From one row to the next. */
export let stride: usize = 0;
/** From the start of a layer to its cell 0, 0. */
export let first: usize = 0;
let margin: u32 = 0;

export function configure(width_: u32, height_: u32, stride_: usize, first_: usize, margin_: u32): void {
  width = width_;
  height = height_;
  stride = stride_;
  first = first_;
  margin = margin_;
}

/** The cell that stands for cell `i` beyond the edge: on a torus (edge 0) from the other side, else (1) the nearest. */
function source(i: i32, size: i32, edge: u32): i32 {
  if (edge == 0) return ((i % size) + size) % size;
  return i < 0 ? 0 : size - 1;
}

/** Fills the margin of the layer at `at`: edge 0 torus, 1 the nearest cell, 2 zero. */
export function halo(at: usize, edge: u32): void {
  const w = <i32>width;
  const h = <i32>height;
  const m = <i32>margin;
  const base = at + first;
  for (let y = 0; y < h; y++) {
    const row = base + <usize>y * stride;
    for (let i = 1; i <= m; i++) {
      store<f32>(row - (<usize>i << 2), edge == 2 ? 0 : load<f32>(row + (<usize>source(-i, w, edge) << 2)));
      const x = w + i - 1;
      store<f32>(row + (<usize>x << 2), edge == 2 ? 0 : load<f32>(row + (<usize>source(x, w, edge) << 2)));
    }
  }
  // Whole rows, with what their margins hold already: the corners come with them.
  const from = at + (first % stride) - (<usize>m << 2);
  const bytes = <usize>(w + 2 * m) << 2;
  const top = from + (first / stride) * stride;
  for (let i = 1; i <= m; i++) {
    const above = top - <usize>i * stride;
    const y = h + i - 1;
    const below = top + <usize>y * stride;
    if (edge == 2) {
      memory.fill(above, 0, bytes);
      memory.fill(below, 0, bytes);
    } else {
      memory.copy(above, top + <usize>source(-i, h, edge) * stride, bytes);
      memory.copy(below, top + <usize>source(y, h, edge) * stride, bytes);
    }
  }
}

/** Where free memory begins. */
export function heap(): usize {
  return __heap_base;
}
