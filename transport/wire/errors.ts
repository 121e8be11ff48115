/** What a decoder throws: bytes that no honest, current sender makes. The link they came on is closed with `code`. */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    message: string,
    /** The close code for the link (`codes.ts`). */
    readonly code: number = 4400,
  ) {
    super(message);
  }
}
