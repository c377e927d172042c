/**
 * RESIZE_BILINEAR on raw values with 10-bit weights, rounded half away from zero.
 * Equals tflite/kernels/internal/reference/resize_bilinear.h (ResizeBilinearInteger). XNNPACK's weights have 11 bits and
 * its halves go up (src/indirection.c, src/s8-ibilinear).
 */

import { clamp, roundHalfEven } from '../../../model/rounding.ts';
import type { ElevenBitResizeParams, ResizeParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import type { IntegerArray } from './padded-image.ts';

const ONE = 1024;

/** The two source positions of an output position and the weight of each. Weights may be negative at a border. */
interface Blend {
  readonly low: number;
  readonly high: number;
  readonly lowWeight: number;
  readonly highWeight: number;
}

function blends(
  output: number,
  input: number,
  { scale, offset }: { scale: number; offset: number },
): readonly Blend[] {
  return Array.from({ length: output }, (_, position) => {
    const value = position * scale + offset;
    const low = Math.min(Math.max(0, Math.trunc(value / ONE)), input - 1);
    const high = Math.min(Math.trunc((value + ONE - 1) / ONE), input - 1);
    const highWeight = value - ONE * low;
    return { low, high, lowWeight: ONE - highWeight, highWeight };
  });
}

export function resizeBilinear(params: ResizeParams, input: IntegerArray, target: IntegerArray): Step {
  const { inputH, inputW, outputH, outputW } = params;
  const blended = {
    ...params,
    rows: blends(outputH, inputH, { scale: params.scaleH, offset: params.offsetH }),
    columns: blends(outputW, inputW, { scale: params.scaleW, offset: params.offsetW }),
    round: (sum: number) => Math.trunc((sum + (sum > 0 ? 2 ** 19 : -(2 ** 19))) / 2 ** 20),
  };
  return blend(blended, input, target);
}

/** The lower position and the 11 bits behind the point of the source position, float32, rounded half to even. */
function elevenBitBlends(
  output: number,
  input: number,
  { scale, offset }: { scale: number; offset: number },
): readonly Blend[] {
  return Array.from({ length: output }, (_, position) => {
    const exact = Math.fround(Math.fround(position * scale) + offset);
    const value = clamp(exact, 0, input - 1);
    const low = Math.floor(value);
    const highWeight = roundHalfEven((value - low) * 2048);
    return { low, high: Math.min(low + 1, input - 1), lowWeight: 2048 - highWeight, highWeight };
  });
}

export function resizeBilinearInElevenBits(
  params: ElevenBitResizeParams,
  input: Int8Array,
  target: Int8Array,
): Step {
  const { inputH, inputW, outputH, outputW } = params;
  const blended = {
    ...params,
    rows: elevenBitBlends(outputH, inputH, { scale: params.scaleH, offset: params.offsetH }),
    columns: elevenBitBlends(outputW, inputW, { scale: params.scaleW, offset: params.offsetW }),
    round: (sum: number) => Math.floor((sum + 2 ** 21) / 2 ** 22),
  };
  return blend(blended, input, target);
}

interface Blended {
  readonly batch: number;
  readonly inputH: number;
  readonly inputW: number;
  readonly channels: number;
  readonly rows: readonly Blend[];
  readonly columns: readonly Blend[];
  /** From a sum of four products of two weights each. */
  readonly round: (sum: number) => number;
}

function blend(params: Blended, input: IntegerArray, target: IntegerArray): Step {
  const { batch, inputH, inputW, channels, rows, columns, round } = params;
  return () => {
    let o = 0;
    for (let n = 0; n < batch; n++) {
      for (const y of rows) {
        const top = (n * inputH + y.low) * inputW;
        const bottom = (n * inputH + y.high) * inputW;
        for (const x of columns) {
          for (let c = 0; c < channels; c++) {
            const upper = at(input, top + x.low, c) * x.lowWeight + at(input, top + x.high, c) * x.highWeight;
            const lower =
              at(input, bottom + x.low, c) * x.lowWeight + at(input, bottom + x.high, c) * x.highWeight;
            const sum = upper * y.lowWeight + lower * y.highWeight;
            target[o++] = round(sum);
          }
        }
      }
    }
  };
  function at(image: IntegerArray, pixel: number, channel: number): number {
    return image[pixel * channels + channel] as number;
  }
}
