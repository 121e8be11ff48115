import { css } from '@lit/reactive-element';

export const signalStyles = css`
  :host {
    font-variant-numeric: tabular-nums;
    unicode-bidi: isolate;
  }
  :host(:state(bound)) {
    display: contents;
  }
  :host([hidden]) {
    display: none !important;
  }
  :host(:state(stale)),
  :host(:state(stale)) ::slotted(*) {
    opacity: var(--mpl-stale-opacity, 0.65);
  }
`;
