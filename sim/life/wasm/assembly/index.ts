// The driver of the WebAssembly engine. Compiled by scripts/build-wasm.js; driven by sim/life/wasm/engine.ts.

export { diff, population } from './look';
export { blockFor, sweep } from './pool';
export { run } from './run';
export { computeSlots, finish, work } from './share';
export { dead, flip } from './sky';
export { linkAll, wake, wakeAll, wakeBorder } from './wake';
export { attach } from './world';
