/** Ops that take element by element: ADD, SUB and functions of one value, over rows of any images of equal size. */

import type { AddParams, WeightedSumParams } from '../core/execute/int8/kernel-params.ts';
import type { ByteArray, Operands, Step } from '../core/execute/int8/kernels.ts';
import type { FastOp } from './fast-op.ts';
import { elementSize, flipOf, isBordered, type StoredImage } from './image.ts';
import type { Workspace } from './memory.ts';

/** Rows that all of `images` have in common; one long row where none has a border. */
export interface Rows {
  readonly count: number;
  readonly elements: number;
  /** For each image its first row's address and the distance between rows, in bytes. */
  readonly places: readonly { readonly from: number; readonly row: number }[];
}

export function commonRows(images: readonly StoredImage[], total: number): Rows {
  const shaped = images.find(({ format }) => isBordered(format.border));
  if (shaped === undefined)
    return { count: 1, elements: total, places: images.map(({ address }) => ({ from: address, row: 0 })) };
  const { height, width, channels } = shaped.format;
  const elements = width * channels;
  return {
    count: height,
    elements,
    places: images.map((image) => {
      const bordered = isBordered(image.format.border);
      const plainRow = elements * elementSize(image.format.form);
      return {
        from: bordered ? image.at(0, 0, 0) : image.address,
        row: bordered ? image.rowBytes : plainRow,
      };
    }),
  };
}

/** Addresses of the rows of each image of the batch; the kernel is called once per image. */
export function eachImage(
  rows: Rows,
  images: readonly StoredImage[],
  total: number,
): readonly (readonly number[])[] {
  const perImage = rows.count * rows.elements;
  return Array.from({ length: total / perImage }, (_, n) =>
    images.map((image, k) => {
      const { from } = rows.places[k] as Rows['places'][number];
      const bordered = isBordered(image.format.border);
      return from + n * (bordered ? image.imageBytes : perImage * elementSize(image.format.form));
    }),
  );
}

export const rowOf = (rows: Rows, k: number): number => rows.places[k]?.row ?? 0;

function bindAdd(
  workspace: Workspace,
  { left, right, sign, output }: AddParams,
  images: readonly [StoredImage, StoredImage, StoredImage],
  total: number,
): Step {
  const { form, kernels } = workspace;
  const rows = commonRows(images, total);
  const { rescale } = output;
  if (rescale.kind !== 'fixed') throw new Error('a sum is rescaled in fixed point');
  const sum = workspace.descriptor('Sum', {
    rowElements: rows.elements,
    leftRow: rowOf(rows, 0),
    rightRow: rowOf(rows, 1),
    outRow: rowOf(rows, 2),
    wide: elementSize(form) - 1,
    flip: flipOf(form),
    sign: sign === 1 ? 0 : -1,
    leftZero: left.zeroPoint,
    leftMultiplier: left.multiplier,
    leftShift: -left.shift,
    rightZero: right.zeroPoint,
    rightMultiplier: right.multiplier,
    rightShift: -right.shift,
    multiplier: rescale.multiplier[0] as number,
    shift: -(rescale.shift[0] as number),
    zero: output.zeroPoint,
    low: output.min,
    high: output.max,
  });
  const calls = eachImage(rows, images, total);
  const target = images[2];
  return () => {
    target.drawBorder(workspace);
    for (const [l, r, to] of calls) kernels.add(sum, l as number, r as number, to as number, rows.count);
  };
}

/** @returns undefined where the kernel's bounds do not hold: values shifted by other than 20 bits, or rescaled up */
export function fastAdd(
  params: AddParams,
  [left, right]: Operands<Int8Array>,
  output: Int8Array,
): FastOp | undefined {
  const { rescale } = params.output;
  if (params.leftShift !== 20 || rescale.kind !== 'fixed' || rescale.multiplier.length !== 1)
    return undefined;
  const shifts = [params.left.shift, params.right.shift, rescale.shift[0] as number];
  if (shifts.some((shift) => shift > 0 || shift < -29)) return undefined;
  return {
    inputs: [{ array: left }, { array: right }],
    output: { array: output },
    bind: (workspace, [l, r], target) =>
      bindAdd(workspace, params, [l as StoredImage, r as StoredImage, target], output.length),
  };
}

function bindWeightedSum(
  workspace: Workspace,
  { left, right, shift, zeroPoint, min, max }: WeightedSumParams,
  images: readonly [StoredImage, StoredImage, StoredImage],
  total: number,
): Step {
  const { form, kernels } = workspace;
  const rows = commonRows(images, total);
  const zeros = left.zeroPoint * left.multiplier + right.zeroPoint * right.multiplier;
  const sum = workspace.descriptor('WeightedSum', {
    rowElements: rows.elements,
    leftRow: rowOf(rows, 0),
    rightRow: rowOf(rows, 1),
    outRow: rowOf(rows, 2),
    wide: elementSize(form) - 1,
    flip: flipOf(form),
    leftMultiplier: left.multiplier,
    rightMultiplier: right.multiplier,
    bias: 2 ** (shift - 1) - zeros,
    shift,
    zero: zeroPoint,
    low: min,
    high: max,
  });
  const calls = eachImage(rows, images, total);
  const target = images[2];
  return () => {
    target.drawBorder(workspace);
    for (const [l, r, to] of calls)
      kernels.weightedSum(sum, l as number, r as number, to as number, rows.count);
  };
}

export function fastWeightedSum(
  params: WeightedSumParams,
  [left, right]: Operands<Int8Array>,
  output: Int8Array,
): FastOp {
  return {
    inputs: [{ array: left }, { array: right }],
    output: { array: output },
    bind: (workspace, [l, r], target) =>
      bindWeightedSum(workspace, params, [l as StoredImage, r as StoredImage, target], output.length),
  };
}

/** The table from stored form to stored form. */
function placeTable(workspace: Workspace, table: ByteArray): number {
  const flip = flipOf(workspace.form);
  const stored = Int16Array.from({ length: 256 }, (_, byte) => ((table[byte ^ flip] as number) << 24) >> 24);
  return workspace.place(
    workspace.form === 'i16' ? stored : Uint8Array.from(stored, (value) => (value & 255) ^ flip),
  );
}

export function fastLookup(table: ByteArray, input: ByteArray, output: ByteArray): FastOp {
  return {
    inputs: [{ array: input }],
    output: { array: output },
    bind: (workspace, [image], target) => {
      const images = [image as StoredImage, target];
      const rows = commonRows(images, output.length);
      const calls = eachImage(rows, images, output.length);
      const address = placeTable(workspace, table);
      const wide = elementSize(workspace.form) - 1;
      const { kernels } = workspace;
      return () => {
        target.drawBorder(workspace);
        for (const [from, to] of calls)
          kernels.lookup(
            address,
            from as number,
            to as number,
            rows.count,
            rows.elements,
            rowOf(rows, 0),
            rowOf(rows, 1),
            wide,
          );
      };
    },
  };
}
