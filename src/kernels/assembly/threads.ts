/** What the modules for several threads export: the same kernels, each call shared among the team. */
import { Layer, Pool, Product, Sum, WeightedSum } from "../generated/descriptors";
import { Kind, RUN } from "./parts";
import { newJob, share } from "./team";

export { dot } from "./probe";
export { border, pack, unpack } from "./rows";
export { chunksDone, dismiss, giveUp, help, lead, present, teamBytes } from "./team";

/** Units of a kernel that takes elements one by one: rows, or runs of the only row. */
function rowUnits(rows: i32, elements: i32): i32 {
  return rows > 1 ? rows : (elements + RUN - 1) / RUN;
}

/** Addresses and numbers alike, as unsigned words. */
function job(kind: Kind, a: usize, b: usize, c: usize, d: usize, e: usize = 0, f: usize = 0): void {
  const j = newJob();
  j.kind = kind;
  j.a = <i32>a;
  j.b = <i32>b;
  j.c = <i32>c;
  j.d = <i32>d;
  j.e = <i32>e;
  j.f = <i32>f;
}

export function conv(d: Layer, from: usize, to: usize, rows: i32, dots: i32): void {
  job(Kind.Conv, changetype<usize>(d), from, to, rows, dots);
  const tiles = rows * (d.fullTiles + d.shortTiles);
  share(tiles, tiles * d.tile * d.blocks * d.segments * d.steps);
}

export function dense(d: Layer, from: usize, to: usize, dots: i32): void {
  job(Kind.Dense, changetype<usize>(d), from, to, dots);
  share(d.blocks, d.blocks * d.steps);
}

export function depthwise3x3(d: Layer, from: usize, to: usize, groups: i32, stride: i32, dots: i32): void {
  job(Kind.Depthwise3x3, changetype<usize>(d), from, to, groups, stride, dots);
  share(groups, 8 * groups * d.width * d.blocks);
}

export function depthwise(d: Layer, from: usize, to: usize, rows: i32, form: i32): void {
  job(Kind.Depthwise, changetype<usize>(d), from, to, rows, form);
  share(rows, 4 * rows * d.width * d.blocks * d.pairs);
}

export function add(d: Sum, left: usize, right: usize, out: usize, rows: i32): void {
  job(Kind.Add, changetype<usize>(d), left, right, out, rows);
  share(rowUnits(rows, d.rowElements), rows * d.rowElements);
}

export function weightedSum(d: WeightedSum, left: usize, right: usize, out: usize, rows: i32): void {
  job(Kind.WeightedSum, changetype<usize>(d), left, right, out, rows);
  share(rowUnits(rows, d.rowElements), rows * d.rowElements);
}

export function multiply(d: Product, left: usize, right: usize, out: usize, rows: i32): void {
  job(Kind.Multiply, changetype<usize>(d), left, right, out, rows);
  share(rowUnits(rows, d.rowElements), rows * d.rowElements);
}

export function maxPool(d: Pool, image: usize, out: usize, rows: i32, form: i32): void {
  job(Kind.MaxPool, changetype<usize>(d), image, out, rows, form);
  share(rows, rows * d.outputW * d.channels * d.filterH * d.filterW / 8);
}

export function lookup(table: usize, source: usize, target: usize, rows: i32, elements: i32, sourceRow: i32, targetRow: i32, wide: i32): void {
  job(Kind.Lookup, table, source, target, rows, elements, sourceRow);
  const j = newJob();
  j.g = targetRow;
  j.h = wide;
  share(rowUnits(rows, elements), 2 * rows * elements);
}

export function move(pieces: usize, count: i32, word: i32): void {
  job(Kind.Move, pieces, count, word, 0);
  share(count, 32 * count);
}
