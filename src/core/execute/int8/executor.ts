import { isPresent, tensorAt } from '../../model/graph.ts';
import { insideOf } from '../../model/inside.ts';
import type { Graph, Model, OpId, Sample, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { Executor, Watch } from '../executor.ts';
import { checkInputs } from '../inputs.ts';
import { type Int8Options, planInt8 } from './plan.ts';

/** Runs a model on our own kernels, whatever the arithmetic of its ops. */
export interface Int8Executor extends Executor {
  /**
   * The inputs of an op that `runOp` takes, in the order of `op.inputs`: without left-out ones, constants, what is computed
   * from constants alone, and states.
   */
  activationsOf(op: OpId): readonly TensorId[];
  /**
   * Runs one op on given values of its activations; its states are what they are when a run begins.
   * Values of the op's tensors from an earlier `execute` are overwritten.
   * @returns the op's outputs, owned by the caller
   */
  runOp(op: OpId, inputs: readonly TensorData[]): readonly TensorData[];
}

export interface Int8ExecutorOptions extends Int8Options {
  /**
   * What states of recurrent ops are when a run begins: 'fresh', their zero, so that samples do not see each other (the
   * default), or 'kept', what the last run left, as an interpreter that works on a stream has it.
   */
  readonly state?: 'fresh' | 'kept';
  /**
   * Tensors that `watch` is to see: activations, and what ops hold inside, as the op leaves it; 'all' are the graph's inputs
   * and every op's outputs.
   */
  readonly taps?: readonly TensorId[] | 'all';
}

function copyOf({ shape, dtype, data }: TensorData): TensorData {
  return { shape, dtype, data: data.slice() };
}

/** Which tensors a watcher sees after which op. */
function tapsByOp(graph: Graph, taps: readonly TensorId[] | 'all'): readonly (readonly TensorId[])[] {
  const wanted = taps === 'all' ? undefined : new Set(taps);
  return graph.ops.map((op) => {
    const outputs = op.outputs.filter(isPresent);
    return wanted === undefined
      ? outputs
      : [...outputs, ...insideOf(graph, op)].filter((id) => wanted.has(id));
  });
}

/**
 * @throws Problem as `planInt8`
 */
export function createInt8Executor(model: Model, options: Int8ExecutorOptions): Int8Executor {
  const plan = planInt8(model, options);
  const { graph, steps, value } = plan;
  const { taps = [], state = 'fresh' } = options;
  const watched = tapsByOp(graph, taps);
  const watchedInputs = graph.inputs.filter((id) => taps === 'all' || taps.includes(id));

  plan.reset();

  const assign = (ids: readonly TensorId[], values: readonly TensorData[]): void => {
    checkInputs(graph, values, ids);
    for (const [k, id] of ids.entries()) plan.assign(id, (values[k] as TensorData).data);
  };

  const activationsOf = (id: OpId): readonly TensorId[] => {
    const inputs = graph.ops[id]?.inputs ?? [];
    const varies = (input: TensorId) => {
      const { data, isVariable } = tensorAt(graph, input);
      return data === undefined && isVariable !== true && !plan.settled.has(input);
    };
    return inputs.filter((input) => isPresent(input) && varies(input));
  };

  return {
    activationsOf,
    execute: async (inputs: Sample, watch?: Watch): Promise<Sample> => {
      assign(graph.inputs, inputs);
      if (state === 'fresh') plan.reset();
      if (watch !== undefined) for (const id of watchedInputs) watch(id, value(id));
      steps.forEach((step, index) => {
        step();
        if (watch !== undefined) for (const id of watched[index] ?? []) watch(id, value(id));
      });
      return graph.outputs.map((id) => copyOf(value(id)));
    },
    runOp: (id, inputs) => {
      const [op, step] = [graph.ops[id], steps[id]];
      if (op === undefined || step === undefined)
        throw new Problem('model/invalid', `Op ${id} does not exist.`, { op: id });
      assign(activationsOf(id), inputs);
      if (state === 'fresh') plan.reset();
      step();
      return op.outputs.filter(isPresent).map((output) => copyOf(value(output)));
    },
    dispose: () => {},
  };
}
