import { checkModel } from '../../model/check.ts';
import { allocate, constantOf, elementCount } from '../../model/data.ts';
import { mainGraph, opName, tensorAt } from '../../model/graph.ts';
import type { Elements, Graph, Model, OpId, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { type Arithmetic, OpContext, type PlanContext } from './context.ts';
import type { KernelFactory, PreparedPlan, Step } from './kernels.ts';
import { plannerOf } from './ops/index.ts';
import { createReferenceKernels } from './reference/index.ts';

export interface Int8Options {
  readonly arithmetic: Arithmetic;
  /** Makes the kernels of one plan: the plain TypeScript ones unless given. */
  readonly kernels?: KernelFactory;
}

/** A model made ready to run: one step an op, all buffers allocated, everything checked. */
export interface Int8Plan {
  readonly graph: Graph;
  /** One per op, in execution order. */
  readonly steps: readonly Step[];
  /**
   * The value of a tensor: its buffer, which the next run overwrites, or its constant. Current for the run's inputs and
   * outputs, and for what the op that has just run made.
   */
  value(id: TensorId): TensorData;
  /** Gives an activation its value; `elements` are of the tensor's dtype and count. */
  assign(id: TensorId, elements: Elements): void;
}

/** Bytes that the activations of one model may take together; beyond it, the browser's worker would not survive. */
const MAX_ACTIVATION_BYTES = 2 ** 30;

/**
 * A buffer for every tensor that a graph reads or makes and that is no constant. int8 activations are small (a few MB
 * for a mobile net), so each tensor keeps its own buffer instead of sharing by lifetimes: steps stay bound to plain
 * arrays, and one op can be run alone.
 */
function allocateActivations(graph: Graph): ReadonlyMap<TensorId, TensorData> {
  const buffers = new Map<TensorId, TensorData>();
  let bytes = 0;
  const ids = [...graph.inputs, ...graph.ops.flatMap((op) => op.outputs)].filter((id) => id >= 0);
  for (const id of ids) {
    const { shape, dtype, data } = tensorAt(graph, id);
    if (data !== undefined || buffers.has(id)) continue;
    const count = elementCount(shape);
    bytes += 8 * count;
    if (bytes > MAX_ACTIVATION_BYTES)
      throw new Problem('compute/out-of-memory', 'The activations of this model need more than a gigabyte.');
    buffers.set(id, { shape, dtype, data: allocate(dtype, count) });
  }
  return buffers;
}

/** An op that cannot run, and in which form where other forms of it can. */
interface Refusal {
  readonly op: string;
  readonly position: number;
  readonly form?: string;
}

/** All refusals in one message: what and, in the details, where. */
function refuse(ops: readonly Refusal[]): void {
  if (ops.length === 0) return;
  const names = new Set(ops.map(({ op, form }) => (form === undefined ? op : `${op} ${form}`)));
  throw new Problem('model/unsupported-op', `No int8 kernel for ${[...names].join(', ')}.`, { ops });
}

function planSteps(context: PlanContext): readonly Step[] {
  const refusals: Refusal[] = [];
  const steps: Step[] = [];
  for (const [position, op] of context.graph.ops.entries()) {
    const planner = plannerOf(op);
    if (planner === undefined) {
      refusals.push({ op: opName(op), position });
      continue;
    }
    try {
      steps.push(planner(new OpContext(context, op, position as OpId)));
    } catch (error) {
      // What has no kernel is told all at once; anything else stops here.
      if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
      refusals.push({ op: opName(op), position, form: String(error.details.form) });
    }
  }
  refuse(refusals);
  return steps;
}

/** The plan as kernels that lay out activations themselves want to see it. */
function preparedPlan(
  graph: Graph,
  steps: readonly Step[],
  buffers: ReadonlyMap<TensorId, TensorData>,
): PreparedPlan {
  const buffersOf = (ids: readonly TensorId[]) => ids.flatMap((id) => buffers.get(id)?.data ?? []);
  const ops = graph.ops.map((op, k) => ({
    step: steps[k] as Step,
    inputs: buffersOf(op.inputs),
    outputs: buffersOf(op.outputs),
  }));
  return { ops, outputs: buffersOf(graph.outputs) };
}

/**
 * Checks that the main graph of `model` can run on int8 kernels and prepares it.
 * @throws Problem `model/unsupported-op` naming all ops without a kernel, `model/invalid` for shapes, types or
 * quantization that contradict each other
 */
export function planInt8(
  model: Model,
  { arithmetic, kernels: createKernels = createReferenceKernels }: Int8Options,
): Int8Plan {
  checkModel(model);
  const graph = mainGraph(model);
  const buffers = allocateActivations(graph);
  const kernels = createKernels();
  const prepared = planSteps({ graph, kernels, arithmetic, buffers });
  const linked = kernels.link?.(preparedPlan(graph, prepared, buffers));
  return {
    graph,
    steps: linked?.steps ?? prepared,
    value: (id) => {
      const buffer = buffers.get(id);
      if (buffer !== undefined) linked?.read(buffer.data);
      const value = buffer ?? constantOf(tensorAt(graph, id));
      if (value === undefined)
        throw new Problem('model/invalid', `Tensor ${id} has no value.`, { tensor: id });
      return value;
    },
    assign: (id, elements) => {
      const buffer = buffers.get(id);
      if (buffer === undefined)
        throw new Problem('model/invalid', `Tensor ${id} is no activation.`, { tensor: id });
      // Both are the same kind of array, which the union of all kinds does not say.
      (buffer.data as Float32Array).set(elements as Float32Array);
      linked?.wrote(buffer.data);
    },
  };
}
