import type { CloseCode } from '../../transport/wire/codes.js';

/** The relay will not do this. `code` is the close code that a link would be told. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;

  constructor(code: CloseCode | number, message: string) {
    super(message);
    this.code = typeof code === 'number' ? code : code.code;
  }
}
