/** What the module exports. One source, two builds: baseline SIMD, and relaxed SIMD (ASC_FEATURE_RELAXED_SIMD). */
export { add } from "./add";
export { conv, dense, depthwise, depthwise3x3 } from "./conv";
export { maxPool } from "./max-pool";
export { multiply } from "./multiply";
export { dot } from "./probe";
export { border, lookup, move, pack, unpack } from "./rows";
export { weightedSum } from "./weighted-sum";
