/** Kernels with a memory: the parameters of SVDF and of the LSTM with int8 activations and an int16 cell state. */
import type { FixedPoint } from '../fixed-point.ts';
import type { Step } from './kernels.ts';

export interface SvdfParams {
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  /** Filters per unit. */
  readonly rank: number;
  /** Steps that a filter remembers. */
  readonly memory: number;
  /** [units · rank, inputs] */
  readonly featureWeights: Int8Array;
  /** [units · rank, memory] */
  readonly timeWeights: Int16Array;
  /** One per unit. */
  readonly bias: Int32Array;
  readonly inputZeroPoint: number;
  /** From products with features to the state, and from products with time to the output. */
  readonly stateScale: FixedPoint;
  readonly outputScale: FixedPoint;
  readonly outputZeroPoint: number;
}

/** A matrix of int8 weights that multiplies an int8 vector: acc = bias + Σ w · x, rescaled. */
export interface Matrix {
  /** [rows, columns] */
  readonly weights: Int8Array;
  /** One per row, the vector's zero point taken into account. */
  readonly bias: Int32Array;
  readonly scale: FixedPoint;
}
export interface LayerNorm {
  readonly weights: Int16Array;
  readonly bias: Int32Array;
  readonly scale: FixedPoint;
  /** Taken for a variance below 1. */
  readonly leastVariance: number;
}
export interface Gate {
  readonly input: Matrix;
  readonly recurrent: Matrix;
  /** Weights of the cell state, one per cell. */
  readonly peephole: { readonly weights: Int16Array; readonly scale: FixedPoint } | undefined;
  readonly norm: LayerNorm | undefined;
}
export interface LstmParams {
  readonly batch: number;
  readonly steps: number;
  /** Sequences are [steps, batch, values] instead of [batch, steps, values]. */
  readonly timeMajor: boolean;
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly gates: {
    /** Without it, it is what the forget gate leaves. */
    readonly input: Gate | undefined;
    readonly forget: Gate;
    readonly cell: Gate;
    readonly output: Gate;
  };
  /** A cell state q stands for q · 2^exponent. */
  readonly cellExponent: number;
  /** Largest cell state in stored values; 0 for no clipping. */
  readonly cellClip: number;
  readonly hidden: { readonly scale: FixedPoint; readonly zeroPoint: number };
  readonly projection:
    | {
        readonly matrix: Matrix;
        readonly zeroPoint: number;
        /** In stored values; 0 for no clipping. */
        readonly clip: number;
      }
    | undefined;
}

export interface RecurrentKernels {
  /** `state` [batch, units · rank, memory] is read and written. */
  svdf(
    params: SvdfParams,
    values: { readonly input: Int8Array; readonly state: Int16Array },
    output: Int8Array,
  ): Step;
  /** The states are read and written. */
  lstm(
    params: LstmParams,
    values: { readonly input: Int8Array; readonly outputState: Int8Array; readonly cellState: Int16Array },
    output: Int8Array,
  ): Step;
}
