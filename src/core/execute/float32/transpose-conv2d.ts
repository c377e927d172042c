/**
 * TRANSPOSE_CONV in float32: every input value scatters, in order, into the window that a forward convolution would
 * have read it from (tflite/kernels/internal/reference/reference_ops.h, TransposeConv). `window` is that forward
 * convolution: its input is our output image.
 */
import { clamp } from '../../model/rounding.ts';
import type { Step } from '../int8/kernels.ts';
import { type FloatConvParams, tapsInside } from './conv2d.ts';

const f = Math.fround;

interface Pixel {
  /** Where the pixel begins in the input, and its first tap's row and column in the output. */
  readonly source: number;
  readonly top: number;
  readonly left: number;
  /** Where its output image begins. */
  readonly target: number;
}

/** Adds one input pixel; storing rounds the sums. */
function scatter(
  { window: w, weights }: FloatConvParams,
  input: Float32Array,
  pixel: Pixel,
  output: Float32Array,
) {
  const { inputC: filters, outputC: depth } = w;
  const { source, top, left, target } = pixel;
  const rows = tapsInside(top, { input: w.inputH, filter: w.filterH, dilation: 1 });
  const columns = tapsInside(left, { input: w.inputW, filter: w.filterW, dilation: 1 });
  for (let i = 0; i < depth; i++) {
    const x = input[source + i] as number;
    for (let ky = rows.first; ky < rows.end; ky++) {
      for (let kx = columns.first; kx < columns.end; kx++) {
        const at = target + ((top + ky) * w.inputW + left + kx) * filters;
        for (let o = 0; o < filters; o++) {
          const weight = weights[((o * w.filterH + ky) * w.filterW + kx) * depth + i] as number;
          output[at + o] = (output[at + o] as number) + f(x * weight);
        }
      }
    }
  }
}

export function transposeConv2d(params: FloatConvParams, input: Float32Array, output: Float32Array): Step {
  const { window: w, bias, range } = params;
  const image = w.inputH * w.inputW * w.inputC;
  return () => {
    output.fill(0);
    let source = 0;
    for (let n = 0; n < w.batch; n++) {
      for (let y = 0; y < w.outputH; y++) {
        for (let x = 0; x < w.outputW; x++, source += w.outputC) {
          const [top, left] = [y * w.strideH - w.padTop, x * w.strideW - w.padLeft];
          scatter(params, input, { source, top, left, target: n * image }, output);
        }
      }
    }
    for (let i = 0; i < output.length; i++)
      output[i] = clamp(f((output[i] as number) + (bias[i % w.inputC] as number)), range.min, range.max);
  };
}
