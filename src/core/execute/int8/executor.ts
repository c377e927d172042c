import { isPresent, tensorAt } from '../../model/graph.ts';
import type { Graph, Model, OpId, Sample, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { Executor, Watch } from '../executor.ts';
import { checkInputs } from '../inputs.ts';
import { type Int8Options, planInt8 } from './plan.ts';

/** Runs an int8 model (its inputs and outputs may be float32, uint8 or int8). */
export interface Int8Executor extends Executor {
  /**
   * Runs one op on given values of its activations, in the order of `op.inputs` without constants and left-out inputs.
   * Values of the op's tensors from an earlier `execute` are overwritten.
   * @returns the op's outputs, owned by the caller
   */
  runOp(op: OpId, inputs: readonly TensorData[]): readonly TensorData[];
}

export interface Int8ExecutorOptions extends Int8Options {
  /** Tensors that `watch` is to see; 'all' are the graph's inputs and every op's outputs. */
  readonly taps?: readonly TensorId[] | 'all';
}

function copyOf({ shape, dtype, data }: TensorData): TensorData {
  return { shape, dtype, data: data.slice() };
}

/** Which tensors a watcher sees after which op. */
function tapsByOp(graph: Graph, taps: readonly TensorId[] | 'all'): readonly (readonly TensorId[])[] {
  const wanted = taps === 'all' ? undefined : new Set(taps);
  return graph.ops.map((op) =>
    op.outputs.filter((id) => isPresent(id) && (wanted === undefined || wanted.has(id))),
  );
}

/**
 * @throws Problem as `planInt8`
 */
export function createInt8Executor(model: Model, options: Int8ExecutorOptions): Int8Executor {
  const { graph, steps, value, assign: assignOne } = planInt8(model, options);
  const { taps = [] } = options;
  const watched = tapsByOp(graph, taps);
  const watchedInputs = graph.inputs.filter((id) => taps === 'all' || taps.includes(id));

  const assign = (ids: readonly TensorId[], values: readonly TensorData[]): void => {
    checkInputs(graph, values, ids);
    for (const [k, id] of ids.entries()) assignOne(id, (values[k] as TensorData).data);
  };

  return {
    execute: async (inputs: Sample, watch?: Watch): Promise<Sample> => {
      assign(graph.inputs, inputs);
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
      const activations = op.inputs.filter(
        (input) => isPresent(input) && tensorAt(graph, input).data === undefined,
      );
      assign(activations, inputs);
      step();
      return op.outputs.filter(isPresent).map((output) => copyOf(value(output)));
    },
    dispose: () => {},
  };
}
