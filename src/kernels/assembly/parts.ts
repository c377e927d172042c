/**
 * Kernels by parts. A call is a number of units, which any thread may compute in any order, because each unit writes
 * elements of its own: tiles of pixels, blocks of channels, rows, runs of elements. Where a kernel needs another descriptor
 * for a part of its work, it gets one in `own`, memory of the thread.
 */
import { Layer, Pool, Product, Sum, WeightedSum } from "../generated/descriptors";
import { add } from "./add";
import { dense, depthwise, depthwise3x3, stripe } from "./conv";
import { maxPool } from "./max-pool";
import { multiply } from "./multiply";
import { lookup, move } from "./rows";
import { weightedSum } from "./weighted-sum";

export const enum Kind { Conv, Dense, Depthwise3x3, Depthwise, Add, WeightedSum, Multiply, MaxPool, Lookup, Move }

/** A call of a kernel: its arguments in order, split into units. */
@unmanaged
export class Job {
  units: i32;
  chunks: i32;
  kind: Kind;
  a: i32;
  b: i32;
  c: i32;
  d: i32;
  e: i32;
  f: i32;
  g: i32;
  h: i32;
}

/** Elements of a unit where a kernel has one long row: whole cache lines. */
export const RUN = 64;
/** Bytes of `own`. */
export const OWN = 128;

function copyLayer(d: Layer, own: usize): Layer {
  memory.copy(own, changetype<usize>(d), offsetof<Layer>());
  return changetype<Layer>(own);
}

/** Units: tiles, row by row. */
function convPart(d: Layer, from: usize, to: usize, dots: i32, first: i32, end: i32): void {
  const perRow = d.fullTiles + d.shortTiles;
  let row = first / perRow, tile = first % perRow;
  while (first < end) {
    const count = min(perRow - tile, end - first);
    stripe(d, from + row * d.inRow, to + row * d.outRow, tile, count, dots);
    first += count;
    tile = 0;
    row++;
  }
}

/** Units: blocks of channels. */
function densePart(d: Layer, from: usize, to: usize, dots: i32, first: i32, end: i32, own: usize): void {
  const part = copyLayer(d, own);
  part.weights += first * d.steps * (dots ? 32 : 16);
  part.params += first * d.paramStep;
  part.blocks = end - first;
  if (end != d.blocks) part.tail = 0;
  dense(part, from, to + first * (dots ? 8 : 16), dots);
}

/** Units: groups of rows. */
function depthwise3x3Part(d: Layer, from: usize, to: usize, stride: i32, dots: i32, first: i32, end: i32, last: i32, own: usize): void {
  const part = copyLayer(d, own);
  // Only the image's last pair lacks its second row.
  if (end != last) part.spare = 0;
  const rows = dots && stride == 1 ? 2 : 1;
  depthwise3x3(part, from + first * rows * stride * d.inRow, to + first * rows * d.outRow, end - first, stride, dots);
}

/** Units: rows. */
function maxPoolPart(d: Pool, image: usize, to: usize, form: i32, first: i32, end: i32, own: usize): void {
  memory.copy(own, changetype<usize>(d), offsetof<Pool>());
  const part = changetype<Pool>(own);
  part.padTop -= first * d.strideH;
  maxPool(part, image, to + first * d.outRow, end - first, form);
}

/** Units: rows, or runs of the only row. */
function addPart(d: Sum, left: usize, right: usize, to: usize, rows: i32, first: i32, end: i32, own: usize): void {
  if (rows > 1) {
    add(d, left + first * d.leftRow, right + first * d.rightRow, to + first * d.outRow, end - first);
    return;
  }
  memory.copy(own, changetype<usize>(d), offsetof<Sum>());
  const part = changetype<Sum>(own), skip = (first * RUN) << d.wide;
  part.rowElements = min(end * RUN, d.rowElements) - first * RUN;
  add(part, left + skip, right + skip, to + skip, 1);
}

/** Units: rows, or runs of the only row. */
function weightedSumPart(d: WeightedSum, left: usize, right: usize, to: usize, rows: i32, first: i32, end: i32, own: usize): void {
  if (rows > 1) {
    weightedSum(d, left + first * d.leftRow, right + first * d.rightRow, to + first * d.outRow, end - first);
    return;
  }
  memory.copy(own, changetype<usize>(d), offsetof<WeightedSum>());
  const part = changetype<WeightedSum>(own), skip = (first * RUN) << d.wide;
  part.rowElements = min(end * RUN, d.rowElements) - first * RUN;
  weightedSum(part, left + skip, right + skip, to + skip, 1);
}

/** Units: rows, or runs of the only row. */
function multiplyPart(d: Product, left: usize, right: usize, to: usize, rows: i32, first: i32, end: i32, own: usize): void {
  if (rows > 1) {
    multiply(d, left + first * d.leftRow, right + first * d.rightRow, to + first * d.outRow, end - first);
    return;
  }
  memory.copy(own, changetype<usize>(d), offsetof<Product>());
  const part = changetype<Product>(own), skip = (first * RUN) << d.wide;
  part.rowElements = min(end * RUN, d.rowElements) - first * RUN;
  multiply(part, left + skip, right + skip, to + skip, 1);
}

/** Units: rows, or runs of the only row. */
function lookupPart(j: Job, first: i32, end: i32): void {
  const rows = j.d, elements = j.e, wide = j.h;
  if (rows > 1) {
    lookup(j.a, j.b + first * j.f, j.c + first * j.g, end - first, elements, j.f, j.g, wide);
    return;
  }
  const skip = (first * RUN) << wide;
  lookup(j.a, j.b + skip, j.c + skip, 1, min(end * RUN, elements) - first * RUN, 0, 0, wide);
}

/** Units from `first` up to `end`; not none. */
export function run(j: Job, first: i32, end: i32, own: usize): void {
  const layer = changetype<Layer>(j.a);
  switch (j.kind) {
    case Kind.Conv: convPart(layer, j.b, j.c, j.e, first, end); break;
    case Kind.Dense: densePart(layer, j.b, j.c, j.d, first, end, own); break;
    case Kind.Depthwise3x3: depthwise3x3Part(layer, j.b, j.c, j.e, j.f, first, end, j.d, own); break;
    case Kind.Depthwise: depthwise(layer, j.b + first * layer.inRow, j.c + first * layer.outRow, end - first, j.e); break;
    case Kind.Add: addPart(changetype<Sum>(j.a), j.b, j.c, j.d, j.e, first, end, own); break;
    case Kind.WeightedSum: weightedSumPart(changetype<WeightedSum>(j.a), j.b, j.c, j.d, j.e, first, end, own); break;
    case Kind.Multiply: multiplyPart(changetype<Product>(j.a), j.b, j.c, j.d, j.e, first, end, own); break;
    case Kind.MaxPool: maxPoolPart(changetype<Pool>(j.a), j.b, j.c, j.e, first, end, own); break;
    case Kind.Lookup: lookupPart(j, first, end); break;
    case Kind.Move: move(j.a + first * 12, end - first, j.c); break;
  }
}
