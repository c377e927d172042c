/**
 * TRANSPOSE_CONV in float32: every input value scatters, in order, into the window that a forward convolution would
 * have read it from (tflite/kernels/internal/reference/reference_ops.h, TransposeConv). `window` is that forward
 * convolution: its input is our output image.
 */
import { clamp } from '../../model/rounding.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import { type FloatConvParams, tapsInside } from './conv2d.ts';
import type { Range } from './values.ts';

const f = Math.fround;

interface Scatter {
  readonly window: Window;
  readonly weights: Float32Array | Int8Array;
  readonly input: Float32Array | Int16Array;
  /** Whose elements sums are stored in, which rounds them. */
  readonly output: Float32Array;
  /** What one weight adds for one input value, float32. */
  readonly product: (
    x: number,
    weight: number,
    place: { readonly channel: number; readonly image: number },
  ) => number;
}

interface Pixel {
  /** Number of the image; where the pixel begins in the input; its first tap's row and column in the output. */
  readonly image: number;
  readonly source: number;
  readonly top: number;
  readonly left: number;
}

function scatterPixel({ window: w, weights, input, output, product }: Scatter, pixel: Pixel): void {
  const { inputC: filters, outputC: depth } = w;
  const { image, source, top, left } = pixel;
  const rows = tapsInside(top, { input: w.inputH, filter: w.filterH, dilation: 1 });
  const columns = tapsInside(left, { input: w.inputW, filter: w.filterW, dilation: 1 });
  for (let i = 0; i < depth; i++) {
    const x = input[source + i] as number;
    for (let ky = rows.first; ky < rows.end; ky++) {
      for (let kx = columns.first; kx < columns.end; kx++) {
        const at = ((image * w.inputH + top + ky) * w.inputW + left + kx) * filters;
        for (let o = 0; o < filters; o++) {
          const weight = weights[((o * w.filterH + ky) * w.filterW + kx) * depth + i] as number;
          output[at + o] = (output[at + o] as number) + product(x, weight, { channel: o, image });
        }
      }
    }
  }
}

/** Every input value to its window, one after the other: pixels, channels, rows and columns of the filter. */
export function scatter(what: Scatter): void {
  const { window: w } = what;
  what.output.fill(0);
  let source = 0;
  for (let image = 0; image < w.batch; image++) {
    for (let y = 0; y < w.outputH; y++) {
      for (let x = 0; x < w.outputW; x++, source += w.outputC)
        scatterPixel(what, { image, source, top: y * w.strideH - w.padTop, left: x * w.strideW - w.padLeft });
    }
  }
}

/** Bias and clamp of whole pixels. */
export function finishPixels(output: Float32Array, bias: Float32Array, { min, max }: Range): void {
  for (let i = 0; i < output.length; i++)
    output[i] = clamp(f((output[i] as number) + (bias[i % bias.length] as number)), min, max);
}

export function transposeConv2d(params: FloatConvParams, input: Float32Array, output: Float32Array): Step {
  const { window, weights, bias, range } = params;
  const product = (x: number, weight: number): number => f(x * weight);
  return () => {
    scatter({ window, weights, input, output, product });
    finishPixels(output, bias, range);
  };
}
