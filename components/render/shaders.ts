/** The shader that draws packed tiles as they are: it finds each pixel's cells, and unpacks their bits. */

/** Texels across the atlas: 512 slots of 2x64, of tiles of one plane. */
export const ATLAS_WIDTH = 1024;
/** An entry of the index: the slot in the low 17 bits (0: none), the tile's live cells above them, and a bit that it is known. */
export const SLOT_BITS = 17;
export const HELD = 1 << 30;

/** One triangle over the whole view. */
export const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;

uniform usampler2D atlas;
uniform usampler2D tiles;
uniform int planes;
uniform sampler2D ramp;    // of cells of many states: the colors of shares, not premultiplied
uniform vec3 shares;       // of a cell whose state is not 0: x + y * state; z 1: the root is shown
uniform ivec2 world;       // cells
uniform ivec2 firstCell;   // of the pixel at the top left
uniform vec2 firstPart;    // how far into that cell the pixel is read off
uniform float cells;       // cells a pixel
uniform float viewHeight;
// Colors are premultiplied.
uniform vec4 alive;
uniform vec4 dead;
uniform vec4 outside;
uniform vec4 unknown;
uniform vec4 gridLine;     // alpha 0: none
out vec4 color;

uint entryOf(ivec2 tile) { return texelFetch(tiles, tile, 0).r; }

uint wordOf(uint slot, int plane, int word, int row) {
  int perRow = ${ATLAS_WIDTH / 2} / planes;
  int column = int(slot) % perRow;
  return texelFetch(atlas, ivec2((column * planes + plane) * 2 + word, int(slot) / perRow * 64 + row), 0).r;
}

// Of one plane the root lets sparse cells be seen: one in 256 still has a sixteenth of the brightness.
vec4 shadeOf(float share) {
  float shown = shares.z > 0.0 ? sqrt(share) : share;
  if (planes == 1) return mix(dead, alive, shown);
  vec4 c = texelFetch(ramp, ivec2(int(shown * 255.0 + 0.5), 0), 0);
  return vec4(c.rgb * c.a, c.a);
}

uint bitsIn(uint v) {
  v -= (v >> 1) & 0x55555555u;
  v = (v & 0x33333333u) + ((v >> 2) & 0x33333333u);
  return (((v + (v >> 4)) & 0x0f0f0f0fu) * 0x01010101u) >> 24;
}

// Shares of the cells of a word that are meant.
float sharesIn(uint slot, int word, int row, uint meant) {
  uint some = 0u, sum = 0u;
  for (int plane = 0; plane < planes; plane++) {
    uint bits = wordOf(slot, plane, word, row) & meant;
    some |= bits;
    sum += bitsIn(bits) << uint(plane);
  }
  return shares.x * float(bitsIn(some)) + shares.y * float(sum);
}

// The bits of a word that begins at cell x, of the cells from..to-1.
uint maskOf(int x, int from, int to) {
  int low = max(from - x, 0), high = min(to - x, 32);
  if (low >= high) return 0u;
  uint upTo = high == 32 ? 0xffffffffu : (1u << uint(high)) - 1u;
  return upTo & (0xffffffffu << uint(low));
}

float liveOf(uint entry) { return float((entry & ${HELD - 1}u) >> ${SLOT_BITS}); }

// Live cells, and cells that are not known.
vec2 liveIn(ivec2 from, ivec2 to) {
  float live = 0.0, lacking = 0.0;
  ivec2 lastTile = (to - 1) >> 6;
  for (int ty = from.y >> 6; ty <= lastTile.y; ty++) {
    for (int tx = from.x >> 6; tx <= lastTile.x; tx++) {
      uint entry = entryOf(ivec2(tx, ty));
      ivec2 corner = ivec2(tx, ty) << 6;
      ivec2 a = max(from - corner, 0), b = min(to - corner, 64);
      ivec2 size = b - a;
      if (entry == 0u) {
        lacking += float(size.x * size.y);
        continue;
      }
      uint slot = entry & ${(1 << SLOT_BITS) - 1}u;
      float all = liveOf(entry);
      if (slot == 0u || size == ivec2(64)) {
        live += all * float(size.x * size.y) / 4096.0;
        continue;
      }
      uint left = maskOf(0, a.x, b.x), right = maskOf(32, a.x, b.x);
      for (int row = a.y; row < b.y; row++) {
        if (left != 0u) live += sharesIn(slot, 0, row, left);
        if (right != 0u) live += sharesIn(slot, 1, row, right);
      }
    }
  }
  return vec2(live, lacking);
}

vec4 ofCell(ivec2 cell) {
  uint entry = entryOf(cell >> 6);
  if (entry == 0u) return unknown;
  uint slot = entry & ${(1 << SLOT_BITS) - 1}u;
  if (slot == 0u) return shadeOf(liveOf(entry) / 4096.0);
  return shadeOf(sharesIn(slot, (cell.x >> 5) & 1, cell.y & 63, 1u << uint(cell.x & 31)));
}

void main() {
  vec2 pixel = vec2(floor(gl_FragCoord.x), viewHeight - 1.0 - floor(gl_FragCoord.y));
  vec4 shade;
  if (cells > 1.0) {
    ivec2 from = firstCell + ivec2(floor(pixel * cells + firstPart));
    ivec2 to = firstCell + ivec2(floor((pixel + 1.0) * cells + firstPart));
    if (any(lessThan(from, ivec2(0))) || any(greaterThanEqual(from, world))) {
      shade = outside;
    } else {
      float area = float((to.x - from.x) * (to.y - from.y));
      vec2 counts = liveIn(from, min(to, world));
      shade = mix(shadeOf(min(counts.x / area, 1.0)), unknown, counts.y / area);
    }
  } else {
    ivec2 cell = firstCell + ivec2(floor(pixel * cells + firstPart));
    if (any(lessThan(cell, ivec2(0))) || any(greaterThanEqual(cell, world))) {
      shade = outside;
    } else {
      shade = ofCell(cell);
      if (gridLine.a > 0.0) {
        ivec2 before = firstCell + ivec2(floor((pixel - 1.0) * cells + firstPart));
        if (any(notEqual(before, cell))) shade = shade * (1.0 - gridLine.a) + gridLine;
      }
    }
  }
  color = shade;
}`;

/** Compiles and links. Throws with the driver's own words. */
export function buildProgram(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  const sources = [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const;
  for (const [type, source] of sources) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL2 gave no shader: the context is lost');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader) ?? '');
    throw new Error(
      `the shader was refused: ${[gl.getProgramInfoLog(program), ...logs].filter(Boolean).join(' ').trim()}`,
    );
  }
  return program;
}
