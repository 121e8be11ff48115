/** Numbers that are known to give something. */

/**
 * Gray-Scott. "coral" and "mitosis" are Karl Sims's ("Reaction-Diffusion Tutorial", karlsims.com/rd.html); the others lie where
 * Robert Munafo's map of the plane of feed and kill shows what their names say (mrob.com/pub/comp/xmorphia).
 */
export const GRAY_SCOTT_PRESETS = {
  coral: { feed: 0.0545, kill: 0.062 },
  mitosis: { feed: 0.0367, kill: 0.0649 },
  fingerprint: { feed: 0.037, kill: 0.06 },
  worms: { feed: 0.05, kill: 0.063 },
  maze: { feed: 0.029, kill: 0.057 },
  holes: { feed: 0.039, kill: 0.058 },
  solitons: { feed: 0.03, kill: 0.062 },
  chaos: { feed: 0.026, kill: 0.051 },
  skate: { feed: 0.062, kill: 0.06093 },
} as const;

/** Lenia. "orbium" is Chan's; the others fill the field and stay, and are named for what they look like. */
export const LENIA_PRESETS = {
  orbium: { radius: 13, mu: 0.15, sigma: 0.015, dt: 0.1 },
  spots: { radius: 13, mu: 0.26, sigma: 0.036, dt: 0.1 },
  stripes: { radius: 13, mu: 0.2, sigma: 0.03, dt: 0.1 },
  maze: { radius: 13, mu: 0.35, sigma: 0.07, dt: 0.1 },
} as const;
