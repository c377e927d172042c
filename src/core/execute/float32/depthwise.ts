/**
 * DEPTHWISE_CONV_2D in float32: products and sums are each rounded, rows of the filter first, then its columns, as in
 * tflite/kernels/internal/reference/depthwiseconv_float.h.
 */
import { clamp } from '../../model/rounding.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import { type FloatConvParams, tapsInside } from './conv2d.ts';

const f = Math.fround;

interface Tap {
  /** Where the pixel begins in the image, and the tap in the weights. */
  readonly pixel: number;
  readonly weight: number;
}

/** Adds one tap of all channels; storing rounds the sums. */
function addTap(
  { window, weights }: FloatConvParams,
  image: Float32Array,
  { pixel, weight }: Tap,
  sums: Float32Array,
) {
  const { outputC, inputC } = window;
  const multiplier = outputC / inputC;
  for (let c = 0, o = 0; c < inputC; c++) {
    const x = image[pixel + c] as number;
    for (let m = 0; m < multiplier; m++, o++)
      sums[o] = (sums[o] as number) + f(x * (weights[weight + o] as number));
  }
}

interface Place {
  readonly image: number;
  readonly top: number;
  readonly left: number;
}

function* tapsAt(w: Window, { image, top, left }: Place): Generator<Tap> {
  const rows = tapsInside(top, { input: w.inputH, filter: w.filterH, dilation: w.dilationH });
  const columns = tapsInside(left, { input: w.inputW, filter: w.filterW, dilation: w.dilationW });
  for (let ky = rows.first; ky < rows.end; ky++) {
    for (let kx = columns.first; kx < columns.end; kx++) {
      const pixel = (image * w.inputH + top + ky * w.dilationH) * w.inputW + left + kx * w.dilationW;
      yield { pixel: pixel * w.inputC, weight: (ky * w.filterW + kx) * w.outputC };
    }
  }
}

export function depthwiseConv2d(params: FloatConvParams, image: Float32Array, output: Float32Array): Step {
  const { window: w, bias, range } = params;
  const sums = new Float32Array(w.outputC);
  return () => {
    let at = 0;
    for (let n = 0; n < w.batch; n++) {
      for (let y = 0; y < w.outputH; y++) {
        for (let x = 0; x < w.outputW; x++) {
          sums.fill(0);
          const place = { image: n, top: y * w.strideH - w.padTop, left: x * w.strideW - w.padLeft };
          for (const tap of tapsAt(w, place)) addTap(params, image, tap, sums);
          for (let o = 0; o < w.outputC; o++, at++)
            output[at] = clamp(f((sums[o] as number) + (bias[o] as number)), range.min, range.max);
        }
      }
    }
  };
}
