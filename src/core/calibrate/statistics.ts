import type { SkippedSample } from '../model/samples.ts';
import type { TensorId } from '../model/types.ts';

/** A sample as statistics refer to it. */
export interface SampleRef {
  /** Position among the samples that could be used, from 0. */
  readonly index: number;
  readonly name: string;
}

/**
 * How values are distributed. Bin i counts the values in [(first + i) · width, (first + i + 1) · width). `width` is a
 * power of two and bin edges are its multiples, so that 0 is always an edge and merging bins in pairs loses nothing.
 */
export interface Histogram {
  /** 2,048 counts; doubles, because ten thousand pictures pass what 32 bits hold. */
  readonly counts: Float64Array;
  readonly width: number;
  /** An integer ≤ 0: the bins always reach 0, as every int8 range does. */
  readonly first: number;
}

/** Extremes of each channel (last axis, NHWC). */
export interface ChannelExtremes {
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** What calibration knows about one activation; all figures are over all samples. */
export interface TensorStatistics {
  readonly min: number;
  readonly max: number;
  /** The first sample that reached the extreme. */
  readonly minFrom: SampleRef;
  readonly maxFrom: SampleRef;
  /** Number of values. */
  readonly count: number;
  readonly mean: number;
  /** Population variance. */
  readonly variance: number;
  readonly histogram: Histogram;
  /** For outputs of ops with weights. */
  readonly channels?: ChannelExtremes;
}

export interface Statistics {
  /** Every float activation of the first graph that has elements, graph inputs included. */
  readonly byTensor: ReadonlyMap<TensorId, TensorStatistics>;
  /** Samples that were used. */
  readonly samples: number;
  readonly skipped: readonly SkippedSample[];
}

/** Of a quantization that needs no samples. */
export const noStatistics: Statistics = { byTensor: new Map(), samples: 0, skipped: [] };
