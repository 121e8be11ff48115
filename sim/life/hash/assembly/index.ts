// HashLife in WebAssembly. Compiled by scripts/build-wasm.js; driven by sim/life/hash/kernel.ts.

export { jump, turn } from './advance';
export { box, population } from './look';
export { between, crop, leafOf, makeTile, putTile, readTile, repeat, tileRows } from './edit';
export { collections, forget, hold, prepare, watch } from './garbage';
export { setRule } from './leaf';
export { allow, bytes } from './memory';
export { count, empty, join, start } from './table';
