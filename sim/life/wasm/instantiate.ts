/**
 * An instance of the driver that works on a world's memory with a rule's kernel.
 *
 * @param grown Called after the memory has grown, and views of it may be too short.
 */
export function instantiate(
  memory: WebAssembly.Memory,
  driver: WebAssembly.Module,
  kernel: WebAssembly.Module,
  grown: () => void,
): WebAssembly.Exports {
  const env = {
    memory,
    grown,
    abort() {
      throw new Error('The WebAssembly kernel stopped.');
    },
  };
  const rows = new WebAssembly.Instance(kernel, { env: { memory } }).exports;
  const { attach, ...exports } = new WebAssembly.Instance(driver, { env, kernel: rows }).exports;
  (attach as () => void)();
  return exports;
}
