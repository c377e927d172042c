import { elementCount } from '../../model/data.ts';
import { consumers, isPresent, tensorAt } from '../../model/graph.ts';
import { permuteData } from '../../model/permute.ts';
import type { Graph, Op, OpOf, Shape, TensorId } from '../../model/types.ts';
import { asMeant, isAsMeant, type Order, sequence } from '../order.ts';
import type { Passing, Site } from './passage.ts';
import { reshape } from './reshape.ts';
import { isUnary } from './unary.ts';

/** Tensors that only dense layers with constant weights read, if through unary ops: rows of so many features each. */
export type Features = ReadonlyMap<TensorId, number>;

/** How many features a reader sees in a row of `id`; `undefined` where it needs to know which is which. */
function widthFor(op: Op, id: TensorId, graph: Graph, known: Features): number | undefined {
  if (isUnary(op.kind)) return known.get(op.outputs[0] as TensorId);
  if (op.kind !== 'FULLY_CONNECTED' || op.options.weightsFormat !== 'DEFAULT') return undefined;
  const [input, weights, bias] = op.inputs;
  if (input !== id || !isPresent(weights) || weights === id || bias === id) return undefined;
  const { data, shape, dtype } = tensorAt(graph, weights);
  return data === undefined || shape.length !== 2 || dtype !== 'float32' ? undefined : shape[1];
}

export function featuresOf(graph: Graph): Features {
  const readers = consumers(graph);
  const known = new Map<TensorId, number>();
  for (const { outputs } of graph.ops.toReversed()) {
    const [id] = outputs;
    if (outputs.length !== 1 || !isPresent(id) || graph.outputs.includes(id)) continue;
    const widths = (readers.get(id) ?? []).map((reader) =>
      widthFor(graph.ops[reader] as Op, id, graph, known),
    );
    const [width] = widths;
    if (width !== undefined && widths.every((other) => other === width)) known.set(id, width);
  }
  return known;
}

/** The first dimension of `shape` of those that make a row of `width` elements; `undefined` where rows begin within one. */
function firstOfRow(shape: Shape, width: number): number | undefined {
  const first = asMeant(shape.length).findLast((axis) => elementCount(shape.slice(axis)) === width);
  return first ?? (width === 1 ? shape.length : undefined);
}

/** For each feature of a row that is stored in `order`, which one it is of the row as it is meant. */
function columnsOf(shape: Shape, order: Order, first: number): readonly number[] {
  const row = shape.slice(first);
  const rowOrder = order.filter((axis) => axis >= first).map((axis) => axis - first);
  const positions = Int32Array.from({ length: elementCount(row) }, (_, i) => i);
  return Array.from(permuteData(positions, row, rowOrder) as Int32Array);
}

/** Flattening before dense layers: any order within a row goes through, as long as rows stay rows. */
export function flatten(site: Site<OpOf<'RESHAPE' | 'SQUEEZE' | 'EXPAND_DIMS'>>, width: number): Passing {
  const plain = reshape(site);
  const shape = site.inputShape(0);
  const first = firstOfRow(shape, width);
  return {
    fromInput: (input, order) => {
      const passage = plain.fromInput(input, order);
      if (passage?.outputs.every(isAsMeant)) return passage;
      if (first === undefined || shape.includes(0)) return undefined;
      const outer = sequence(order, shape).slice(0, sequence(asMeant(first), shape).length);
      if (!outer.every((axis, i) => axis < first && axis >= (outer[i - 1] ?? 0))) return undefined;
      return {
        inputs: site.op.inputs.map((_, index) => (index === 0 ? { order } : undefined)),
        outputs: [asMeant(site.outputShape().length)],
        op: site.op,
        columns: columnsOf(shape, order, first),
      };
    },
    fromOutput: plain.fromOutput,
  };
}
