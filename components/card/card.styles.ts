import { css } from 'lit';

/** The card that stands beside a picture: what controls and stats have in common. */
export const cardStyles = css`
  :host {
    --_accent: var(--mpl-accent, light-dark(#0b7285, #5eead4));
    --_text: light-dark(#1b2733, #e8eef6);
    --_surface: light-dark(#fff, #131a24);
    --_line: light-dark(#d9e1ea, #2a3646);
    display: block;
    container-type: inline-size;
    border: 1px solid var(--_line);
    border-radius: var(--mpl-radius, 12px);
    background: var(--_surface);
    color: var(--_text);
    font: 400 13px/1.3 system-ui, sans-serif;
  }
  :host([hidden]) {
    display: none !important;
  }
`;
