/**
 * Runs what others gave us to run. Whatever that throws is theirs: it comes up as an error that nobody caught, and harms
 * neither the connection nor others who listen.
 */
export function aside(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
