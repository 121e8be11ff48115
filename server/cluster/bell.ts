/** Something has happened: whoever waits looks again. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves when it rings next, or when it is `over`. */
  next(over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        over.removeEventListener('abort', wake);
        resolve();
      };
      if (over.aborted) return resolve();
      this.#waiting.add(wake);
      over.addEventListener('abort', wake);
    });
  }
}
