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

  .cover {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: 12px;
    pointer-events: none;
    animation: appear 0.2s both;
  }
  .cover > * {
    pointer-events: auto;
  }
  .cover.poster ::slotted(*) {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  .cover.loading {
    animation-delay: 0.5s;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  .card {
    display: grid;
    justify-items: center;
    gap: 4px;
    max-inline-size: min(34ch, 100%);
    padding: 14px 20px;
    border: 1px solid var(--_line);
    border-radius: 14px;
    background: var(--_glass);
    backdrop-filter: blur(10px);
    box-shadow: 0 6px 24px rgb(0 0 0 / 0.14);
    text-align: center;
    text-wrap: balance;
    overflow-wrap: anywhere;
  }
  .card strong {
    font-weight: 600;
  }
  .card > span::first-letter,
  #toast::first-letter {
    text-transform: uppercase;
  }
  .card span {
    font-size: 0.93em;
    opacity: 0.85;
    font-variant-numeric: tabular-nums;
  }
  button {
    margin-block-start: 8px;
    padding: 6px 14px;
    border: 0;
    border-radius: 99px;
    background: var(--_accent);
    color: light-dark(#fff, #04211d);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover {
    filter: brightness(1.08);
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  /* A glider, whose cells light up in turn. */
  .pulse {
    display: grid;
    grid: repeat(3, 9px) / repeat(3, 9px);
    gap: 3px;
    margin-block-end: 6px;
  }
  .pulse b {
    border-radius: 2px;
    background: var(--_accent);
    animation: pulse 1.6s infinite ease-in-out;
  }
  .pulse b:nth-child(1) {
    grid-area: 1 / 2;
  }
  .pulse b:nth-child(2) {
    grid-area: 2 / 3;
    animation-delay: 0.16s;
  }
  .pulse b:nth-child(3) {
    grid-area: 3 / 1;
    animation-delay: 0.32s;
  }
  .pulse b:nth-child(4) {
    grid-area: 3 / 2;
    animation-delay: 0.48s;
  }
  .pulse b:nth-child(5) {
    grid-area: 3 / 3;
    animation-delay: 0.64s;
  }
  @keyframes pulse {
    50% {
      opacity: 0.25;
    }
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
