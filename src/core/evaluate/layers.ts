import type { Call } from '../call.ts';
import type { Int8Executor } from '../execute/int8/executor.ts';
import { eachSample } from '../model/each-sample.ts';
import { isPresent, mainGraph, tensorAt } from '../model/graph.ts';
import type { NamedSample, SampleSource } from '../model/samples.ts';
import type { Graph, Model, OpId, TensorId } from '../model/types.ts';
import { type Correspondence, counterparts } from './correspondence.ts';
import { type ErrorFigures, ErrorSums } from './metrics.ts';
import { isReal, realsOf, storedIn } from './reals.ts';
import { type EvaluateTools, Runner } from './runner.ts';

/** Two models and which of their tensors stand for the same values. */
export interface Pair {
  readonly reference: Model;
  readonly candidate: Model;
  readonly tensors: Correspondence;
}

/** Error of one tensor when both models run from their inputs: everything that happened before is in it. */
export interface TensorError {
  readonly reference: TensorId;
  readonly candidate: TensorId;
  readonly accumulated: ErrorFigures;
}

/** Error that one op of the candidate adds: it gets the reference's values, rounded to its own input grids. */
export interface OpError {
  /** Of the candidate. */
  readonly op: OpId;
  /** Over the elements of all outputs. */
  readonly local: ErrorFigures;
  /** Mean time of the op alone, with copying its inputs and outputs. */
  readonly milliseconds: number;
}

export interface LayerComparison {
  /** In execution order of the reference, graph inputs first. */
  readonly tensors: readonly TensorError[];
  /** In execution order of the candidate; ops without counterparts for all their tensors are left out. */
  readonly ops: readonly OpError[];
  /** Samples that were used for these. */
  readonly samples: number;
}

/** Values of the reference for one sample, as real numbers. */
type Values = ReadonlyMap<TensorId, Float32Array>;

/** An op that can be run alone on the reference's values, with the reference's tensor for each of its own. */
interface LocalOp {
  readonly op: OpId;
  readonly inputs: readonly (readonly [own: TensorId, reference: TensorId])[];
  readonly outputs: readonly (readonly [own: TensorId, reference: TensorId])[];
  readonly sums: ErrorSums;
}

function localOps(
  candidate: Graph,
  correspondence: Correspondence,
  executor: Int8Executor,
): readonly LocalOp[] {
  const reference = counterparts(candidate, correspondence);
  const paired = (ids: readonly TensorId[]) =>
    ids.filter(isPresent).flatMap((own) => {
      const other = reference.get(own);
      return other !== undefined && isReal(tensorAt(candidate, own)) ? [[own, other] as const] : [];
    });
  return candidate.ops.flatMap((op, index) => {
    // What it gives is what came before in the run, which alone it does not see.
    if (op.kind === 'READ_VARIABLE') return [];
    const activations = executor.activationsOf(index as OpId);
    const [inputs, outputs] = [paired(activations), paired(op.outputs)];
    const complete = inputs.length === activations.length;
    if (!complete || outputs.length < op.outputs.filter(isPresent).length) return [];
    return [{ op: index as OpId, inputs, outputs, sums: new ErrorSums() }];
  });
}

/** Runs each op alone and keeps errors and times. */
class LocalErrors {
  readonly #graph: Graph;
  readonly #executor: Int8Executor;
  readonly #ops: readonly LocalOp[];
  readonly #milliseconds = new Map<OpId, number>();
  readonly #now: () => number;

  constructor(graph: Graph, executor: Int8Executor, options: { tensors: Correspondence; now: () => number }) {
    this.#graph = graph;
    this.#executor = executor;
    this.#ops = localOps(graph, options.tensors, executor);
    this.#now = options.now;
  }

  add(values: Values): void {
    for (const { op, inputs, outputs, sums } of this.#ops) {
      const given = inputs.map(([own, reference]) =>
        storedIn(values.get(reference) ?? new Float32Array(0), tensorAt(this.#graph, own)),
      );
      const start = this.#now();
      const results = this.#executor.runOp(op, given);
      this.#milliseconds.set(op, (this.#milliseconds.get(op) ?? 0) + this.#now() - start);
      outputs.forEach(([own, reference], i) => {
        const [expected, result] = [values.get(reference), results[i]];
        if (expected && result) sums.add(expected, realsOf(result, tensorAt(this.#graph, own)));
      });
    }
  }

  errors(samples: number): readonly OpError[] {
    return this.#ops.flatMap(({ op, sums }) => {
      const local = sums.figures();
      return local ? [{ op, local, milliseconds: (this.#milliseconds.get(op) ?? 0) / samples }] : [];
    });
  }
}

/** Pairs whose two tensors hold real numbers, each with empty sums, by the candidate's tensor. */
function emptySums({ reference, candidate, tensors }: Pair): ReadonlyMap<TensorId, [TensorId, ErrorSums]> {
  const [a, b] = [mainGraph(reference), mainGraph(candidate)];
  const real = [...tensors].filter(([own, other]) => isReal(tensorAt(a, own)) && isReal(tensorAt(b, other)));
  return new Map(real.map(([own, other]) => [other, [own, new ErrorSums()]]));
}

/** The values of the reference and the accumulated errors of the candidate for one sample. */
async function runBoth(
  runners: readonly [Runner, Runner],
  { sample }: NamedSample,
  sums: ReadonlyMap<TensorId, readonly [TensorId, ErrorSums]>,
): Promise<Values> {
  const [reference, candidate] = runners;
  const values = new Map<TensorId, Float32Array>();
  await reference.run(sample, reference.graph, (id, value) => {
    values.set(id, realsOf(value, tensorAt(reference.graph, id)));
  });
  await candidate.run(sample, reference.graph, (id, value) => {
    const [own, error] = sums.get(id) ?? [];
    const expected = own === undefined ? undefined : values.get(own);
    if (expected) error?.add(expected, realsOf(value, tensorAt(candidate.graph, id)));
  });
  return values;
}

/**
 * Compares two models tensor by tensor on the first samples, and, where the candidate runs on our int8 kernels, measures
 * each of its ops alone. All values of one sample are in memory at a time.
 * @param options.limit - number of samples.
 * @throws Problem `images/none` and what the executors throw.
 */
export async function compareLayers(
  pair: Pair,
  samples: SampleSource,
  options: EvaluateTools & { readonly limit: number; readonly call?: Call },
): Promise<LayerComparison> {
  const { limit, call, now = Date.now } = options;
  const sums = emptySums(pair);
  const taps = [...sums.values()].map(([own]) => own);
  const runners = [
    await Runner.open(pair.reference, options, taps),
    await Runner.open(pair.candidate, options, [...sums.keys()]),
  ] as const;
  const { graph, int8 } = runners[1];
  const local = int8 && new LocalErrors(graph, int8, { tensors: pair.tensors, now });
  const compare = async (named: NamedSample): Promise<void> => {
    const values = await runBoth(runners, named, sums);
    local?.add(values);
  };
  try {
    const seen = await eachSample(samples, compare, { limit, call });
    const tensors = [...sums].flatMap(([candidate, [reference, error]]) => {
      const accumulated = error.figures();
      return accumulated ? [{ reference, candidate, accumulated }] : [];
    });
    return { tensors, ops: local?.errors(seen.samples) ?? [], samples: seen.samples };
  } finally {
    for (const { executor } of runners) executor.dispose();
  }
}
