import type { Statistics } from '../calibrate/statistics.ts';
import type { TensorId } from '../model/types.ts';

/** The interval of real values that an activation's int8 grid is to span, and how it was found. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly from: 'min-max';
}

export type Ranges = ReadonlyMap<TensorId, Range>;

/**
 * The observed extremes of every activation, TensorFlow's default. Its calibrator starts each maximum at the smallest
 * normal float32 instead of −∞; as every int8 range includes 0, that makes no difference.
 */
export function chooseRanges(statistics: Statistics): Ranges {
  return new Map([...statistics.byTensor].map(([id, { min, max }]) => [id, { min, max, from: 'min-max' }]));
}
