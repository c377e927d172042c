import { clamp } from '../../../model/rounding.ts';

/**
 * AVERAGE_POOL_2D: mean of the raw values of the taps inside the image, rounded half away from zero (half up where asked).
 * MAX_POOL_2D: their maximum. Both clamped. Equals tflite/kernels/internal/reference/integer_ops/pooling.h.
 */

import type { PoolParams, Window } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import type { IntegerArray } from './padded-image.ts';

/** The part of a window that lies inside the image: rows [top, bottom), columns [left, right). */
interface Taps {
  readonly batch: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function tapsAt(w: Window, batch: number, [y, x]: readonly [number, number]): Taps {
  const top = y * w.strideH - w.padTop;
  const left = x * w.strideW - w.padLeft;
  return {
    batch,
    top: Math.max(top, 0),
    bottom: Math.min(top + w.filterH, w.inputH),
    left: Math.max(left, 0),
    right: Math.min(left + w.filterW, w.inputW),
  };
}

function slide(
  { window, min, max }: PoolParams,
  target: IntegerArray,
  reduce: (taps: Taps, channel: number) => number,
): Step {
  const { batch, outputH, outputW, outputC } = window;
  return () => {
    let o = 0;
    for (let n = 0; n < batch; n++) {
      for (let y = 0; y < outputH; y++) {
        for (let x = 0; x < outputW; x++) {
          const taps = tapsAt(window, n, [y, x]);
          for (let c = 0; c < outputC; c++) target[o++] = clamp(reduce(taps, c), min, max);
        }
      }
    }
  };
}

export function averagePool(params: PoolParams, input: IntegerArray, target: IntegerArray): Step {
  const { inputH, inputW, inputC } = params.window;
  const { halvesUp } = params;
  return slide(params, target, ({ batch, top, bottom, left, right }, channel) => {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      const row = (batch * inputH + y) * inputW * inputC + channel;
      for (let x = left; x < right; x++) sum += input[row + x * inputC] as number;
    }
    const count = (bottom - top) * (right - left);
    const half = count >> 1;
    if (halvesUp) return Math.floor((sum + half) / count);
    return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
  });
}

export function maxPool(params: PoolParams, input: IntegerArray, target: IntegerArray): Step {
  const { inputH, inputW, inputC } = params.window;
  return slide(params, target, ({ batch, top, bottom, left, right }, channel) => {
    let greatest = Number.NEGATIVE_INFINITY;
    for (let y = top; y < bottom; y++) {
      const row = (batch * inputH + y) * inputW * inputC + channel;
      for (let x = left; x < right; x++) greatest = Math.max(greatest, input[row + x * inputC] as number);
    }
    return greatest;
  });
}
