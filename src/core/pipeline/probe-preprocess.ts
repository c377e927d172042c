import { type Call, quietCall } from '../call.ts';
import { classOutput, topClass } from '../evaluate/classes.ts';
import type { Executor, FloatRuntime } from '../execute/executor.ts';
import type { Guess } from '../images/guess.ts';
import type { Preprocess } from '../images/preprocess.ts';
import { mainGraph, tensorAt } from '../model/graph.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model, TensorData } from '../model/types.ts';

/** A scaling that models are usually trained with. */
interface Candidate {
  readonly name: string;
  readonly mean: number;
  readonly std: number;
}

/** In order of preference among equals. */
const candidates: readonly Candidate[] = [
  { name: '0 … 1', mean: 0, std: 255 },
  { name: '−1 … 1', mean: 127.5, std: 127.5 },
  { name: '0 … 255', mean: 0, std: 1 },
];

/** Enough to tell right from wrong: a wrong scaling mostly gives one class for everything. */
const pictures = 48;

/** How well one candidate does. */
interface Score {
  /** Share of right answers among pictures with a label. */
  readonly accuracy: number | undefined;
  /** Bits that an answer tells about its picture. */
  readonly information: number;
}

function entropy(probabilities: Float64Array): number {
  return probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
}

/** Scores as probabilities: as they are where they sum to 1, softmax of logits otherwise. */
function probabilitiesOf(scores: Float32Array): Float64Array {
  const sum = scores.reduce((total, score) => total + score, 0);
  if (Math.abs(sum - 1) < 1e-3 && scores.every((score) => score >= 0)) return Float64Array.from(scores);
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const powers = Float64Array.from(scores, (score) => Math.exp(score - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** Running sums of one candidate. */
class ScoreSums {
  readonly #mean: Float64Array;
  #entropies = 0;
  #count = 0;
  #labelled = 0;
  #right = 0;

  constructor(classes: number) {
    this.#mean = new Float64Array(classes);
  }

  add(scores: Float32Array, label: number | undefined): void {
    const probabilities = probabilitiesOf(scores);
    for (const [i, p] of probabilities.entries()) this.#mean[i] = (this.#mean[i] ?? 0) + p;
    this.#entropies += entropy(probabilities);
    this.#count += 1;
    if (label === undefined) return;
    this.#labelled += 1;
    if (topClass(scores) === label) this.#right += 1;
  }

  /** Mutual information of picture and answer: H(mean p) − mean H(p). */
  score(): Score {
    const mean = this.#mean.map((sum) => sum / this.#count);
    return {
      accuracy: this.#labelled > 0 ? this.#right / this.#labelled : undefined,
      information: entropy(mean) - this.#entropies / this.#count,
    };
  }
}

function scaled(raw: TensorData, { mean, std }: Candidate): TensorData {
  return { ...raw, data: Float32Array.from(raw.data as Float32Array, (x) => (x - mean) / std) };
}

async function scoreAll(
  executor: Executor,
  samples: SampleSource,
  { index, classes, call }: { readonly index: number; readonly classes: number; readonly call: Call },
) {
  const sums = candidates.map(() => new ScoreSums(classes));
  const every = Math.max(1, Math.floor(samples.count / pictures));
  for await (const { sample, label } of samples.open(undefined, every)) {
    await call.checkpoint();
    for (const [i, candidate] of candidates.entries()) {
      const outputs = await executor.execute(sample.map((raw) => scaled(raw, candidate)));
      sums[i]?.add(outputs[index]?.data as Float32Array, label);
    }
  }
  return sums.map((sum) => sum.score());
}

function best(scores: readonly Score[]): number {
  const value = ({ accuracy, information }: Score) => [accuracy ?? 0, information] as const;
  return scores.reduce((leader, score, i) => {
    const [a, b] = [value(score), value(scores[leader] ?? score)];
    const better = a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
    return better ? i : leader;
  }, 0);
}

function reasonOf(scores: readonly Score[], chosen: number): string {
  const figure = ({ accuracy, information }: Score) =>
    accuracy === undefined
      ? `${information.toFixed(2)} bits per answer`
      : `${(accuracy * 100).toFixed(0)} % right`;
  const list = candidates.map(({ name }, i) => `${name}: ${figure(scores[i] as Score)}`).join('; ');
  return `The file does not say which values the model was trained on. Tried on the float model with some of the pictures, ${candidates[chosen]?.name} fits best (${list}).`;
}

/**
 * Settles a guess that nothing in the file supports by trying the usual scalings on the float model: the right one
 * answers labelled pictures best, and without labels its answers tell most about the pictures.
 * @param open - samples of the model's only input for a preprocessing.
 * @returns the guess with the scaling that does best, still marked as uncertain; unchanged when it was certain or when the
 * model is no classifier.
 */
export async function probePreprocess(
  model: Model,
  guess: Guess,
  {
    runtime,
    open,
    call = quietCall,
  }: {
    readonly runtime: FloatRuntime;
    readonly open: (preprocess: Preprocess) => SampleSource | Promise<SampleSource>;
    readonly call?: Call;
  },
): Promise<Guess> {
  const graph = mainGraph(model);
  const index = classOutput(graph);
  const [input] = graph.inputs;
  if (guess.certain || index === undefined || input === undefined) return guess;
  if (graph.inputs.length !== 1 || tensorAt(graph, input).dtype !== 'float32') return guess;
  const outputId = graph.outputs[index];
  const classes = outputId === undefined ? 0 : Math.max(...tensorAt(graph, outputId).shape);
  const samples = await open({ ...guess.preprocess, mean: [0], std: [1] });
  const executor = await runtime.create(model, []);
  try {
    const scores = await scoreAll(executor, samples, { index, classes, call });
    const chosen = best(scores);
    const { mean, std } = candidates[chosen] as Candidate;
    const [, ...others] = guess.reasons;
    return {
      preprocess: { ...guess.preprocess, mean: [mean], std: [std] },
      certain: false,
      reasons: [reasonOf(scores, chosen), ...others],
    };
  } finally {
    executor.dispose();
  }
}
