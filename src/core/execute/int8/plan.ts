import { checkModel } from '../../model/check.ts';
import { bytesOf } from '../../model/data.ts';
import { isPresent, opName, tensorAt } from '../../model/graph.ts';
import type { Elements, Graph, Model, Op, OpId, TensorData, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { plannerOf } from '../choose.ts';
import { isSameForm, type StatefulGraph, withStates } from '../variables.ts';
import { isUnknownVersion } from '../versions.ts';
import { Activations, allocateActivations } from './activations.ts';
import { type Arithmetic, OpContext, type PlanContext } from './context.ts';
import type { KernelFactory, Step } from './kernels.ts';
import { inTurn } from './ops/planner.ts';
import type { KernelMemory, PreparedPlan } from './prepared-plan.ts';
import { createReferenceKernels } from './reference/index.ts';
import { asUnsigned, flipSigns, signedGraph, unsignedRefusal, unsignedTensors } from './unsigned.ts';

export interface Int8Options {
  readonly arithmetic: Arithmetic;
  /** Makes the kernels of one plan: the plain TypeScript ones unless given. */
  readonly kernels?: KernelFactory;
  /** Position of the graph's first op in the model that messages speak of; 0 unless given. */
  readonly firstOp?: number;
}

/** A model made ready to run: one step an op, all buffers allocated, everything checked. */
export interface Int8Plan {
  readonly graph: Graph;
  /** One per op, in execution order. What is the same in every run was done while planning. */
  readonly steps: readonly Step[];
  /** Tensors that an op makes, but that no input of the model changes. */
  readonly settled: ReadonlySet<TensorId>;
  /**
   * The value of a tensor: its buffer, which the next run overwrites, a copy of it, or its constant. Current for the run's
   * inputs and outputs, and for what the op that has just run made.
   */
  value(id: TensorId): TensorData;
  /** The states that hold resource variables, by what these are known by. */
  readonly variables: ReadonlyMap<string, TensorId>;
  /** Gives every state what it begins with: variables what CALL_ONCE assigns, others zero (Subgraph::ResetVariableTensors). */
  reset(): void;
  /**
   * Bytes beside the model itself: buffers of activations, and what kernels keep in a memory of their own, packed weights
   * and an `arena` of activations included.
   */
  memory(): { readonly buffers: number; readonly kernels: KernelMemory };
  /** Gives an activation its value, which is copied; `elements` are of the tensor's dtype and count. */
  assign(id: TensorId, elements: Elements): void;
}

/** Tensors that keep what ops write into them beside their outputs. */
function variablesOf(graph: Graph): readonly TensorId[] {
  return graph.ops
    .flatMap((op) => op.inputs)
    .filter((id) => isPresent(id) && graph.tensors[id]?.isVariable === true);
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
  throw new Problem('model/unsupported-op', `No kernel for ${[...names].join(', ')}.`, { ops });
}

/** Why an op cannot run in the form it has, whatever its kernel. */
function formRefusal(op: Op, given: Graph): string | undefined {
  if (isUnknownVersion(op.kind, op.version)) return `in version ${op.version}`;
  return unsignedRefusal(op, given);
}

/** Kinds whose result depends on shapes alone, and shapes are known. */
const ofShapes: readonly Op['kind'][] = ['SHAPE', 'RANK', 'ZEROS_LIKE'];

/** Whether an op gives the same in every run: weights stored as half floats or integers, arithmetic on shapes. */
function isSettled({ graph, settled }: PlanContext, op: Op): boolean {
  const same = (id: TensorId): boolean => settled.has(id) || tensorAt(graph, id).data !== undefined;
  return ofShapes.includes(op.kind) || op.inputs.every((id) => !isPresent(id) || same(id));
}

interface Parts extends Omit<PlanContext, 'settled'> {
  /** The graph as the file has it. */
  readonly given: Graph;
  readonly firstOp: number;
}

/** The step of one op, or why it has none. */
function planOp(
  context: PlanContext,
  op: Op,
  { given, position }: { given: Graph; position: OpId },
): Step | Refusal {
  const refusal = { op: opName(op), position };
  const planner = plannerOf(op, context.graph);
  if (planner === undefined) return refusal;
  const form = formRefusal(op, given);
  if (form !== undefined) return { ...refusal, form };
  try {
    const own = new OpContext(context, op, position);
    const step = planner(own);
    return own.checks.length === 0 ? step : inTurn([...own.checks, step]);
  } catch (error) {
    // What has no kernel is told all at once; anything else stops here.
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    return { ...refusal, form: String(error.details.form) };
  }
}

function planSteps({ given, firstOp, ...parts }: Parts): Pick<Int8Plan, 'steps' | 'settled'> {
  const refusals: Refusal[] = [];
  const steps: Step[] = [];
  const settled = new Set<TensorId>();
  const context: PlanContext = { ...parts, settled };
  for (const [index, op] of context.graph.ops.entries()) {
    const planned = planOp(context, op, { given, position: (firstOp + index) as OpId });
    if (typeof planned !== 'function') refusals.push(planned);
    else if (isSettled(context, op)) {
      planned();
      for (const id of op.outputs) settled.add(id);
      steps.push(() => {});
    } else steps.push(planned);
  }
  refuse(refusals);
  return { steps, settled };
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
 * What variables hold when a run begins: the graphs that CALL_ONCE names are run here and now, as nothing that they compute
 * depends on a run.
 * @throws Problem as `planInt8`
 */
export function firstValues(
  { graph, states, once }: StatefulGraph,
  arithmetic: Arithmetic,
): ReadonlyMap<TensorId, TensorData> {
  const values = new Map<TensorId, TensorData>();
  for (const called of once) {
    const { steps, variables, value } = planInt8(called, { arithmetic });
    for (const step of steps) step();
    for (const [variable, inner] of variables) {
      const state = states.get(variable);
      if (state === undefined) continue;
      const [first, { name, dtype, shape }] = [value(inner), tensorAt(graph, state)];
      if (!isSameForm(first, { dtype, shape })) {
        const text = `The variable “${name}” is ${dtype} [${shape}], but begins as ${first.dtype} [${first.shape}].`;
        throw new Problem('model/invalid', text, { tensor: state });
      }
      values.set(state, first);
    }
  }
  return values;
}

/** `Int8Plan.assign` */
function assigner(values: Activations, unsigned: ReadonlySet<TensorId>): Int8Plan['assign'] {
  return (id, elements) =>
    values.change(id, (target) => {
      // Both are the same kind of array, which the union of all kinds does not say.
      if (unsigned.has(id)) flipSigns(elements as Uint8Array, target as Int8Array);
      else (target as Float32Array).set(elements as Float32Array);
    });
}

/**
 * Checks that the main graph of `model` can run on our kernels and prepares it.
 * @throws Problem `model/unsupported-op` naming all ops without a kernel, `model/invalid` for shapes, types or
 * quantization that contradict each other
 */
export function planInt8(
  model: Model,
  { arithmetic, kernels: createKernels = createReferenceKernels, firstOp = 0 }: Int8Options,
): Int8Plan {
  checkModel(model);
  const stateful = withStates(model);
  const { graph, states: variables } = stateful;
  const first = firstValues(stateful, arithmetic);
  const signed = signedGraph(graph);
  const unsigned = unsignedTensors(graph);
  const buffers = allocateActivations(signed);
  const kernels = createKernels();
  const parts = { graph: signed, unsigned, kernels, arithmetic, buffers, given: graph, firstOp };
  const { steps, settled } = planSteps(parts);
  const linked = kernels.link?.(preparedPlan(signed, steps, buffers));
  const keep = new Set([...graph.inputs, ...variablesOf(signed), ...settled]);
  const values = new Activations(signed, buffers, { linked, keep });
  const assign = assigner(values, unsigned);
  return {
    graph,
    settled,
    variables,
    steps: linked?.steps ?? steps,
    memory: () => ({ buffers: values.bytes, kernels: linked?.memory() ?? { bytes: 0, arena: 0 } }),
    reset: () => {
      for (const id of variablesOf(signed)) {
        const { dtype, quant } = tensorAt(signed, id);
        const zero = dtype === 'int8' ? (quant?.zeroPoint[0] ?? 0) : 0;
        values.change(id, (state) => bytesOf(state).fill(zero));
      }
      for (const [id, { data }] of first) assign(id, data);
    },
    value: (id) => (unsigned.has(id) ? asUnsigned(values.read(id)) : values.read(id)),
    assign,
  };
}
