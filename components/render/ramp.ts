/**
 * Colors for values between nothing and all, for worlds of more than one plane. They go from what is dead to what is alive in
 * Oklab (Björn Ottosson, 2020, public domain), where equal steps look equal; where what is alive has no hue of its own, by
 * way of violet, red and amber, so that form shows in hue as well as in brightness.
 */

/** Red, green, blue, alpha: 0 to 255. */
export type Rgba = readonly [number, number, number, number];

/** Steps of a ramp: as many as a byte can tell. */
export const RAMP = 256;

type Lab = [L: number, a: number, b: number, alpha: number];

const linear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const gamma = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

function toLab(color: Rgba): Lab {
  const [r, g, b] = [linear(color[0] / 255), linear(color[1] / 255), linear(color[2] / 255)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    color[3] / 255,
  ];
}

function toRgba([L, a, b, alpha]: Lab): Rgba {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const byte = (v: number): number => Math.round(Math.min(Math.max(v, 0), 1) * 255);
  return [
    byte(gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)),
    byte(gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)),
    byte(gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)),
    byte(alpha),
  ];
}

/** `share` of one and the rest of another, each as far as it covers. */
function mix(a: Lab, b: Lab, share: number): Lab {
  const [p, q] = [a[3] * share, b[3] * (1 - share)];
  const part = (i: 0 | 1 | 2): number => (p + q === 0 ? a[i] : (a[i] * p + b[i] * q) / (p + q));
  return [part(0), part(1), part(2), p + q];
}

/** `RAMP` colors from the first to the last of these, which are at equal distances. Two alone may get hues between them. */
export function rampOf(stops: readonly Rgba[]): Rgba[] {
  const labs = stops.map(toLab);
  const alive = labs.at(-1)!;
  // Half as colorful as a pure color: then it has a hue of its own.
  const grey = stops.length > 2 ? 0 : Math.max(0, 1 - Math.hypot(alive[1], alive[2]) / 0.15);
  const ramp = Array.from({ length: RAMP }, (_, i) => {
    const t = i / (RAMP - 1);
    const at = Math.min(Math.floor(t * (labs.length - 1)), labs.length - 2);
    const lab = mix(labs[at + 1]!, labs[at]!, t * (labs.length - 1) - at);
    const chroma = 0.17 * grey * Math.sin(Math.PI * t);
    // What is dark is violet, what is light amber, whichever of the two is alive.
    const hue = ((250 + 195 * lab[0]) * Math.PI) / 180;
    return toRgba([lab[0], lab[1] + chroma * Math.cos(hue), lab[2] + chroma * Math.sin(hue), lab[3]]);
  });
  // To the bit what was asked for.
  ramp[0] = stops[0]!;
  ramp[RAMP - 1] = stops.at(-1)!;
  return ramp;
}
