import { css } from 'lit';

export const screenStyles = css`
  :host {
    --_alive: var(--mpl-alive, light-dark(#16324f, #e6f1ff));
    --_dead: var(--mpl-dead, light-dark(#f7f9fc, #0b1017));
    --_accent: var(--mpl-accent, light-dark(#0b7285, #5eead4));
    --_text: light-dark(#1b2733, #e8eef6);
    --_glass: light-dark(rgb(255 255 255 / 0.82), rgb(16 22 31 / 0.78));
    --_line: light-dark(rgb(15 35 60 / 0.14), rgb(200 220 255 / 0.16));
    display: block;
    position: relative;
    aspect-ratio: var(--mpl-aspect, 16 / 9);
    contain: content;
    overflow: hidden;
    border-radius: var(--mpl-radius, 12px);
    background: var(--_dead);
    color: var(--_text);
    font: 400 14px/1.4 system-ui, sans-serif;
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :host(:fullscreen) {
    aspect-ratio: auto;
    inline-size: 100%;
    block-size: 100%;
    border-radius: 0;
  }

  /* The stage wears the colors of the cells, for the renderer to read: see Picture.recolor. */
  #stage {
    position: absolute;
    inset: 0;
    color: var(--_alive);
    background-color: var(--_dead);
    outline: 0 solid var(--mpl-outside, light-dark(#ebf0f5, #05080c));
    text-decoration-color: light-dark(rgb(20 50 90 / 0.14), rgb(140 170 210 / 0.16));
    transition: opacity 0.25s, filter 0.25s;
  }
  #stage canvas {
    display: none;
    inline-size: 100%;
    block-size: 100%;
    image-rendering: pixelated;
  }
  #stage.picture canvas {
    display: block;
  }
  #stage.interactive {
    touch-action: none;
    cursor: grab;
    user-select: none;
    -webkit-user-select: none;
  }
  #stage.interactive:active {
    cursor: grabbing;
  }
  #stage.drawing {
    cursor: crosshair;
  }
  #stage.stale {
    opacity: 0.45;
    filter: saturate(0.4);
  }
  #focus {
    position: absolute;
    inset: 0;
    border-radius: inherit;
    box-shadow: inset 0 0 0 1px var(--_line);
    pointer-events: none;
  }
  #stage:focus-visible ~ #focus {
    box-shadow: inset 0 0 0 3px var(--_accent);
  }

  #badge,
  #toast {
    position: absolute;
    border: 1px solid var(--_line);
    border-radius: 99px;
    background: var(--_glass);
    backdrop-filter: blur(8px);
    pointer-events: none;
  }
  #badge {
    display: flex;
    align-items: center;
    gap: 6px;
    inset-block-start: 10px;
    inset-inline-start: 10px;
    padding: 2px 9px 2px 8px;
    font-size: 11px;
    font-weight: 600;
    letter-spacing: 0.03em;
    opacity: 0.9;
  }
  #badge i {
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: #e8455a;
  }
  :host(:state(still)) #badge i {
    border-radius: 1px;
    background: currentColor;
  }
  #toast {
    inset-block-end: 12px;
    inset-inline: 12px;
    inline-size: fit-content;
    max-inline-size: 90%;
    margin-inline: auto;
    padding: 6px 14px;
    animation: appear 0.15s;
  }
  #keys {
    padding: 16px 20px;
    border: 1px solid var(--_line);
    border-radius: 14px;
    background: light-dark(#fff, #131a24);
    color: var(--_text);
    font: inherit;
  }
  #keys::backdrop {
    background: rgb(0 0 0 / 0.25);
  }
  dl {
    display: grid;
    grid-template-columns: auto auto;
    gap: 6px 18px;
    margin: 0;
  }
  dt {
    font-weight: 600;
  }
  dd {
    margin: 0;
  }
  .over {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  @media (prefers-reduced-motion: reduce) {
    .pulse b,
    .cover {
      animation: none;
    }
    #stage {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    #stage,
    .pulse b,
    #badge i {
      forced-color-adjust: none;
    }
    .card,
    #badge,
    #toast {
      background: Canvas;
    }
    button {
      border: 1px solid ButtonText;
    }
    #stage:focus-visible ~ #focus {
      outline: 3px solid Highlight;
      outline-offset: -3px;
    }
  }
`;
