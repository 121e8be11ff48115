/**
 * Prints the kernels of plain Life in plain TypeScript, for pages that allow neither WebAssembly nor functions made of
 * text: sim/life/js/printed.ts. To be run after the printer or the graph has changed; a test tells when.
 */
import { writeFile } from 'node:fs/promises';
import { printModule } from '../sim/testing/printed.js';

await writeFile(new URL('../sim/life/js/printed.ts', import.meta.url), printModule());
