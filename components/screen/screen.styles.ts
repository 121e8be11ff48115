import { css } from 'lit';

export const screenStyles = css`
  :host {
    --_alive: var(--mpl-alive, light-dark(#16324f, #e6f1ff));
    --_dead: var(--mpl-dead, light-dark(#f7f9fc, #0b1017));
    --_accent: var(--mpl-accent, light-dark(#0b7285, #5eead4));
    --_text: light-dark(#1b2733, #e8eef6);
    --_glass: light-dark(rgb(255 255 255 / 0.97), rgb(16 22 31 / 0.97));
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

  /* Whatever their z, layers lie below all that lies over the picture. */
  #scene {
    position: absolute;
    inset: 0;
    isolation: isolate;
    overflow: hidden;
  }
  /* The stage wears the colors of the cells, for the renderer to read (see readColors), where they paint nothing. */
  #stage {
    position: absolute;
    inset: 0;
    color: var(--_alive);
    border: 0 solid var(--_dead);
    outline: 0 solid var(--mpl-outside, light-dark(#ebf0f5, #05080c));
    text-decoration-color: light-dark(rgb(20 50 90 / 0.14), rgb(140 170 210 / 0.16));
    column-rule-color: var(--mpl-unknown, light-dark(#d5dde6, #1f2a37));
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
  #scene.interactive {
    touch-action: none;
    cursor: grab;
    user-select: none;
    -webkit-user-select: none;
  }
  #scene.interactive:active {
    cursor: grabbing;
  }
  #scene.drawing {
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
  #scene:has(#stage:focus-visible) ~ #focus {
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
    box-sizing: border-box;
    max-inline-size: calc(100% - 20px);
    padding: 2px 9px 2px 8px;
    border-radius: 12px;
    font-size: 11px;
    font-weight: 600;
    letter-spacing: 0.03em;
  }
  #badge i {
    flex: none;
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: #e8455a;
    box-shadow: 0 0 0 1.5px light-dark(#fff, #10161f);
  }
  /* Why it is not streamed may take a few lines. What is longer than that ends in an ellipsis. */
  #badge span {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
    max-inline-size: 40ch;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  #badge.live span {
    display: block;
    white-space: nowrap;
    text-overflow: ellipsis;
  }
  /* What is as it should be is soon only a dot, until somebody points at the picture. */
  :host(:not(:hover)) #badge.live {
    animation: bare 0.4s 4s forwards;
  }
  :host(:not(:hover)) #badge.live span {
    animation: shrink 0.4s 4s forwards;
  }
  @keyframes bare {
    to {
      gap: 0;
      border-color: transparent;
      background: transparent;
      backdrop-filter: none;
    }
  }
  @keyframes shrink {
    to {
      max-inline-size: 0;
      opacity: 0;
    }
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
    border-radius: 17px;
    overflow-wrap: anywhere;
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
    :host(:not(:hover)) #badge.live,
    :host(:not(:hover)) #badge.live span {
      animation-duration: 0s;
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
    #scene:has(#stage:focus-visible) ~ #focus {
      outline: 3px solid Highlight;
      outline-offset: -3px;
    }
  }
`;
