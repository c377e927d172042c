import type { Call } from '../call.ts';
import { eachSample } from '../model/each-sample.ts';
import type { NamedSample, SampleSource, SkippedSample } from '../model/samples.ts';
import type { Model } from '../model/types.ts';
import { areProbabilities, classOutput } from './classes.ts';
import { type ErrorFigures, ErrorSums } from './metrics.ts';
import { type Proportion, proportion } from './proportion.ts';
import { type EvaluateTools, Runner, type RunResult } from './runner.ts';
import { type Answer, type ModelFigures, Tally } from './tally.ts';

/** What two models said to one sample. */
export interface SampleResult {
  readonly index: number;
  readonly name: string;
  readonly label?: number;
  /** Absent for models that are no classifiers. */
  readonly answers?: { readonly reference: Answer; readonly candidate: Answer };
  /** Over the elements of all outputs. */
  readonly error: ErrorFigures;
}

export interface OutputComparison {
  readonly samples: number;
  readonly skipped: readonly SkippedSample[];
  readonly reference: ModelFigures;
  readonly candidate: ModelFigures;
  /** Samples with the same answer; absent for models that are no classifiers. */
  readonly agreement?: Proportion;
  /** Whether the reference's scores are probabilities on every sample; absent for models that are no classifiers. */
  readonly probabilities?: boolean;
  /** One per graph output; `undefined` for outputs that are no real numbers. */
  readonly outputs: readonly (ErrorFigures | undefined)[];
  /** In the order of the samples; `worstFirst` sorts them. */
  readonly results: readonly SampleResult[];
}

/** Changed answers first, then by the output's SQNR, lowest first. */
export function worstFirst(results: readonly SampleResult[]): readonly SampleResult[] {
  const changed = ({ answers }: SampleResult) =>
    answers !== undefined && answers.reference.class !== answers.candidate.class ? 0 : 1;
  // Two infinite ratios are equal, and their difference is NaN.
  return results.toSorted(
    (a, b) => changed(a) - changed(b) || a.error.sqnr - b.error.sqnr || a.index - b.index,
  );
}

/** Collects the outputs of two models, sample by sample. */
class OutputSums {
  readonly results: SampleResult[] = [];
  readonly #tallies = { reference: new Tally(), candidate: new Tally() };
  readonly #outputs: readonly ErrorSums[];
  /** Which output holds a classifier's scores. */
  readonly #scores: number | undefined;
  #probabilities = true;

  constructor(outputs: number, scores: number | undefined) {
    this.#outputs = Array.from({ length: outputs }, () => new ErrorSums());
    this.#scores = scores;
  }

  add({ name, label }: NamedSample, index: number, runs: Record<'reference' | 'candidate', RunResult>): void {
    const all = new ErrorSums();
    this.#outputs.forEach((sums, i) => {
      const [reference, candidate] = [runs.reference.outputs[i], runs.candidate.outputs[i]];
      if (reference === undefined || reference.length !== candidate?.length) return;
      sums.add(reference, candidate);
      all.add(reference, candidate);
    });
    const answer = (side: 'reference' | 'candidate'): Answer | undefined => {
      this.#tallies[side].addRun(runs[side].milliseconds);
      const scores = this.#scores === undefined ? undefined : runs[side].outputs[this.#scores];
      return scores && this.#tallies[side].addScores(scores, { name, ...(label !== undefined && { label }) });
    };
    const own = this.#scores === undefined ? undefined : runs.reference.outputs[this.#scores];
    if (own !== undefined && !areProbabilities(own)) this.#probabilities = false;
    const [reference, candidate, error] = [answer('reference'), answer('candidate'), all.figures()];
    if (error === undefined) return;
    this.results.push({
      index,
      name,
      ...(label !== undefined && { label }),
      ...(reference && candidate && { answers: { reference, candidate } }),
      error,
    });
  }

  figures(): Omit<OutputComparison, 'samples' | 'skipped'> {
    const answers = this.results.flatMap((result) => result.answers ?? []);
    const same = answers.filter(({ reference, candidate }) => reference.class === candidate.class);
    return {
      reference: this.#tallies.reference.figures(),
      candidate: this.#tallies.candidate.figures(),
      ...(answers.length > 0 && {
        agreement: proportion(same.length, answers.length),
        probabilities: this.#probabilities,
      }),
      outputs: this.#outputs.map((sums) => sums.figures()),
      results: this.results,
    };
  }
}

/**
 * Runs both models on every sample and compares their outputs as real numbers.
 * @param samples - made for the reference's inputs.
 * @throws Problem `images/none`, `labels/invalid`, and what the executors throw.
 */
export async function compareOutputs(
  { reference, candidate }: { readonly reference: Model; readonly candidate: Model },
  samples: SampleSource,
  tools: EvaluateTools & { readonly call?: Call },
): Promise<OutputComparison> {
  const runners = [await Runner.open(reference, tools), await Runner.open(candidate, tools)] as const;
  const [{ graph }] = runners;
  const sums = new OutputSums(graph.outputs.length, classOutput(graph));
  const compare = async (named: NamedSample, index: number): Promise<void> => {
    const own = await runners[0].run(named.sample, graph);
    sums.add(named, index, { reference: own, candidate: await runners[1].run(named.sample, graph) });
  };
  try {
    const seen = await eachSample(samples, compare, { call: tools.call });
    return { ...seen, ...sums.figures() };
  } finally {
    for (const { executor } of runners) executor.dispose();
  }
}

/** One model alone: accuracy where samples have labels, and time. */
export interface Evaluation extends ModelFigures {
  readonly samples: number;
  readonly skipped: readonly SkippedSample[];
}

/**
 * Runs one model, float or int8, on every sample.
 * @param samples - made for the model's inputs.
 * @throws Problem as `compareOutputs`.
 */
export async function evaluateModel(
  model: Model,
  samples: SampleSource,
  tools: EvaluateTools & { readonly call?: Call },
): Promise<Evaluation> {
  const runner = await Runner.open(model, tools);
  const { graph, executor } = runner;
  const scores = classOutput(graph);
  const tally = new Tally();
  const run = async (named: NamedSample): Promise<void> => {
    const { outputs, milliseconds } = await runner.run(named.sample, graph);
    tally.addRun(milliseconds);
    const values = scores === undefined ? undefined : outputs[scores];
    if (values !== undefined) tally.addScores(values, named);
  };
  const seen = await eachSample(samples, run, { call: tools.call }).finally(() => executor.dispose());
  return { ...seen, ...tally.figures() };
}
