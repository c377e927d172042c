/** What a plan and kernels that keep activations themselves tell each other. */
import type { Elements } from '../../model/types.ts';
import type { Step } from './kernels.ts';

/** An op as it was prepared; activations are named by their buffers. */
export interface PreparedOp {
  /** What a kernel gave, itself, or a `CompositeStep` of several, where the op is no more than kernels. */
  readonly step: Step;
  readonly inputs: readonly Elements[];
  readonly outputs: readonly Elements[];
}
export interface PreparedPlan {
  readonly ops: readonly PreparedOp[];
  /** What is read after the last op. */
  readonly outputs: readonly Elements[];
}
export interface LinkedPlan {
  /** One per op. */
  readonly steps: readonly Step[];
  /** Makes a buffer current. Only right behind the op that computes it, or after the run for the plan's outputs. */
  read(buffer: Elements): void;
  /** Tells that a buffer was written from outside. */
  wrote(buffer: Elements): void;
  /**
   * Forgets a buffer that no step touches, because kernels hold its values themselves; `undefined` where steps need it. What is
   * given takes and gives the values in any buffer of equal length, `load` with the meaning of `read`.
   */
  release(buffer: Elements): Held | undefined;
  memory(): KernelMemory;
}
export interface Held {
  load(into: Elements): void;
  store(from: Elements): void;
}
/** Bytes of a memory of the kernels' own, and of the part of it where activations take turns. */
export interface KernelMemory {
  readonly bytes: number;
  readonly arena: number;
}
