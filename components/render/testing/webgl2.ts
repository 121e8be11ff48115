/** Skips where the browser has no WebGL2 by its nature (Firefox without a display); elsewhere its absence is a failure. */
export function needsWebGL2(this: Mocha.Context): void {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl && /Firefox/.test(navigator.userAgent)) this.skip();
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
}
