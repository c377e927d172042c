/**
 * TRANSPOSE_CONV scatters every input value into the output window that a forward convolution would have read it from:
 *   accumulator[y·sh − top + ky, x·sw − left + kx, o] += (w[o, ky, kx, i] − zw) · (input[y, x, i] − z)
 * Equals tflite/kernels/internal/reference/integer_ops/transpose_conv.h. `window` is that forward convolution: its
 * input is our output image, its output our input image.
 */

import type { ConvParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { prepareOutput } from './output.ts';
import type { IntegerArray } from './padded-image.ts';
import type { ConvSumsParams, PrepareSums } from './sums.ts';

interface Pixel {
  /** Element of the input where the pixel begins, and its number within its image. */
  readonly source: number;
  readonly position: number;
  /** Accumulators of the whole output image. */
  readonly sums: Float64Array;
}

/** Adds the taps of one input pixel. */
function scatter(params: ConvSumsParams, input: IntegerArray, { source, position, sums }: Pixel): void {
  const { window: w, weights, weightsZeroPoint, inputZeroPoint } = params;
  const { inputC: filters, outputC: depth } = w;
  const top = Math.floor(position / w.outputW) * w.strideH - w.padTop;
  const left = (position % w.outputW) * w.strideW - w.padLeft;
  const taps = w.filterH * w.filterW;
  for (let tap = 0; tap < taps; tap++) {
    const y = top + Math.floor(tap / w.filterW);
    const x = left + (tap % w.filterW);
    if (y < 0 || y >= w.inputH || x < 0 || x >= w.inputW) continue;
    for (let o = 0; o < filters; o++) {
      const from = (o * taps + tap) * depth;
      let sum = 0;
      for (let i = 0; i < depth; i++)
        sum +=
          ((weights[from + i] as number) - weightsZeroPoint) *
          ((input[source + i] as number) - inputZeroPoint);
      const target = (y * w.inputW + x) * filters + o;
      sums[target] = (sums[target] as number) + sum;
    }
  }
}

/** The accumulators of TRANSPOSE_CONV, bias included; the caller says what becomes of them. */
export function transposeConvSums(params: ConvSumsParams): PrepareSums {
  const { batch, inputH, inputW, inputC: filters, outputH, outputW, outputC: depth } = params.window;
  const sums = new Float64Array(inputH * inputW * filters);
  const columns = Int32Array.from({ length: filters }, (_, c) => c);
  return (input, prepare): Step => {
    const write = prepare({ columns, stride: filters });
    return () => {
      for (let n = 0; n < batch; n++) {
        for (let i = 0; i < sums.length; i++) sums[i] = params.bias[i % filters] as number;
        for (let position = 0; position < outputH * outputW; position++) {
          scatter(params, input, { source: (n * outputH * outputW + position) * depth, position, sums });
        }
        write({ accumulators: sums, count: inputH * inputW, offset: n * sums.length });
      }
    };
  };
}

export function transposeConv2d(params: ConvParams, input: Int8Array, target: Int8Array): Step {
  return transposeConvSums(params)(input, (layout) => prepareOutput(params.output, layout, target));
}
