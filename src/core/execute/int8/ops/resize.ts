import { elementCount } from '../../../model/data.ts';
import type { ResizeOptions } from '../../../model/options.ts';
import { roundHalfAway } from '../../../model/rounding.ts';
import type { Shape } from '../../../model/types.ts';

import { type AffineValue, type OpContext, size, type Value } from '../context.ts';
import type { ElevenBitResizeParams, FloatResizeParams, ResizeParams } from '../kernel-params.ts';
import { offsets, strides, sumOfOffsets } from '../positions.ts';
import { UNSIGNED_OFFSET } from '../unsigned.ts';
import { planMove } from './moves.ts';
import type { Planner } from './planner.ts';
import { statedIntegers } from './stated.ts';

export function expectResized(context: OpContext, input: Value, output: Value): void {
  for (const value of [input, output]) context.expectRank(value, 4);
  const [h, w] = statedIntegers(context, 1, output.shape.slice(1, 3));
  if (h === undefined || w === undefined) throw context.invalid('its size is no pair of numbers');
  context.expectShape(output, [size(input.shape, 0), h, w, size(input.shape, 3)]);
  if (elementCount(input.shape) === 0 && elementCount(output.shape) > 0)
    throw context.invalid('it has no pixels to make others from');
}

/** Source positions in 1/1024 of a pixel (reference/resize_bilinear.h). */
function bilinearScale(input: number, output: number, { alignCorners, halfPixelCenters }: ResizeOptions) {
  const aligned = alignCorners && output > 1;
  const scale = aligned
    ? Math.trunc((1024 * (input - 1) + Math.trunc((output - 1) / 2)) / (output - 1))
    : Math.trunc((1024 * input + Math.trunc(output / 2)) / output);
  return { scale, offset: halfPixelCenters ? Math.trunc(scale / 2) - 512 : 0 };
}

/** Pixels of the input for one of the output, float32. */
function realScale(input: number, output: number, alignCorners: boolean): number {
  return Math.fround(alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output);
}

/** A blend in float32; `offset` is added to stored values. */
export function floatResizeParams(
  { alignCorners, halfPixelCenters }: ResizeOptions,
  { input, output }: { readonly input: Value; readonly output: Value },
  offset: number,
): FloatResizeParams {
  const [batch, inputH, inputW, channels] = input.shape as [number, number, number, number];
  const [outputH, outputW] = [size(output.shape, 1), size(output.shape, 2)];
  const scaleH = realScale(inputH, outputH, alignCorners);
  const scaleW = realScale(inputW, outputW, alignCorners);
  const shift = halfPixelCenters ? 0.5 : 0;
  return { batch, inputH, inputW, outputH, outputW, channels, scaleH, scaleW, shift, offset };
}

/** As XNNPACK has it (xnn_indirection_init_resize_bilinear2d_hwc_q11 of src/indirection.c), float32. */
function elevenBitParams(
  { alignCorners, halfPixelCenters }: ResizeOptions,
  { input, output }: { readonly input: Value; readonly output: Value },
): ElevenBitResizeParams {
  const [batch, inputH, inputW, channels] = input.shape as [number, number, number, number];
  const [outputH, outputW] = [size(output.shape, 1), size(output.shape, 2)];
  const scaleH = realScale(inputH, outputH, alignCorners);
  const scaleW = realScale(inputW, outputW, alignCorners);
  const offset = (scale: number): number =>
    halfPixelCenters && !alignCorners ? Math.fround(0.5 * scale - 0.5) : 0;
  const scales = { scaleH, scaleW, offsetH: offset(scaleH), offsetW: offset(scaleW) };
  return { batch, inputH, inputW, outputH, outputW, channels, ...scales };
}

/** A resize of raw values, which needs the same parameters on both sides. */
export function resizeParams(
  context: OpContext,
  options: ResizeOptions,
  { input, output }: { input: AffineValue; output: AffineValue },
): ResizeParams {
  expectResized(context, input, output);
  context.expectSameQuant(input, output);
  const [batch, inputH, inputW, channels] = input.shape as [number, number, number, number];
  const [outputH, outputW] = [size(output.shape, 1), size(output.shape, 2)];
  const rows = bilinearScale(inputH, outputH, options);
  const columns = bilinearScale(inputW, outputW, options);
  const scales = { scaleH: rows.scale, offsetH: rows.offset, scaleW: columns.scale, offsetW: columns.offset };
  return { batch, inputH, inputW, outputH, outputW, channels, ...scales };
}

export const planResizeBilinear: Planner<'RESIZE_BILINEAR'> = (op, context) => {
  const [input, output] = [context.int8Input(0), context.int8Output()];
  const params = resizeParams(context, op.options, { input, output });
  if (context.arithmetic === 'xnnpack') {
    const delegated = elevenBitParams(op.options, { input, output });
    return context.kernels.resizeBilinearInElevenBits(delegated, input.data, output.data);
  }
  if (input.unsigned) {
    const inFloat = floatResizeParams(op.options, { input, output }, UNSIGNED_OFFSET);
    return context.kernels.resizeBilinearInFloat(inFloat, input.data, output.data);
  }
  return context.kernels.resizeBilinear(params, input.data, output.data);
};

/** The nearest source position, in float32 (reference/resize_nearest_neighbor.h). */
function nearest(
  input: number,
  output: number,
  { alignCorners, halfPixelCenters }: ResizeOptions,
): (i: number) => number {
  const scale = realScale(input, output, alignCorners);
  const shift = halfPixelCenters ? 0.5 : 0;
  return (i) => {
    const exact = Math.fround(Math.fround(i + shift) * scale);
    const position = alignCorners ? roundHalfAway(exact) : Math.floor(exact);
    return Math.max(0, Math.min(position, input - 1));
  };
}

export const planResizeNearest: Planner<'RESIZE_NEAREST_NEIGHBOR'> = (op, context) => {
  const [input, output] = [context.input(0), context.output()];
  expectResized(context, input, output);
  const step: Shape = strides(input.shape);
  const tables = output.shape.map((count, d) => {
    const position = d === 1 || d === 2 ? nearest(size(input.shape, d), count, op.options) : (i: number) => i;
    return offsets(count, (i) => position(i) * size(step, d));
  });
  return planMove(context, { input, output, source: sumOfOffsets(tables) });
};
