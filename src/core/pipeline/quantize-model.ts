import { calibrate } from '../calibrate/calibrate.ts';
import type { Statistics } from '../calibrate/statistics.ts';
import { type Call, partOf, quietCall } from '../call.ts';
import { type CompareOptions, type Comparison, compareModels } from '../evaluate/compare.ts';
import { samePositions } from '../evaluate/correspondence.ts';
import type { Pair } from '../evaluate/layers.ts';
import type { EvaluateTools } from '../evaluate/runner.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model } from '../model/types.ts';
import { type Note, prepare } from '../prepare/prepare.ts';
import { Problem } from '../problem.ts';
import { type Quantized, quantize } from '../quantize/quantize.ts';
import type { Recipe } from '../quantize/recipe.ts';
import { chooseRanges, type Ranges } from '../ranges/choose.ts';

export interface QuantizeJob {
  /** As it was read. */
  readonly model: Model;
  readonly samples: SampleSource;
  readonly recipe: Recipe;
}

/** Every step's result, in the order of the steps. */
export interface QuantizeOutcome {
  /** The model that was calibrated: plain float. */
  readonly float: Model;
  readonly notes: readonly Note[];
  readonly statistics: Statistics;
  readonly ranges: Ranges;
  readonly quantized: Quantized;
  /** Absent when our kernels lack an op of the quantized model; `notes` says which. */
  readonly comparison?: Comparison;
}

/** Share of the work that calibration takes: one tapped float run a sample of about three runs in all. */
const calibrationShare = 0.4;

/**
 * The whole tool without a page: prepare → calibrate → choose ranges → quantize → evaluate.
 * @throws Problem of the step that could not be done.
 */
export async function quantizeModel(
  { model, samples, recipe }: QuantizeJob,
  tools: EvaluateTools & { readonly call?: Call },
): Promise<QuantizeOutcome> {
  const { call = quietCall, ...rest } = tools;
  const { model: float, notes } = prepare(model);
  const statistics = await calibrate(float, samples, { ...rest, call: partOf(call, 0, calibrationShare) });
  const ranges = chooseRanges(float, statistics, recipe.calibrator);
  const quantized = quantize(float, ranges, recipe);
  const pair = {
    reference: float,
    candidate: quantized.model,
    tensors: samePositions(float, quantized.model),
  };
  const step = partOf(call, calibrationShare, 1);
  const { comparison, note } = await compareIfPossible(pair, samples, { ...rest, call: step });
  const outcome = { float, notes: [...notes, ...note], statistics, ranges, quantized };
  return comparison === undefined ? outcome : { ...outcome, comparison };
}

/** The comparison, or a note that names the ops which only other runtimes can run: the quantized model is right all the same. */
export async function compareIfPossible(
  pair: Pair,
  samples: SampleSource,
  options: CompareOptions,
): Promise<{ readonly comparison?: Comparison; readonly note: readonly Note[] }> {
  try {
    return { comparison: await compareModels(pair, samples, options), note: [] };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    const text = `Not compared with the float model: ${error.message}`;
    return { note: [{ kind: 'not-compared', text }] };
  }
}
