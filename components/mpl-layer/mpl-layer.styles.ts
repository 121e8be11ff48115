import { css } from 'lit';

/** Names that begin with `--_` come from the viewer around it: see `screen.styles.ts`. */
export const layerStyles = css`
  :host {
    display: contents;
  }
  :host([hidden]) {
    display: none;
  }
  #box {
    position: absolute;
    contain: strict;
    container-type: size;
    pointer-events: none;
  }
  #box:not(.placed) {
    display: none;
  }
  /* It wears the colors of the cells, for the renderer to read, where they paint nothing. */
  #picture {
    position: absolute;
    color: var(--mpl-alive, var(--_alive));
    border: 0 solid var(--mpl-dead, var(--_dead));
    text-decoration-color: light-dark(rgb(20 50 90 / 0.14), rgb(140 170 210 / 0.16));
    forced-color-adjust: none;
    transition: opacity 0.25s, filter 0.25s;
  }
  #picture.stale {
    opacity: 0.45;
    filter: saturate(0.4);
  }
  canvas {
    display: block;
    inline-size: 100%;
    block-size: 100%;
    image-rendering: pixelated;
  }
  #pin {
    position: absolute;
    inset-block-start: 0;
    left: 0;
    transform-origin: 0 0;
  }
  ::slotted(*) {
    pointer-events: auto;
  }
  #note {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 4px;
    font-size: 12px;
    text-align: center;
  }
  #note span,
  #note button {
    padding: 2px 10px;
    border: 1px solid var(--_line);
    border-radius: 12px;
    background: var(--_glass);
    color: var(--_text);
    font: inherit;
    overflow-wrap: anywhere;
  }
  #note button {
    border: 0;
    background: var(--_accent);
    color: light-dark(#fff, #04211d);
    font-weight: 600;
    cursor: pointer;
    pointer-events: auto;
  }
  #note button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  @container (max-width: 72px) or (max-height: 24px) {
    #note {
      display: none;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    #picture {
      transition: none;
    }
  }
`;
