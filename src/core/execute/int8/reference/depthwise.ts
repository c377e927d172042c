/**
 * DEPTHWISE_CONV_2D, output channel o = input channel · multiplier + m:
 *   accumulator[y, x, o] = Σ over ky, kx of (w[ky, kx, o] − zw) · (input[y·sh − top + ky·dh, x·sw − left + kx·dw, ⌊o / multiplier⌋] − z)
 * Equals tflite/kernels/internal/reference/integer_ops/depthwise_conv.h (DepthwiseConvPerChannel).
 */

import type { ConvParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { prepareOutput } from './output.ts';
import { paddedImage, type Scratch } from './padded-image.ts';
import type { ConvSumsParams, PrepareSums } from './sums.ts';

const CHANNELS_AT_ONCE = 4;

interface Taps {
  /** Image offset of every tap. */
  readonly offsets: Int32Array;
  /** Channels of image, weights and accumulators: the output's, rounded up to a multiple of four. */
  readonly channels: number;
  /** [tap][channel] */
  readonly weights: Float64Array;
  /** Where accumulators start. */
  readonly bias: Float64Array;
  readonly pixelStep: number;
}

interface Row {
  /** Where in the image the first pixel's window starts. */
  readonly base: number;
  readonly width: number;
  /** Receives the accumulators: [pixel][channel]. */
  readonly sums: Float64Array;
}

/** Accumulators of one row of output pixels. */
function multiplyRow(taps: Taps, image: Float64Array, { base, width, sums }: Row): void {
  const { offsets, channels, weights, bias, pixelStep } = taps;
  for (let x = 0; x < width; x++) {
    for (let c = 0; c < channels; c += CHANNELS_AT_ONCE) {
      const start = base + x * pixelStep + c;
      const at = x * channels + c;
      let s0 = bias[c] as number;
      let s1 = bias[c + 1] as number;
      let s2 = bias[c + 2] as number;
      let s3 = bias[c + 3] as number;
      let w = c;
      for (let tap = 0; tap < offsets.length; tap++) {
        const i = start + (offsets[tap] as number);
        s0 += (image[i] as number) * (weights[w] as number);
        s1 += (image[i + 1] as number) * (weights[w + 1] as number);
        s2 += (image[i + 2] as number) * (weights[w + 2] as number);
        s3 += (image[i + 3] as number) * (weights[w + 3] as number);
        w += channels;
      }
      sums[at] = s0;
      sums[at + 1] = s1;
      sums[at + 2] = s2;
      sums[at + 3] = s3;
    }
  }
}

function packTaps({ window, weights, weightsZeroPoint, bias }: ConvSumsParams, rowStride: number): Taps {
  const { filterH, filterW, dilationH, dilationW, outputC, strideW } = window;
  const channels = Math.ceil(outputC / CHANNELS_AT_ONCE) * CHANNELS_AT_ONCE;
  const packed = new Float64Array(filterH * filterW * channels);
  const offsets = new Int32Array(filterH * filterW);
  for (let tap = 0; tap < offsets.length; tap++) {
    offsets[tap] = Math.floor(tap / filterW) * dilationH * rowStride + (tap % filterW) * dilationW * channels;
    for (let c = 0; c < outputC; c++)
      packed[tap * channels + c] = (weights[tap * outputC + c] as number) - weightsZeroPoint;
  }
  const start = new Float64Array(channels);
  start.set(bias);
  return { offsets, channels, weights: packed, bias: start, pixelStep: strideW * channels };
}

/** The accumulators of DEPTHWISE_CONV_2D, bias included; the caller says what becomes of them. */
export function depthwiseSums(params: ConvSumsParams, scratch: Scratch): PrepareSums {
  const { window, inputZeroPoint } = params;
  const { batch, inputC, outputH, outputW, outputC, strideH } = window;
  const channels = Math.ceil(outputC / CHANNELS_AT_ONCE) * CHANNELS_AT_ONCE;
  const image = paddedImage(window, { zeroPoint: inputZeroPoint, repeat: outputC / inputC, channels });
  const taps = packTaps(params, image.rowStride);
  const columns = Int32Array.from({ length: outputC }, (_, c) => c);
  const sums = new Float64Array(outputW * channels);
  scratch.reserve(image.length);
  return (input, prepare): Step => {
    const write = prepare({ columns, stride: channels });
    return () => {
      const pixels = scratch.image;
      for (let n = 0; n < batch; n++) {
        image.fill(pixels, input, n);
        for (let y = 0; y < outputH; y++) {
          multiplyRow(taps, pixels, { base: y * strideH * image.rowStride, width: outputW, sums });
          write({ accumulators: sums, count: outputW, offset: (n * outputH + y) * outputW * outputC });
        }
      }
    };
  };
}

export function depthwiseConv2d(params: ConvParams, scratch: Scratch) {
  const sums = depthwiseSums(params, scratch);
  return (input: Int8Array, target: Int8Array): Step =>
    sums(input, (layout) => prepareOutput(params.output, layout, target));
}
