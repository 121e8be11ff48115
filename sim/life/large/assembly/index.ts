// Larger than Life: a byte a cell, tile by tile. See large/engine.ts for what surrounds it.
export { configure, heap, setRule } from './world';
export { step } from './step';
export { diff, pack, population, unpack } from './look';
