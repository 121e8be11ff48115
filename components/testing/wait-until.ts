/** Milliseconds; more than any of it takes, however busy the machine. */
const PATIENCE = 30_000;

/** Waits until this holds; fails with `message` if it never does. */
export async function waitUntil(holds: () => unknown, message?: string): Promise<void> {
  const failed = new Error(`never came true: ${message ?? holds}`);
  const end = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > end) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
