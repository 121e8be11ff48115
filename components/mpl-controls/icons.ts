import { html, type TemplateResult } from 'lit';

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

export const PLAY = icon('M8 5.5v13l10.5-6.5z');
export const PAUSE = icon('M7 5h3.5v14H7zM13.5 5H17v14h-3.5z');
export const STEP = icon('M6 5.5v13l8.5-6.5zM15.5 5.5H18v13h-2.5z');
export const RESET = icon('M12 6V2.5L7 7l5 4.5V8a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z');
export const DRAW = icon(
  'M4 16.5V20h3.5L18 9.5 14.5 6zM15.7 4.8l3.5 3.5 1.3-1.3a1 1 0 0 0 0-1.4l-2.1-2.1a1 1 0 0 0-1.4 0z',
);
export const FIT = icon('M4 9V4h5v2H6v3zM15 4h5v5h-2V6h-3zM4 15h2v3h3v2H4zM18 15h2v5h-5v-2h3zM9 9h6v6H9z');
export const FULL = icon('M4 10V4h6v2H7.4l3.6 3.6-1.4 1.4L6 7.4V10zM14 20v-2h2.6L13 14.4l1.4-1.4 3.6 3.6V14h2v6z');
export const COPY = icon(
  'M8.7 16.3 4.4 12l4.3-4.3L7.3 6.3 1.6 12l5.7 5.7zM15.3 16.3l1.4 1.4 5.7-5.7-5.7-5.7-1.4 1.4 4.3 4.3z',
);
export const MORE = icon('M4 7h10v2H4zM18 7h2v2h-2zM15 5h2v6h-2zM4 15h2v2H4zM10 15h10v2H10zM7 13h2v6H7z');
export const OPEN = icon('M3 6h6l2 2h10v11H3zM5 10v7h14v-7z');
