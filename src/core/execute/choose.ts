import { isPresent, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, KnownKind, Op } from '../model/types.ts';
import { float32Planners } from './float32/index.ts';
import { hybridPlanners } from './hybrid/index.ts';
import type { OpContext } from './int8/context.ts';
import type { Step } from './int8/kernels.ts';
import { int8Planners } from './int8/ops/index.ts';
import type { Planner, Planners } from './int8/ops/planner.ts';
import { int16Planners } from './int16/index.ts';

/** Kinds that turn numbers of one type into numbers of another; the type that is not float says which arithmetic. */
const conversions: readonly KnownKind[] = ['QUANTIZE', 'DEQUANTIZE', 'CAST'];

/** The arithmetics that an op's types ask for, first choice first. */
function candidates({ kind, dtypes, perChannel }: Chosen): readonly Planners[] {
  if (perChannel && kind !== 'CAST' && conversions.includes(kind)) return [float32Planners];
  if (dtypes.has('int16')) return [int16Planners, int8Planners];
  const quantized = dtypes.has('int8') || dtypes.has('uint8') || dtypes.has('int4');
  if (quantized && conversions.includes(kind)) return [int8Planners];
  const real = dtypes.has('float32') || dtypes.has('float16');
  const whole = !quantized && (dtypes.has('int32') || dtypes.has('bool'));
  if (real && quantized) return [hybridPlanners, float32Planners, int8Planners];
  return real || whole ? [float32Planners, int8Planners] : [int8Planners];
}

interface Chosen {
  readonly kind: KnownKind;
  readonly dtypes: ReadonlySet<Dtype>;
  /** Its input or its output has several scales. */
  readonly perChannel: boolean;
}

/**
 * The planner of an op: by its kind and by what its tensors hold, so that one plan runs models of mixed arithmetic. Ops
 * that only move elements have one planner for all types, among the int8 ones. `undefined` where there is no kernel.
 */
export function plannerOf(op: Op, graph: Graph): ((context: OpContext) => Step) | undefined {
  if (op.kind === 'OPAQUE') return undefined;
  const { kind } = op;
  const ids = [...op.inputs, ...op.outputs].filter(isPresent);
  const dtypes = new Set(ids.map((id) => tensorAt(graph, id).dtype));
  const ends = [...op.inputs.slice(0, 1), ...op.outputs.slice(0, 1)].filter(isPresent);
  const perChannel = ends.some((id) => (tensorAt(graph, id).quant?.scale.length ?? 0) > 1);
  // A table pairs each kind with its own op; the compiler cannot follow that through a union.
  const planner = candidates({ kind, dtypes, perChannel })
    .map((planners) => planners[kind])
    .find((found) => found !== undefined) as Planner<KnownKind> | undefined;
  return planner === undefined ? undefined : (context) => planner(op, context);
}

/**
 * Whether a model computes with integers that have a scale, so that our kernels run it as it is: quantized activations,
 * or integer weights beside float activations. Integers that a DEQUANTIZE widens are float weights, stored smaller.
 */
export function computesInIntegers(graph: Graph): boolean {
  return graph.ops.some((op) =>
    [...op.inputs, ...op.outputs]
      .filter(isPresent)
      .map((id) => tensorAt(graph, id))
      .filter(({ dtype, quant }) => quant !== undefined && dtype !== 'float32')
      .some(({ data }) => data === undefined || op.kind !== 'DEQUANTIZE'),
  );
}
