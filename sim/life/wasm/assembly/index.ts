// The WebAssembly engine. Compiled by scripts/build-wasm.js; driven by sim/life/wasm/engine.ts.

export { diff, population } from './look';
export { step } from './step';
export { configure, heap, setRule } from './world';
