/** Cells on a straight line, both ends included, as x, y, x, y ... (Bresenham 1965). No cell is skipped between two. */
export function line(x0: number, y0: number, x1: number, y1: number): number[] {
  const cells: number[] = [];
  const dx = Math.abs(x1 - x0);
  const dy = -Math.abs(y1 - y0);
  const sx = Math.sign(x1 - x0);
  const sy = Math.sign(y1 - y0);
  let error = dx + dy;
  for (;;) {
    cells.push(x0, y0);
    if (x0 === x1 && y0 === y1) return cells;
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x0 += sx;
    }
    if (twice <= dx) {
      error += dx;
      y0 += sy;
    }
  }
}
