import type { Statistics } from '../calibrate/statistics.ts';
import { mainGraph } from '../model/graph.ts';
import type { Model, TensorId } from '../model/types.ts';
import { overwritten } from './in-place.ts';

/**
 * tensorflow: what TensorFlow 2.21's calibrator records, its slip included: it looks at an op's inputs after the op has
 * run, when ADD, SUB or MUL may have written over one of them, so that such an operand gets the range of the result, too.
 * exact: every tensor's own extremes.
 */
export type Calibrator = 'tensorflow' | 'exact';

/** The interval of real values that an activation's int8 grid is to span, and how it was found. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** min-max: the tensor's own extremes. overwritten: widened to those of the result that takes its place in memory. */
  readonly from: 'min-max' | 'overwritten';
}

export type Ranges = ReadonlyMap<TensorId, Range>;

/**
 * The observed extremes of every activation. TensorFlow's calibrator starts each maximum at the smallest normal float32
 * instead of −∞; as every int8 range includes 0, that makes no difference.
 */
export function chooseRanges(model: Model, statistics: Statistics, calibrator: Calibrator): Ranges {
  const results = calibrator === 'tensorflow' ? overwritten(mainGraph(model)) : new Map<TensorId, TensorId>();
  const rangeOf = (id: TensorId, { min, max }: { min: number; max: number }): Range => {
    const result = results.get(id);
    const other = result === undefined ? undefined : statistics.byTensor.get(result);
    if (other === undefined || (other.min >= min && other.max <= max)) return { min, max, from: 'min-max' };
    return { min: Math.min(min, other.min), max: Math.max(max, other.max), from: 'overwritten' };
  };
  return new Map([...statistics.byTensor].map(([id, observed]) => [id, rangeOf(id, observed)]));
}
