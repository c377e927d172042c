import type { Call } from '../call.ts';
import { computesInIntegers } from '../execute/choose.ts';
import type { Executor, FloatRuntime, Watch } from '../execute/executor.ts';
import type { Arithmetic } from '../execute/int8/context.ts';
import { createInt8Executor, type Int8Executor } from '../execute/int8/executor.ts';
import type { KernelFactory } from '../execute/int8/kernels.ts';
import { mainGraph, tensorAt } from '../model/graph.ts';
import type { Graph, Model, Sample, TensorId } from '../model/types.ts';
import { isReal, realsOf, refit } from './reals.ts';

export interface EvaluateTools {
  readonly runtime: FloatRuntime;
  /** Whose bits the int8 kernels reproduce. */
  readonly arithmetic: Arithmetic;
  /** What they are; the plain TypeScript ones unless given. */
  readonly kernels?: KernelFactory;
  /** Milliseconds since any moment; `performance.now` where there is one, as the default is coarse. */
  readonly now?: () => number;
}

/** One side of a comparison: a model, float or int8, that runs on samples made for the reference. */
export class Runner {
  readonly graph: Graph;
  readonly executor: Executor;
  /** The same executor where it can run one op alone. */
  readonly int8: Int8Executor | undefined;
  readonly #now: () => number;
  readonly #call: Call | undefined;

  private constructor(
    graph: Graph,
    executor: Executor,
    parts: { int8: Int8Executor | undefined; now: () => number; call: Call | undefined },
  ) {
    this.graph = graph;
    this.executor = executor;
    this.int8 = parts.int8;
    this.#now = parts.now;
    this.#call = parts.call;
  }

  /**
   * @param tools.call - ends runs that are no longer wanted.
   * @throws Problem as the executors: `model/unsupported-op` and others.
   */
  static async open(
    model: Model,
    tools: EvaluateTools & { readonly call?: Call | undefined },
    taps: readonly TensorId[] = [],
  ): Promise<Runner> {
    const { runtime, arithmetic, kernels, now = Date.now, call } = tools;
    const graph = mainGraph(model);
    const int8 = computesInIntegers(graph)
      ? createInt8Executor(model, { arithmetic, taps, ...(kernels && { kernels }) })
      : undefined;
    return new Runner(graph, int8 ?? (await runtime.create(model, taps)), { int8, now, call });
  }

  /**
   * @param sample - inputs of `from`, which are turned into this model's.
   * @returns the outputs as real numbers, and how long the run took.
   */
  async run(sample: Sample, from: Graph, watch?: Watch): Promise<RunResult> {
    const inputs = refit(sample, from, this.graph);
    const start = this.#now();
    const outputs = await this.executor.execute(inputs, watch, this.#call);
    const milliseconds = this.#now() - start;
    return { outputs: this.#reals(outputs), milliseconds };
  }

  #reals(outputs: Sample): readonly Float32Array[] {
    return outputs.map((value, i) => {
      const id = this.graph.outputs[i];
      const tensor = id === undefined ? undefined : tensorAt(this.graph, id);
      return tensor !== undefined && isReal(tensor) ? realsOf(value, tensor) : new Float32Array(0);
    });
  }
}

export interface RunResult {
  /** One per graph output; empty for outputs that are no real numbers. */
  readonly outputs: readonly Float32Array[];
  readonly milliseconds: number;
}
