/**
 * CONV_2D, grouped and dilated, in float32: products and sums are each rounded, in the order of
 * tflite/kernels/internal/reference/conv.h (rows of the filter, columns, channels), then bias and clamp.
 *
 * Four output channels are computed at once, so that four chains of additions run beside each other.
 */
import { clamp } from '../../model/rounding.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import type { Range } from './values.ts';

const f = Math.fround;

export interface FloatConvParams {
  readonly window: Window;
  /** CONV_2D: OHWI, I = inputC / groups. DEPTHWISE_CONV_2D: HWO. Read at every run. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly range: Range;
}

/** The taps of a window that lie inside the image, along one axis: filter positions [first, end). */
interface Taps {
  readonly first: number;
  readonly end: number;
}

interface Axis {
  readonly input: number;
  readonly filter: number;
  readonly dilation: number;
}

/** @param origin - where in the image the first tap lies */
export function tapsInside(origin: number, { input, filter, dilation }: Axis): Taps {
  const first = Math.max(0, Math.ceil(-origin / dilation));
  const end = Math.min(filter, Math.ceil((input - origin) / dilation));
  return { first, end };
}

/** The part of one output pixel's window that lies inside the image, as runs of neighbours. */
class Runs {
  /** Where each run begins in the image and in a filter. */
  readonly image: Int32Array;
  readonly filter: Int32Array;
  count = 0;
  length = 0;
  readonly #window: Window;
  readonly #groupC: number;

  constructor(window: Window, groupC: number) {
    this.#window = window;
    this.#groupC = groupC;
    this.image = new Int32Array(window.filterH * window.filterW);
    this.filter = new Int32Array(window.filterH * window.filterW);
  }

  /** @param image - number within the batch; `top`, `left` - where the first tap lies */
  locate(image: number, [top, left]: readonly [number, number]): void {
    const w = this.#window;
    const rows = tapsInside(top, { input: w.inputH, filter: w.filterH, dilation: w.dilationH });
    const columns = tapsInside(left, { input: w.inputW, filter: w.filterW, dilation: w.dilationW });
    const whole = w.dilationW === 1 && this.#groupC === w.inputC;
    const end = whole ? Math.min(columns.first + 1, columns.end) : columns.end;
    this.length = whole ? Math.max(0, columns.end - columns.first) * w.inputC : this.#groupC;
    this.count = 0;
    for (let ky = rows.first; ky < rows.end; ky++) {
      for (let kx = columns.first; kx < end; kx++) {
        const pixel = (image * w.inputH + top + ky * w.dilationH) * w.inputW + left + kx * w.dilationW;
        this.image[this.count] = pixel * w.inputC;
        this.filter[this.count++] = (ky * w.filterW + kx) * this.#groupC;
      }
    }
  }
}

interface Filters {
  /** Where the filters of four output channels begin. */
  readonly starts: readonly [number, number, number, number];
  /** Their group's first channel. */
  readonly channel: number;
}

/** Accumulators of four output channels of one pixel, to `sums`. */
function multiply(
  { runs, weights, image }: { runs: Runs; weights: Float32Array; image: Float32Array },
  { starts, channel }: Filters,
  sums: Float32Array,
): void {
  const [f0, f1, f2, f3] = starts;
  const { count, length } = runs;
  let a0 = f(0);
  let a1 = f(0);
  let a2 = f(0);
  let a3 = f(0);
  for (let run = 0; run < count; run++) {
    const from = (runs.image[run] as number) + channel;
    const w = runs.filter[run] as number;
    for (let i = 0; i < length; i++) {
      const x = image[from + i] as number;
      const at = w + i;
      a0 = f(a0 + f(x * (weights[f0 + at] as number)));
      a1 = f(a1 + f(x * (weights[f1 + at] as number)));
      a2 = f(a2 + f(x * (weights[f2 + at] as number)));
      a3 = f(a3 + f(x * (weights[f3 + at] as number)));
    }
  }
  sums[0] = a0;
  sums[1] = a1;
  sums[2] = a2;
  sums[3] = a3;
}

/** Output channels in fours; where a group ends within four, its last channel is computed more than once. */
function blocksOf(
  { outputC, inputC }: Window,
  size: number,
  groupC: number,
): readonly (Filters & { first: number; count: number })[] {
  const perGroup = outputC / (inputC / groupC);
  const blocks = [];
  for (let group = 0; group * perGroup < outputC; group++) {
    for (let o = 0; o < perGroup; o += 4) {
      const start = (k: number): number => (group * perGroup + Math.min(o + k, perGroup - 1)) * size;
      blocks.push({
        starts: [start(0), start(1), start(2), start(3)] as const,
        channel: group * groupC,
        first: group * perGroup + o,
        count: Math.min(4, perGroup - o),
      });
    }
  }
  return blocks;
}

export function conv2d(params: FloatConvParams, image: Float32Array, output: Float32Array): Step {
  const { window: w, weights, bias, range } = params;
  const size = weights.length / w.outputC;
  const groupC = size / (w.filterH * w.filterW);
  const runs = new Runs(w, groupC);
  const blocks = blocksOf(w, size, groupC);
  const sums = new Float32Array(4);
  const writePixel = (at: number): void => {
    for (const block of blocks) {
      multiply({ runs, weights, image }, block, sums);
      for (let k = 0; k < block.count; k++) {
        const sum = f((sums[k] as number) + (bias[block.first + k] as number));
        output[at + block.first + k] = clamp(sum, range.min, range.max);
      }
    }
  };
  return () => {
    let at = 0;
    for (let n = 0; n < w.batch; n++) {
      for (let y = 0; y < w.outputH; y++) {
        for (let x = 0; x < w.outputW; x++, at += w.outputC) {
          runs.locate(n, [y * w.strideH - w.padTop, x * w.strideW - w.padLeft]);
          writePixel(at);
        }
      }
    }
  };
}
