// Fields in WebAssembly. Compiled by scripts/build-wasm.js; its twin is sim/field/js-kernel.ts, operation for operation.

export { convolve } from './lenia';
export { diff, quantise } from './planes';
export { react } from './gray-scott';
export { configure, halo, heap } from './rows';
