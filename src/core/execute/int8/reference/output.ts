import { clamp, roundHalfAway, roundHalfEven } from '../../../model/rounding.ts';
/**
 * From accumulators to int8: y = clamp(rescale(accumulator) + zero point).
 * Equals the end of the loops in tflite/kernels/internal/reference/integer_ops/{conv,depthwise_conv,fully_connected}.h.
 */
import { multiplyByFixedPoint } from '../../fixed-point.ts';
import type { Output } from '../kernel-params.ts';

/** The accumulators of `count` pixels, to be written from element `offset` of the output on. */
export interface Pixels {
  readonly accumulators: Float64Array;
  readonly count: number;
  readonly offset: number;
}
export type WritePixels = (pixels: Pixels) => void;

/** Where in `Pixels.accumulators` the output channels stand. */
export interface Columns {
  /** Where in a pixel's accumulators each output channel stands. */
  readonly columns: Int32Array;
  /** Accumulators from a pixel to the next. */
  readonly stride: number;
}
interface Range {
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
}
interface FixedStage extends Columns, Range {
  readonly multiplier: Int32Array;
  readonly shift: Int32Array;
}
interface Float32Stage extends Columns, Range {
  readonly factor: Float32Array;
}
interface RealStage extends Columns, Range {
  readonly factor: Float64Array;
}

// Not closures: V8 keeps the parts of a stage in registers only when they are local to the loop's function.
function writeFixed(stage: FixedStage, { accumulators, count, offset }: Pixels, target: Int8Array): void {
  const { columns, stride, multiplier, shift, zeroPoint, min, max } = stage;
  const channels = columns.length;
  for (let p = 0, o = offset; p < count; p++) {
    for (let c = 0; c < channels; c++, o++) {
      const sum = (accumulators[p * stride + (columns[c] as number)] as number) | 0;
      const scaled = multiplyByFixedPoint(sum, multiplier[c] as number, shift[c] as number);
      target[o] = clamp(scaled + zeroPoint, min, max);
    }
  }
}

function writeReal(stage: RealStage, { accumulators, count, offset }: Pixels, target: Int8Array): void {
  const { columns, stride, factor, zeroPoint, min, max } = stage;
  const channels = columns.length;
  for (let p = 0, o = offset; p < count; p++) {
    for (let c = 0; c < channels; c++, o++) {
      const sum = accumulators[p * stride + (columns[c] as number)] as number;
      target[o] = clamp(roundHalfAway(sum * (factor[c] as number)) + zeroPoint, min, max);
    }
  }
}

function writeFloat32(stage: Float32Stage, { accumulators, count, offset }: Pixels, target: Int8Array): void {
  const { columns, stride, factor, zeroPoint, min, max } = stage;
  const channels = columns.length;
  for (let p = 0, o = offset; p < count; p++) {
    for (let c = 0; c < channels; c++, o++) {
      const sum = (accumulators[p * stride + (columns[c] as number)] as number) | 0;
      target[o] = clamp(rescaleFloat32(sum, factor[c] as number) + zeroPoint, min, max);
    }
  }
}

/** Equals XNNPACK's src/qs8-qc8w-gemm and its kin, where adding a magic number rounds the float32 product. */
function rescaleFloat32(sum: number, factor: number): number {
  return roundHalfEven(Math.fround(Math.fround(sum) * factor));
}

/** One value per channel, from one per channel or one for all. */
function perChannel<T extends Int32Array | Float32Array | Float64Array>(values: T, channels: T): T {
  return values.length === 1 ? (channels.fill(values[0] as number) as T) : values;
}

export function prepareOutput(
  { rescale, ...range }: Output,
  columns: Columns,
  target: Int8Array,
): WritePixels {
  const channels = columns.columns.length;
  if (rescale.kind === 'real') {
    const stage: RealStage = {
      ...columns,
      ...range,
      factor: perChannel(rescale.factor, new Float64Array(channels)),
    };
    return (pixels) => writeReal(stage, pixels, target);
  }
  if (rescale.kind === 'float32') {
    const factor = perChannel(rescale.factor, new Float32Array(channels));
    const stage: Float32Stage = { ...columns, ...range, factor };
    return (pixels) => writeFloat32(stage, pixels, target);
  }
  const multiplier = perChannel(rescale.multiplier, new Int32Array(channels));
  const shift = perChannel(rescale.shift, new Int32Array(channels));
  const stage: FixedStage = { ...columns, ...range, multiplier, shift };
  return (pixels) => writeFixed(stage, pixels, target);
}

/** The same for one accumulator at a time, where one multiplier serves all. */
export function prepareScalarOutput({
  rescale,
  zeroPoint,
  min,
  max,
}: Output): (accumulator: number) => number {
  if (rescale.kind === 'real') {
    const factor = rescale.factor[0] as number;
    return (sum) => clamp(roundHalfAway(sum * factor) + zeroPoint, min, max);
  }
  if (rescale.kind === 'float32') {
    const factor = rescale.factor[0] as number;
    return (sum) => clamp(rescaleFloat32(sum, factor) + zeroPoint, min, max);
  }
  const multiplier = rescale.multiplier[0] as number;
  const shift = rescale.shift[0] as number;
  return (sum) => clamp(multiplyByFixedPoint(sum, multiplier, shift) + zeroPoint, min, max);
}
