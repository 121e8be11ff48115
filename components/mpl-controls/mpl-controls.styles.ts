import { css } from 'lit';

export const controlsStyles = css`
  :host {
    --_soft: light-dark(#5a6b7c, #93a4b8);
    --_field: light-dark(#f2f5f9, #1c2633);
  }
  #bar,
  #panel {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    padding: 6px;
  }
  #panel {
    display: none;
    gap: 8px 10px;
    padding: 8px 10px 10px;
    border-block-start: 1px solid var(--_line);
  }
  #panel.open {
    display: flex;
  }
  .dropping {
    border-radius: inherit;
    box-shadow: inset 0 0 0 2px var(--_accent);
  }
  button,
  .button {
    display: inline-grid;
    place-items: center;
    box-sizing: border-box;
    min-inline-size: 36px;
    block-size: 36px;
    padding: 0 6px;
    border: 0;
    border-radius: 9px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  svg {
    inline-size: 20px;
    block-size: 20px;
    fill: currentColor;
  }
  button:hover:not(:disabled),
  .file:hover .button {
    background: var(--_field);
  }
  button:focus-visible,
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible,
  .unseen:focus-visible + .button {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }
  button.main {
    inline-size: 44px;
    background: var(--_accent);
    color: light-dark(#fff, #04211d);
  }
  button.main:hover:not(:disabled) {
    background: var(--_accent);
    filter: brightness(1.08);
  }
  button[aria-pressed='true'],
  button[aria-expanded='true'] {
    background: color-mix(in oklab, var(--_accent) 20%, transparent);
    color: light-dark(color-mix(in oklab, var(--_accent), #000 20%), var(--_accent));
  }
  button.text {
    block-size: 30px;
    padding: 0 12px;
    border: 1px solid var(--_line);
    border-radius: 8px;
    background: var(--_field);
  }
  :disabled,
  input:disabled + .button {
    opacity: 0.4;
    cursor: default;
  }
  .speed {
    display: flex;
    flex: 1 1 130px;
    align-items: center;
    gap: 8px;
    min-inline-size: 110px;
    max-inline-size: 300px;
    padding-inline: 8px;
  }
  .speed input {
    flex: 1;
    min-inline-size: 40px;
    margin: 0;
    accent-color: var(--_accent);
  }
  output {
    min-inline-size: 5ch;
    color: var(--_soft);
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .gap {
    flex: 1 0 0;
  }
  #panel label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--_soft);
  }
  #panel form {
    display: contents;
  }
  input:not([type='range']):not(.unseen),
  select {
    box-sizing: border-box;
    block-size: 30px;
    padding: 0 8px;
    border: 1px solid var(--_line);
    border-radius: 8px;
    background: var(--_field);
    color: var(--_text);
    font: inherit;
  }
  select {
    max-inline-size: 17ch;
  }
  .rule {
    inline-size: 15ch;
  }
  .size {
    inline-size: 12ch;
  }
  .short {
    inline-size: 6.5ch;
  }
  .seed {
    inline-size: 10ch;
  }
  .file {
    margin-inline-start: -8px;
  }
  .file .button {
    block-size: 30px;
    color: var(--_text);
  }
  #markup {
    display: flex;
    align-items: end;
    gap: 8px;
    padding: 8px 10px;
    border-block-start: 1px solid var(--_line);
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    box-sizing: border-box;
    padding: 6px 8px;
    border: 1px solid var(--_line);
    border-radius: 8px;
    background: var(--_field);
    color: var(--_text);
    font: 12px/1.4 ui-monospace, monospace;
    resize: vertical;
  }
  #who {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    padding: 6px 12px;
    border-block-start: 1px solid var(--_line);
  }
  #who span {
    flex: 1 1 16ch;
  }
  #note {
    margin: 0;
    padding: 7px 12px;
    border-block-start: 1px solid var(--_line);
    color: var(--_soft);
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: 0;
    overflow: hidden;
    clip-path: inset(50%);
  }
  @container (min-width: 700px) {
    #panel {
      display: flex;
    }
    .more {
      display: none;
    }
  }
  @container (max-width: 430px) {
    .speed {
      flex-basis: 100%;
      order: 1;
      max-inline-size: none;
    }
    #panel label:not(.file) {
      flex: 1 1 40%;
      justify-content: space-between;
    }
    #panel button {
      flex: 1;
    }
  }
  @media (pointer: coarse) {
    button,
    .button {
      min-inline-size: 44px;
      block-size: 44px;
    }
  }
  @media (forced-colors: active) {
    button,
    .button {
      border: 1px solid ButtonText;
    }
    svg {
      fill: ButtonText;
    }
    button[aria-pressed='true'] {
      outline: 2px solid Highlight;
    }
  }
`;
