import { type LoweredModel, lowerModel } from '../core/lower/lower.ts';
import { isPresent, mainGraph, withMainGraph } from '../core/model/graph.ts';
import { insideOf } from '../core/model/inside.ts';
import type { Graph, Model, Op, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';

/** Consecutive ops of a model that one runtime computes; tensors keep their positions. */
export interface Segment {
  readonly model: Model;
  /** Position of its first op in the whole model. */
  readonly firstOp: number;
  /** Activations that somebody watches and that it makes. */
  readonly taps: readonly TensorId[];
  /** For onnxruntime; `undefined` for our own float kernels, which know more ops and are slower. */
  readonly lowered: LoweredModel | undefined;
}

type Stretch = readonly [first: number, end: number];

/** Op positions cut where the runtime changes. */
function stretches(count: number, own: ReadonlySet<number>): readonly Stretch[] {
  const cuts = Array.from({ length: count }, (_, k) => k).filter(
    (k) => k === 0 || own.has(k) !== own.has(k - 1),
  );
  return cuts.map((first, k) => [first, cuts[k + 1] ?? count]);
}

function madeBy(ops: readonly Op[]): ReadonlySet<TensorId> {
  return new Set(ops.flatMap((op) => op.outputs.filter(isPresent)));
}

/** The graph of some consecutive ops: it takes what they read from elsewhere and gives what is read elsewhere. */
function part(graph: Graph, [first, end]: Stretch): Graph {
  const ops = graph.ops.slice(first, end);
  const made = madeBy(ops);
  // A tensor without a value may be read, where an op does not look at it: an empty shape beside RESHAPE's options.
  const known = new Set([...graph.inputs, ...madeBy(graph.ops.slice(0, first))]);
  const read = new Set(ops.flatMap((op) => op.inputs.filter(isPresent)));
  const elsewhere = new Set([...graph.outputs, ...graph.ops.slice(end).flatMap((op) => op.inputs)]);
  return {
    ...graph,
    ops,
    inputs: [...read].filter((id) => known.has(id) && !made.has(id)),
    outputs: [...made].filter((id) => elsewhere.has(id)),
  };
}

/** Positions of the ops that the lowering refuses, in what it threw. */
function refusedOps(error: unknown): readonly number[] {
  const ops =
    error instanceof Problem && error.code === 'model/unsupported-op' ? error.details.ops : undefined;
  return Array.isArray(ops) ? ops.map(({ index }: { index: number }) => index) : [];
}

interface Cut {
  readonly model: Model;
  readonly taps: readonly TensorId[];
  /** Positions of the ops that our own kernels compute. */
  readonly own: ReadonlySet<number>;
}

function cut({ model, taps, own }: Cut): readonly Segment[] {
  const graph = mainGraph(model);
  return stretches(graph.ops.length, own).map((stretch) => {
    const piece = withMainGraph(model, part(graph, stretch));
    const made = madeBy(mainGraph(piece).ops);
    const inside = new Set(mainGraph(piece).ops.flatMap((op) => insideOf(graph, op)));
    const watched = taps.filter((id) => made.has(id) || inside.has(id));
    const [firstOp] = stretch;
    const lowered = own.has(firstOp) ? undefined : lowerModel(piece, watched, firstOp);
    return { model: piece, firstOp, taps: watched, lowered };
  });
}

/**
 * A float model as pieces for onnxruntime, with pieces for our own kernels where it lacks an op or a form of one.
 * @throws Problem as `lowerModel`, but for ops that it lacks
 */
export function segmentsOf(model: Model, taps: readonly TensorId[]): readonly Segment[] {
  const own = new Set<number>();
  // Every refusal takes at least one op away from onnxruntime, so this ends.
  for (;;) {
    try {
      return cut({ model, taps, own });
    } catch (error) {
      const refused = refusedOps(error).filter((index) => !own.has(index));
      if (refused.length === 0) throw error;
      for (const index of refused) own.add(index);
    }
  }
}
