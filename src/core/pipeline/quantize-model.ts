import { calibrate } from '../calibrate/calibrate.ts';
import { noStatistics, type Statistics } from '../calibrate/statistics.ts';
import { type Call, partOf, quietCall } from '../call.ts';
import { type CompareOptions, type Comparison, compareModels } from '../evaluate/compare.ts';
import { samePositions } from '../evaluate/correspondence.ts';
import type { EvaluateTools } from '../evaluate/runner.ts';
import { computesInIntegers } from '../execute/choose.ts';
import { mainGraph } from '../model/graph.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model } from '../model/types.ts';
import { type Note, prepare, withWidenedConstants } from '../prepare/prepare.ts';
import { Problem } from '../problem.ts';
import { activationsWithoutRange, missingRanges } from '../quantize/assign.ts';
import { givenRanges } from '../quantize/given-ranges.ts';
import { type Quantized, quantize } from '../quantize/quantize.ts';
import type { Recipe } from '../quantize/recipe.ts';
import { ignoredRules } from '../quantize/recipe-rules.ts';
import { checkRecipe, needsRanges, selectOps } from '../quantize/select.ts';
import { chooseRanges, type Ranges } from '../ranges/choose.ts';

export interface QuantizeJob {
  /** As it was read. */
  readonly model: Model;
  /** Left out where the recipe needs no ranges, or the model and the recipe give all of them. */
  readonly samples?: SampleSource;
  readonly recipe: Recipe;
}

/** Every step's result, in the order of the steps. */
export interface QuantizeOutcome {
  /** The model that was calibrated: plain float. */
  readonly float: Model;
  readonly notes: readonly Note[];
  /** Of no samples where nothing was measured. */
  readonly statistics: Statistics;
  readonly ranges: Ranges;
  readonly quantized: Quantized;
  /** Absent without samples, and when our kernels lack an op of the quantized model; `notes` says why. */
  readonly comparison?: Comparison;
}

/** Share of the work that calibration takes: one tapped float run a sample of about three runs in all. */
const calibrationShare = 0.4;

type Tools = EvaluateTools & { readonly call: Call };

/** Whether samples have a say in the ranges: not where activations stay float, nor where one range is for all. */
export function calibrates(recipe: Recipe): boolean {
  return needsRanges(recipe) && recipe.defaultRange === undefined;
}

/**
 * Why nothing can be made without samples; `undefined` where the model's training and the recipe give every range. Names
 * the activations that are left where they give some.
 * @throws Problem as `selectOps` and `givenRanges`.
 */
export function lackOfSamples(float: Model, recipe: Recipe): Problem | undefined {
  if (!calibrates(recipe)) return undefined;
  const graph = mainGraph(float);
  const { rules } = selectOps(graph, recipe);
  const { ranges } = givenRanges(graph, rules, { calibrated: new Map(), recipe });
  const missing = activationsWithoutRange(float, rules, ranges);
  if (missing.length === 0) return undefined;
  if (ranges.size > 0) return missingRanges(graph, missing);
  const text = 'There are no pictures yet, and this recipe measures ranges on them.';
  return new Problem('images/none', text);
}

/** What the person should know about a recipe for this very model. */
export function recipeNotes(float: Model, recipe: Recipe): readonly Note[] {
  const text = ignoredRules(recipe, mainGraph(float));
  return text === undefined ? [] : [{ kind: 'ignored-rules', text }];
}

/**
 * The whole tool without a page: prepare → check the recipe → calibrate → choose ranges → quantize → evaluate.
 * @throws Problem of the step that could not be done; what the recipe cannot be done with is refused before any run.
 */
export async function quantizeModel(
  { model, samples, recipe }: QuantizeJob,
  given: EvaluateTools & { readonly call?: Call },
): Promise<QuantizeOutcome> {
  const tools: Tools = { call: quietCall, ...given };
  const { model: float, notes } = prepare(model);
  checkRecipe(mainGraph(float), recipe);
  const measured = samples !== undefined && calibrates(recipe);
  const share = measured ? calibrationShare : 0;
  const statistics = measured
    ? await calibrate(float, samples, { ...tools, call: partOf(tools.call, 0, share) })
    : noStatistics;
  const ranges = chooseRanges(float, statistics, recipe.calibrator);
  const quantized = quantize(float, ranges, recipe);
  const step = { ...tools, call: partOf(tools.call, share, 1) };
  const { comparison, note } = await compareIfPossible({ float, quantized: quantized.model, samples }, step);
  const told = [...notes, ...recipeNotes(float, recipe), ...note];
  const outcome = { float, notes: told, statistics, ranges, quantized };
  return comparison === undefined ? outcome : { ...outcome, comparison };
}

/** A comparison, or why there is none. */
export interface Compared {
  readonly comparison?: Comparison;
  readonly note: readonly Note[];
}

function notCompared(why: string): Compared {
  return { note: [{ kind: 'not-compared', text: `Not compared with the float model: ${why}` }] };
}

/**
 * The comparison, or a note that says why there is none: no samples, or ops which only other runtimes can run. The
 * quantized model is right all the same.
 */
export async function compareIfPossible(
  { float, quantized, samples }: { float: Model; quantized: Model; samples: SampleSource | undefined },
  options: CompareOptions,
): Promise<Compared> {
  if (samples === undefined) return notCompared('there are no samples.');
  const candidate = computesInIntegers(mainGraph(quantized)) ? quantized : withWidenedConstants(quantized);
  const pair = { reference: float, candidate, tensors: samePositions(float, candidate) };
  try {
    return { comparison: await compareModels(pair, samples, options), note: [] };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    return notCompared(error.message);
  }
}
