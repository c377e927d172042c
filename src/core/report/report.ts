import type { SampleRef } from '../calibrate/statistics.ts';
import type { Proportion } from '../evaluate/proportion.ts';
import type { ModelFigures } from '../evaluate/tally.ts';
import type { Dtype, Shape } from '../model/types.ts';
import type { Outcome } from '../quantize/outcome.ts';
import type { Recipe } from '../quantize/recipe.ts';

/** A report as it stands in a file. Plain JSON: what is not known or not finite is left out. */
export interface Report {
  /** Grows when a field changes its meaning or goes away. */
  readonly version: 1;
  readonly model: ModelFacts;
  readonly recipe: Recipe;
  /** What came out, by its true name. */
  readonly outcome: Outcome;
  readonly files: { readonly float: FileSize; readonly quantized: FileSize };
  readonly calibration: { readonly samples: number; readonly skipped: readonly Skipped[] };
  /** Absent when the models were not compared. */
  readonly evaluation?: EvaluationFacts;
  /** One per op of the quantized model, in execution order. */
  readonly layers: readonly LayerRow[];
  /** Warnings first. */
  readonly findings: readonly Finding[];
  /** What a person should know about how the file was read. */
  readonly notes: readonly string[];
}

export interface ModelFacts {
  readonly name: string;
  /** Of the quantized model. */
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  /** Ops of the float model by kind. */
  readonly ops: Readonly<Record<string, number>>;
  /** Elements of the float model's float constants. */
  readonly parameters: number;
}

export interface TensorFacts {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly scale?: number;
  readonly zeroPoint?: number;
}

/** Bytes. */
export interface FileSize {
  readonly bytes: number;
  /** Compressed by gzip at level 9, as a server would send it. */
  readonly gzip: number;
}

export interface Skipped {
  readonly name: string;
  readonly code: string;
  readonly reason: string;
}

export interface ErrorFacts {
  /** Signal-to-quantization-noise ratio, dB; left out when there is no error or no signal. */
  readonly sqnr?: number;
  readonly cosine: number;
  readonly maxError: number;
  readonly meanError: number;
  /** Root mean squared error. */
  readonly rmse: number;
}

export interface EvaluationFacts {
  readonly samples: number;
  readonly skipped: readonly Skipped[];
  readonly float: ModelFigures;
  readonly quantized: ModelFigures;
  /** Samples with the same answer, for classifiers. */
  readonly agreement?: Proportion;
  /** One per graph output that holds real numbers. */
  readonly outputs: readonly ErrorFacts[];
  /** Changed answers first, then lowest SQNR of the outputs. */
  readonly worst: readonly WorstSample[];
  /** Names of the classes, by number, where known. */
  readonly classNames?: readonly string[];
  /** Samples that errors of layers were measured on. */
  readonly layerSamples: number;
}

export interface WorstSample {
  readonly index: number;
  readonly name: string;
  readonly label?: number;
  /** Class numbers, for classifiers. */
  readonly answers?: { readonly float: number; readonly quantized: number };
  readonly error: ErrorFacts;
}

/** One op of the quantized model and its first output. */
export interface LayerRow {
  /** Position in the quantized graph. */
  readonly op: number;
  readonly kind: string;
  /** Of the output tensor. */
  readonly name: string;
  /** Of the float model's tensor that the same op makes there; absent for ops that quantizing put in. */
  readonly source?: string;
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Per-tensor parameters of the output: real = (q − zeroPoint) · scale. */
  readonly scale?: number;
  readonly zeroPoint?: number;
  /** The range chosen for the tensor; its grid may be another where an op demands it. */
  readonly range?: { readonly min: number; readonly max: number; readonly from: string };
  /** Calibrated extremes and the samples that set them. */
  readonly observed?: {
    readonly min: number;
    readonly max: number;
    readonly minFrom: SampleRef;
    readonly maxFrom: SampleRef;
  };
  /** Share of calibrated values more than half a step outside the grid, 0 to 1. */
  readonly clipped?: number;
  /** Error that this op alone adds, on the float model's values. */
  readonly local?: ErrorFacts;
  /** Error of the tensor when the whole model runs. */
  readonly accumulated?: ErrorFacts;
  /** Mean time of the op alone in our int8 kernels, here. */
  readonly milliseconds?: number;
  readonly weights?: WeightFacts;
}

export interface WeightFacts {
  /** As stored in the quantized model. */
  readonly bytes: number;
  /** 1 for per-tensor. */
  readonly scales: number;
  readonly smallestScale: number;
  readonly largestScale: number;
}

/** Something worth knowing, with the evidence in the sentence. */
export interface Finding {
  readonly id: FindingId;
  readonly verdict: 'warn' | 'info';
  readonly text: string;
  /** Positions in the quantized graph of the ops it is about, worst first. */
  readonly where: readonly number[];
}

export type FindingId =
  | 'answers-changed'
  | 'float-inaccurate'
  | 'one-answer'
  | 'few-samples'
  | 'samples-skipped'
  | 'unused-range'
  | 'channel-outlier'
  | 'weak-channels'
  | 'silent-channels'
  | 'clipped'
  | 'largest-error'
  | 'bias-guard'
  | 'weight-bits'
  | 'one-weight-scale'
  | 'requantized'
  | 'kept-float'
  | 'dummy-ranges'
  | 'nothing-saved';
