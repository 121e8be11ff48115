import { css } from 'lit';

export const statsStyles = css`
  :host {
    --_soft: light-dark(#56677a, #93a4b8);
    line-height: 1.35;
    font-variant-numeric: tabular-nums;
  }
  p {
    margin: 0;
    padding: 10px 14px;
    color: var(--_soft);
  }
  #graphs {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    border-block-end: 1px solid var(--_line);
  }
  figure {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    min-inline-size: 0;
    margin: 0;
    padding: 10px 0 0;
  }
  figure + figure {
    border-inline-start: 1px solid var(--_line);
  }
  figcaption {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 8px;
    padding-inline: 14px;
    color: var(--_soft);
  }
  figcaption b {
    color: var(--_text);
    font-weight: 600;
  }
  canvas {
    display: block;
    inline-size: 100%;
    block-size: 44px;
    margin-block-start: 4px;
    color: var(--_accent);
  }
  figure:nth-child(2) canvas {
    color: light-dark(#5f3dc4, #b197fc);
  }
  figure:nth-child(3) canvas {
    color: light-dark(#c2410c, #fdba74);
  }
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(128px, 1fr));
    gap: 10px 16px;
    margin: 0;
    padding: 12px 14px;
  }
  dl > div {
    min-inline-size: 0;
  }
  .wide {
    grid-column: span 2;
  }
  dt {
    color: var(--_soft);
    font-size: 12px;
  }
  dd {
    margin: 0;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  small {
    display: block;
    color: var(--_soft);
    font-size: 12px;
    font-weight: 400;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    padding: 8px 14px;
  }
  .line > div {
    display: flex;
    gap: 5px;
    align-items: baseline;
  }
  i {
    display: inline-block;
    inline-size: 8px;
    block-size: 8px;
    margin-inline-end: 6px;
    border-radius: 50%;
    background: var(--_soft);
  }
  i.live {
    background: var(--_accent);
  }
  i.failed,
  i.reconnecting {
    background: #e8455a;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  @container (max-width: 300px) {
    .wide {
      grid-column: auto;
    }
  }
`;
