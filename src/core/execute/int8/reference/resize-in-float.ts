/**
 * RESIZE_BILINEAR in float32: four products; for uint8 models a half is added and the fraction cut off.
 * Equals tflite/kernels/internal/reference/resize_bilinear.h (ResizeBilinear<float>, <uint8_t>), step by step.
 */

import type { FloatResizeParams } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';

const f = Math.fround;

/** The two source positions of an output position and the weight of each, float32. */
interface Blend {
  readonly low: number;
  readonly high: number;
  readonly lowWeight: number;
  readonly highWeight: number;
}

function blends(output: number, input: number, { scale, shift }: { scale: number; shift: number }) {
  return Array.from({ length: output }, (_, position): Blend => {
    const exact = f(f(f(position + shift) * scale) - shift);
    const low = Math.max(Math.floor(exact), 0);
    const high = Math.min(Math.ceil(exact), input - 1);
    const highWeight = f(exact - low);
    return { low, high, lowWeight: f(1 - highWeight), highWeight };
  });
}

/** @param write - takes each blend, float32, in the order of output elements */
export function blendInFloat(
  params: FloatResizeParams,
  input: Int8Array | Float32Array,
  write: (position: number, blend: number) => void,
): Step {
  const { batch, inputH, inputW, outputH, outputW, channels, shift, offset } = params;
  const rows = blends(outputH, inputH, { scale: params.scaleH, shift });
  const columns = blends(outputW, inputW, { scale: params.scaleW, shift });
  const at = (row: number, column: number, channel: number): number =>
    (input[(row * inputW + column) * channels + channel] as number) + offset;
  return () => {
    let o = 0;
    for (let n = 0; n < batch; n++) {
      for (const y of rows) {
        const [top, bottom] = [n * inputH + y.low, n * inputH + y.high];
        for (const x of columns) {
          for (let c = 0; c < channels; c++) {
            let sum = f(f(at(top, x.low, c) * y.lowWeight) * x.lowWeight);
            sum = f(sum + f(f(at(bottom, x.low, c) * y.highWeight) * x.lowWeight));
            sum = f(sum + f(f(at(top, x.high, c) * y.lowWeight) * x.highWeight));
            sum = f(sum + f(f(at(bottom, x.high, c) * y.highWeight) * x.highWeight));
            write(o++, sum);
          }
        }
      }
    }
  };
}

export function resizeBilinearInFloat(params: FloatResizeParams, input: Int8Array, target: Int8Array): Step {
  return blendInFloat(params, input, (position, blend) => {
    target[position] = Math.trunc(f(blend + 0.5)) - params.offset;
  });
}
