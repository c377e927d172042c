import type { Problem } from '../problem.ts';
import type { Sample } from './types.ts';

/** A sample with what a report calls it. */
export interface NamedSample {
  /** File name relative to what the person gave, or `<file>[index]` for arrays. */
  readonly name: string;
  readonly sample: Sample;
  /** Class index, where folders, a CSV or a label file tell it. */
  readonly label?: number;
}

/**
 * Samples to calibrate with or to evaluate on, made when they are asked for: at most a few are in memory at a time, and
 * `open` may be called again for another pass, which gives the same samples in the same order.
 */
export interface SampleSource {
  /** How many items there are; some may turn out to be undecodable and are then skipped. */
  readonly count: number;
  /** Names of the classes, by label, where known. */
  readonly classNames?: readonly string[];
  /**
   * @param onSkip - told about every item that could not be used, with the reason.
   * @param every - only every so many-th item, from the first: a quick look across all of them.
   */
  open(onSkip?: (name: string, problem: Problem) => void, every?: number): AsyncIterable<NamedSample>;
}

/** A sample that could not be used, and why. */
export interface SkippedSample {
  readonly name: string;
  readonly problem: Problem;
}
