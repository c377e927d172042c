import type { Window } from '../kernel-params.ts';

/** Quantized activations that a convolution sums up. */
export type IntegerArray = Int8Array | Int16Array;

/**
 * The input of a convolution as real multiples of its scale, x − zero point, with a border of zeros, so that inner
 * loops neither subtract nor test for the border. Doubles, because V8 multiplies and adds them twice as fast as int32;
 * every sum of products of int8 weights and int8 or int16 values is an integer below 2^53 and therefore exact.
 */
export interface PaddedImage {
  readonly length: number;
  /** Elements from a row to the next. */
  readonly rowStride: number;
  readonly channels: number;
  readonly fill: (image: Float64Array, input: IntegerArray, batch: number) => void;
}

/** What steps share while they run; a step uses it from the start of its run to the end. */
export class Scratch {
  image = new Float64Array(0);
  /** Called while preparing, so that running never allocates. */
  reserve(length: number): void {
    if (length > this.image.length) this.image = new Float64Array(length);
  }
}

interface Layout {
  readonly zeroPoint: number;
  /** Each input channel stands this many times in a row (depth multiplier). */
  readonly repeat: number;
  /** Channels of the image; those beyond inputC · repeat stay 0. */
  readonly channels: number;
}

/** The part of the input that some tap reads, for an even number of output columns. */
export function paddedImage(window: Window, { zeroPoint, repeat, channels }: Layout): PaddedImage {
  const evenW = window.outputW + (window.outputW % 2);
  const rows = (window.outputH - 1) * window.strideH + (window.filterH - 1) * window.dilationH + 1;
  const columns = (evenW - 1) * window.strideW + (window.filterW - 1) * window.dilationW + 1;
  const { inputH, inputW, inputC, padTop, padLeft } = window;
  const usedH = Math.min(inputH, rows - padTop);
  const usedW = Math.min(inputW, columns - padLeft);
  const rowStride = columns * channels;
  const length = rows * rowStride;
  const fill = (image: Float64Array, input: IntegerArray, batch: number): void => {
    image.fill(0, 0, length);
    for (let y = 0; y < usedH; y++) {
      let source = (batch * inputH + y) * inputW * inputC;
      for (let x = 0; x < usedW; x++) {
        let target = (y + padTop) * rowStride + (x + padLeft) * channels;
        for (let c = 0; c < inputC; c++) {
          const value = (input[source++] as number) - zeroPoint;
          for (let r = 0; r < repeat; r++) image[target++] = value;
        }
      }
    }
  };
  return { length, rowStride, channels, fill };
}
