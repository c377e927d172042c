/**
 * CONV_2D, grouped and dilated:
 *   accumulator[y, x, o] = Σ over ky, kx, i of (w[o, ky, kx, i] − zw) · (input[y·sh − top + ky·dh, x·sw − left + kx·dw, i] − z)
 * Equals tflite/kernels/internal/reference/integer_ops/conv.h (ConvPerChannel).
 *
 * Two neighbouring pixels and four output channels are computed at once: six loads serve eight multiplications.
 */

import type { ConvParams, DenseParams, Window } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { prepareOutput } from './output.ts';
import { paddedImage, type Scratch } from './padded-image.ts';
import type { ConvSumsParams, PrepareSums } from './sums.ts';

const CHANNELS_AT_ONCE = 4;

/**
 * A sliding product in terms of offsets. A filter is `runs.length` stretches of `runLength` image elements; a block is
 * four output channels of one group, whose weights are interleaved: [block][run][element][channel].
 */
interface Product {
  readonly runs: Int32Array;
  readonly runLength: number;
  /** For every block where in a pixel its group's channels begin. */
  readonly blockStart: Int32Array;
  readonly weights: Float64Array;
  /** Where accumulators start, [block][channel]. */
  readonly bias: Float64Array;
  /** Image elements from an output pixel's window to the next one's. */
  readonly pixelStep: number;
}

interface Row {
  /** Where in the image the first pixel's window starts. */
  readonly base: number;
  readonly width: number;
  /** Receives the accumulators: [pixel][block][channel], one pixel more than `width` where that is odd. */
  readonly sums: Float64Array;
}

/**
 * Accumulators of one row of output pixels.
 *
 * Longer than a function should be: the eight accumulators have to be local variables of one loop nest to stay in
 * registers, and this is where nearly all of a run's time goes.
 */
function multiplyRow(product: Product, image: Float64Array, { base, width, sums }: Row): void {
  const { runs, runLength, blockStart, weights, bias, pixelStep } = product;
  const blocks = blockStart.length;
  const stride = CHANNELS_AT_ONCE * blocks;
  for (let x = 0; x < width; x += 2) {
    let w = 0;
    for (let block = 0; block < blocks; block++) {
      const first = x * stride + CHANNELS_AT_ONCE * block;
      const second = first + stride;
      let a0 = bias[CHANNELS_AT_ONCE * block] as number;
      let a1 = bias[CHANNELS_AT_ONCE * block + 1] as number;
      let a2 = bias[CHANNELS_AT_ONCE * block + 2] as number;
      let a3 = bias[CHANNELS_AT_ONCE * block + 3] as number;
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      const start = base + x * pixelStep + (blockStart[block] as number);
      for (let run = 0; run < runs.length; run++) {
        const from = start + (runs[run] as number);
        const end = from + runLength;
        for (let i = from; i < end; i++) {
          const a = image[i] as number;
          const b = image[i + pixelStep] as number;
          const w0 = weights[w] as number;
          const w1 = weights[w + 1] as number;
          const w2 = weights[w + 2] as number;
          const w3 = weights[w + 3] as number;
          a0 += a * w0;
          a1 += a * w1;
          a2 += a * w2;
          a3 += a * w3;
          b0 += b * w0;
          b1 += b * w1;
          b2 += b * w2;
          b3 += b * w3;
          w += CHANNELS_AT_ONCE;
        }
      }
      sums[first] = a0;
      sums[first + 1] = a1;
      sums[first + 2] = a2;
      sums[first + 3] = a3;
      sums[second] = b0;
      sums[second + 1] = b1;
      sums[second + 2] = b2;
      sums[second + 3] = b3;
    }
  }
}

interface FilterGroups {
  readonly groups: number;
  readonly filtersPerGroup: number;
  readonly channelsPerGroup: number;
  readonly blocksPerGroup: number;
}

/** Sizes of a grouped convolution, from the sizes of its weights. */
function filterGroups({ window, weights }: ConvSumsParams): FilterGroups {
  const { inputC, outputC, filterH, filterW } = window;
  const channelsPerGroup = weights.length / (outputC * filterH * filterW);
  const groups = inputC / channelsPerGroup;
  const filtersPerGroup = outputC / groups;
  return {
    groups,
    filtersPerGroup,
    channelsPerGroup,
    blocksPerGroup: Math.ceil(filtersPerGroup / CHANNELS_AT_ONCE),
  };
}

/** Weights and bias in blocks of four filters; where a group's filters end within a block, zeros. */
function packFilters(params: ConvSumsParams, { groups, filtersPerGroup, blocksPerGroup }: FilterGroups) {
  const { weights, bias, weightsZeroPoint } = params;
  const { outputC } = params.window;
  const size = weights.length / outputC;
  const lanes = groups * blocksPerGroup * CHANNELS_AT_ONCE;
  const packed = {
    weights: new Float64Array(lanes * size),
    bias: new Float64Array(lanes),
    columns: new Int32Array(outputC),
  };
  for (let filter = 0; filter < outputC; filter++) {
    const group = Math.floor(filter / filtersPerGroup);
    const column = group * blocksPerGroup * CHANNELS_AT_ONCE + (filter % filtersPerGroup);
    const lane = column % CHANNELS_AT_ONCE;
    const block = column - lane;
    packed.columns[filter] = column;
    packed.bias[column] = bias[filter] as number;
    for (let i = 0; i < size; i++) {
      packed.weights[block * size + i * CHANNELS_AT_ONCE + lane] =
        (weights[filter * size + i] as number) - weightsZeroPoint;
    }
  }
  return packed;
}

/** A filter as runs: whole rows where neighbouring taps are neighbours in the image, else single taps. */
function filterRuns(window: Window, rowStride: number, groupChannels: number) {
  const { filterH, filterW, dilationH, dilationW, inputC } = window;
  const wholeRows = dilationW === 1 && groupChannels === inputC;
  const perRow = wholeRows ? 1 : filterW;
  const runs = new Int32Array(filterH * perRow);
  for (let run = 0; run < runs.length; run++) {
    const row = Math.floor(run / perRow);
    runs[run] = row * dilationH * rowStride + (run % perRow) * dilationW * inputC;
  }
  return { runs, runLength: wholeRows ? filterW * inputC : groupChannels };
}

/** The accumulators of CONV_2D, bias included; the caller says what becomes of them. */
export function conv2dSums(params: ConvSumsParams, scratch: Scratch): PrepareSums {
  const { window, inputZeroPoint } = params;
  const { batch, inputC, outputH, outputW, outputC, strideH, strideW } = window;
  const groups = filterGroups(params);
  const { weights, bias, columns } = packFilters(params, groups);
  const image = paddedImage(window, { zeroPoint: inputZeroPoint, repeat: 1, channels: inputC });
  const blockStart = Int32Array.from(
    { length: groups.groups * groups.blocksPerGroup },
    (_, block) => Math.floor(block / groups.blocksPerGroup) * groups.channelsPerGroup,
  );
  const runs = filterRuns(window, image.rowStride, groups.channelsPerGroup);
  const product: Product = { ...runs, blockStart, weights, bias, pixelStep: strideW * inputC };
  const stride = bias.length;
  const sums = new Float64Array((outputW + 1) * stride);
  scratch.reserve(image.length);
  return (input, prepare): Step => {
    const write = prepare({ columns, stride });
    return () => {
      const pixels = scratch.image;
      for (let n = 0; n < batch; n++) {
        image.fill(pixels, input, n);
        for (let y = 0; y < outputH; y++) {
          multiplyRow(product, pixels, { base: y * strideH * image.rowStride, width: outputW, sums });
          write({ accumulators: sums, count: outputW, offset: (n * outputH + y) * outputW * outputC });
        }
      }
    };
  };
}

export function conv2d(params: ConvParams, scratch: Scratch) {
  const sums = conv2dSums(params, scratch);
  return (input: Int8Array, target: Int8Array): Step =>
    sums(input, (layout) => prepareOutput(params.output, layout, target));
}

type DenseSizes = Pick<DenseParams, 'batch' | 'inputs' | 'outputs'>;

/** FULLY_CONNECTED as a 1×1 convolution of an image of one row, a pixel per batch element. */
export function denseWindow({ batch, inputs, outputs }: DenseSizes): Window {
  const row = {
    batch: 1,
    inputH: 1,
    inputW: batch,
    inputC: inputs,
    outputH: 1,
    outputW: batch,
    outputC: outputs,
  };
  const step = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 };
  return { ...row, ...step, filterH: 1, filterW: 1, padTop: 0, padLeft: 0 };
}

/** Equals tflite/kernels/internal/reference/integer_ops/fully_connected.h. */
export function dense(params: DenseParams, scratch: Scratch) {
  const sums = conv2dSums({ ...params, window: denseWindow(params) }, scratch);
  return (input: Int8Array, target: Int8Array): Step =>
    sums(input, (layout) => prepareOutput(params.output, layout, target));
}
