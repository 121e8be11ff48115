/**
 * The canvas a view draws on, and who paints it. A canvas that had one kind of context never gives another, so the
 * surface owns its canvas, and swaps it when the painter changes: to Canvas 2D when WebGL2 is lost, and back.
 */

import { Canvas2DPainter } from './canvas2d-painter.js';
import type { Painter } from './painter.js';
import { WebGL2Painter } from './webgl2-painter.js';

export type RendererChoice = 'auto' | 'webgl2' | 'canvas2d';

/** Names of software GLs: they run our shader 20 to 60 times slower than Canvas 2D draws the same picture. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|microsoft basic render/i;

export class Surface {
  canvas!: HTMLCanvasElement;
  painter!: Painter;
  /** Why this painter, in words for people. */
  why = '';
  /** The canvas whose context was lost: kept, for it may be restored. */
  #lost: HTMLCanvasElement | null = null;
  #disposed = false;

  /** Puts a canvas into `container`. `swapped` is called whenever another painter, which holds nothing, took over. */
  constructor(
    private readonly container: Element | ShadowRoot,
    private readonly choice: RendererChoice,
    private readonly swapped: () => void,
  ) {
    if (choice === 'canvas2d') this.#useCanvas2D('asked for');
    else this.#openWebGL2();
  }

  dispose(): void {
    this.#disposed = true;
    this.painter.dispose();
    // A page may hold about 16 contexts: give this one back now, not when the garbage collector comes.
    if (this.painter instanceof WebGL2Painter) this.painter.gl.getExtension('WEBGL_lose_context')?.loseContext();
    this.#lost = null;
    this.canvas.remove();
  }

  #openWebGL2(): void {
    const canvas = this.#newCanvas();
    let refusal = '';
    canvas.addEventListener(
      'webglcontextcreationerror',
      (event) => (refusal = (event as WebGLContextEvent).statusMessage),
      {
        once: true,
      },
    );
    const gl = canvas.getContext('webgl2', {
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: 'low-power',
      failIfMajorPerformanceCaveat: this.choice === 'auto',
    });
    if (!gl) {
      this.#useCanvas2D(`no ${this.choice === 'auto' ? 'hardware ' : ''}WebGL2${refusal ? `: ${refusal}` : ''}`);
      return;
    }
    const name = nameOf(gl);
    if (this.choice === 'auto' && SOFTWARE.test(name)) {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
      this.#useCanvas2D(`WebGL2 is software (${name})`);
      return;
    }
    canvas.addEventListener('webglcontextlost', (event) => this.#onLost(event, canvas));
    canvas.addEventListener('webglcontextrestored', () => this.#onRestored(canvas));
    this.#useWebGL2(canvas, gl, this.choice === 'auto' ? `WebGL2 on ${name}` : `asked for; WebGL2 on ${name}`);
  }

  #useWebGL2(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext, why: string): void {
    try {
      this.#use(canvas, new WebGL2Painter(gl), why);
    } catch (error) {
      this.#useCanvas2D(`WebGL2 failed: ${error instanceof Error ? error.message : error}`);
    }
  }

  #useCanvas2D(why: string): void {
    const canvas = this.#newCanvas();
    const context = canvas.getContext('2d');
    if (!context)
      throw new Error('the browser gave neither WebGL2 nor Canvas 2D: too many or too large canvases are open');
    this.#use(canvas, new Canvas2DPainter(context), why);
  }

  #onLost(event: Event, canvas: HTMLCanvasElement): void {
    if (this.#disposed || canvas !== this.canvas) return;
    event.preventDefault(); // Without this it is never restored.
    this.#lost = canvas;
    this.#useCanvas2D('the WebGL2 context was lost; it comes back by itself where the browser restores it');
  }

  #onRestored(canvas: HTMLCanvasElement): void {
    if (this.#disposed || canvas !== this.#lost) return;
    this.#lost = null;
    const gl = canvas.getContext('webgl2');
    if (gl) this.#useWebGL2(canvas, gl, `WebGL2 on ${nameOf(gl)}, restored after a loss`);
  }

  #use(canvas: HTMLCanvasElement, painter: Painter, why: string): void {
    const old = this.canvas as HTMLCanvasElement | undefined;
    if (old) {
      canvas.width = old.width;
      canvas.height = old.height;
      this.painter.dispose();
      old.replaceWith(canvas);
    } else {
      this.container.append(canvas);
    }
    this.canvas = canvas;
    this.painter = painter;
    this.why = why;
    if (old) this.swapped();
  }

  #newCanvas(): HTMLCanvasElement {
    const canvas = (this.container.ownerDocument ?? document).createElement('canvas');
    canvas.part.add('canvas');
    return canvas;
  }
}

function nameOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? 'an unnamed GPU');
}
