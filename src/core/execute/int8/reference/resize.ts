/**
 * RESIZE_BILINEAR on raw values with 10-bit weights, rounded half away from zero.
 * Equals tflite/kernels/internal/reference/resize_bilinear.h (ResizeBilinearInteger).
 */
import type { ResizeParams, Step } from '../kernels.ts';
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
  const { batch, inputH, inputW, outputH, outputW, channels } = params;
  const rows = blends(outputH, inputH, { scale: params.scaleH, offset: params.offsetH });
  const columns = blends(outputW, inputW, { scale: params.scaleW, offset: params.offsetW });
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
            target[o++] = Math.trunc((sum + (sum > 0 ? 2 ** 19 : -(2 ** 19))) / 2 ** 20);
          }
        }
      }
    }
  };
  function at(image: IntegerArray, pixel: number, channel: number): number {
    return image[pixel * channels + channel] as number;
  }
}
