/** MUL over rows: products of values less their zero points, requantized like a layer's accumulators. */

import type { MultiplyParams } from '../core/execute/int8/kernel-params.ts';
import type { Operands, Step } from '../core/execute/int8/kernels.ts';
import type { FastOp } from './fast-op.ts';
import { elementSize, flipOf, type StoredImage } from './image.ts';
import type { Workspace } from './memory.ts';
import { BLOCK, type Requantization, requantization } from './requantize.ts';
import { commonRows, eachImage, rowOf } from './rowwise.ts';
import { channelOf } from './steps.ts';

function requantizationOf({
  leftZeroPoint,
  rightZeroPoint,
  output,
}: MultiplyParams): Requantization | undefined {
  const { rescale, zeroPoint, min, max } = output;
  const ends = [-128, 127].flatMap((l) => [-128, 127].map((r) => (l - leftZeroPoint) * (r - rightZeroPoint)));
  const channel = channelOf(rescale, 0, { least: Math.min(...ends), most: Math.max(...ends) });
  const same = new Array<typeof channel>(BLOCK).fill(channel);
  return requantization(same, new Int32Array(BLOCK), { low: min - zeroPoint, high: max - zeroPoint });
}

interface Bound extends MultiplyParams {
  readonly stage: Requantization;
  /** Elements of the output. */
  readonly total: number;
}

function bind(
  workspace: Workspace,
  { leftZeroPoint, rightZeroPoint, output, stage, total }: Bound,
  images: readonly [StoredImage, StoredImage, StoredImage],
): Step {
  const { form, kernels } = workspace;
  const rows = commonRows(images, total);
  const product = workspace.descriptor('Product', {
    rowElements: rows.elements,
    leftRow: rowOf(rows, 0),
    rightRow: rowOf(rows, 1),
    outRow: rowOf(rows, 2),
    wide: elementSize(form) - 1,
    flip: flipOf(form),
    leftZero: leftZeroPoint,
    rightZero: rightZeroPoint,
    params: workspace.place(stage.params),
    base: output.min,
    span: output.max - output.min,
    above: output.zeroPoint - output.min,
  });
  const calls = eachImage(rows, images, total);
  const target = images[2];
  return () => {
    target.drawBorder(workspace);
    for (const [l, r, to] of calls)
      kernels.multiply(product, l as number, r as number, to as number, rows.count);
  };
}

/** @returns undefined where no recipe is exact */
export function fastMultiply(
  params: MultiplyParams,
  [left, right]: Operands<Int8Array>,
  output: Int8Array,
): FastOp | undefined {
  const stage = requantizationOf(params);
  if (stage === undefined) return undefined;
  const total = output.length;
  return {
    inputs: [{ array: left }, { array: right }],
    output: { array: output },
    bind: (workspace, [l, r], target) =>
      bind(workspace, { ...params, stage, total }, [l as StoredImage, r as StoredImage, target]),
  };
}
