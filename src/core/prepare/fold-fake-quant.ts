import { isPresent, tensorAt } from '../model/graph.ts';
import type { FakeQuantRange, Graph, Model, OpOf, Signature, Tensor, TensorId } from '../model/types.ts';

type FakeQuant = OpOf<'FAKE_QUANT'>;

/** A graph without its FAKE_QUANT ops. */
export interface WithoutFakeQuant {
  readonly graph: Graph;
  /** Tensors that got a range. */
  readonly folded: number;
  /** Signatures of `model` that name what is left. */
  signatures(model: Model): readonly Signature[];
}

/** For each tensor that a FAKE_QUANT makes, the one that it rounds. */
function sourcesOf(ops: readonly FakeQuant[]): ReadonlyMap<TensorId, TensorId> {
  const map = new Map<TensorId, TensorId>();
  for (const { inputs, outputs } of ops) {
    const [from, to] = [inputs[0], outputs[0]];
    if (isPresent(from) && isPresent(to)) map.set(to, map.get(from) ?? from);
  }
  return map;
}

/** The first FAKE_QUANT of a tensor counts: training frameworks put one behind each, converters may repeat it. */
function rangesOf(
  ops: readonly FakeQuant[],
  sources: ReadonlyMap<TensorId, TensorId>,
): ReadonlyMap<TensorId, FakeQuantRange> {
  const map = new Map<TensorId, FakeQuantRange>();
  for (const { outputs, options } of ops) {
    const source = sources.get(outputs[0] as TensorId);
    const { min, max, narrowRange: narrow } = options;
    if (source !== undefined && !map.has(source)) map.set(source, { min, max, narrow });
  }
  return map;
}

/** What a tensor takes over of the output that it becomes: of an ONNX file, the value after the rounding. */
function ofOutput({ name, origin }: Tensor): Pick<Tensor, 'name' | 'origin'> {
  return { name, ...(origin && { origin }) };
}

/**
 * Takes FAKE_QUANT ops (quantization-aware training: values rounded to a grid, in float) out of a graph and leaves their
 * ranges with the tensors that they round. An output keeps the name that callers know.
 */
export function foldFakeQuant(graph: Graph): WithoutFakeQuant {
  const ops = graph.ops.filter((op): op is FakeQuant => op.kind === 'FAKE_QUANT');
  if (ops.length === 0) return { graph, folded: 0, signatures: ({ signatures }) => signatures };
  const sources = sourcesOf(ops);
  const ranges = rangesOf(ops, sources);
  const move = (id: TensorId): TensorId => sources.get(id) ?? id;
  const tensors = graph.tensors.map((tensor, id) => {
    const fakeQuant = ranges.get(id as TensorId);
    return fakeQuant === undefined ? tensor : { ...tensor, fakeQuant };
  });
  for (const id of graph.outputs) {
    const source = sources.get(id);
    const inner = source === undefined ? undefined : tensors[source];
    if (source !== undefined && inner !== undefined && !graph.inputs.includes(source))
      tensors[source] = { ...inner, ...ofOutput(tensorAt(graph, id)) };
  }
  const moveArguments = (list: Signature['inputs']) => list.map((a) => ({ ...a, tensor: move(a.tensor) }));
  return {
    graph: {
      ...graph,
      tensors,
      outputs: graph.outputs.map(move),
      ops: graph.ops
        .filter((op) => op.kind !== 'FAKE_QUANT')
        .map((op) => ({ ...op, inputs: op.inputs.map(move) })),
    },
    folded: ranges.size,
    signatures: ({ signatures }) =>
      signatures.map((s) => (s.graph === 0 ? { ...s, outputs: moveArguments(s.outputs) } : s)),
  };
}
