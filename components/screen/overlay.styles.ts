import { css } from 'lit';

/** What lies over the picture; in the colors of `screen.styles.ts`. */
export const overlayStyles = css`
  .cover {
    position: absolute;
    inset: 0;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    place-items: center;
    padding: min(12px, 3%);
    container-type: size;
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
  .cover.loading,
  .cover.late {
    animation-delay: 0.5s;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  .card {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 4px;
    box-sizing: border-box;
    max-inline-size: min(34ch, 100%);
    max-block-size: 100%;
    overflow-y: auto;
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
    white-space: nowrap;
    cursor: pointer;
  }
  .card > * {
    flex: none;
  }
  /* In a small picture there is room for little: what can be done goes before why, and the rest scrolls. */
  @container (max-width: 280px) or (max-height: 160px) {
    .card {
      gap: 1px;
      padding: 5px 9px;
      border-radius: 9px;
      font-size: 11px;
      line-height: 1.25;
    }
    .card .pulse {
      display: none;
    }
    .card > span {
      order: 1;
    }
    .card button {
      margin-block-start: 3px;
      padding: 3px 10px;
    }
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
`;
