import { byteLength } from '../model/data.ts';
import { isPresent, opName, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, Model, Op, Quant, Shape, Tensor, TensorId } from '../model/types.ts';

/** Quantization parameters as plain numbers; per-channel ones by count and extremes. */
export interface QuantSummary {
  readonly scale:
    | number
    | { readonly channels: number; readonly axis: number; readonly min: number; readonly max: number };
  readonly zeroPoint: number;
}

export interface TensorSummary {
  readonly tensor: TensorId;
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly quant?: QuantSummary;
}

export interface OpSummary {
  readonly op: number;
  readonly kind: string;
  readonly version: number;
  /** Whether the operator is one that we interpret; others are passed through. */
  readonly known: boolean;
  readonly inputs: readonly number[];
  readonly outputs: readonly TensorSummary[];
  /** Bytes of the constants that it reads. */
  readonly constantBytes: number;
}

/** What a model file holds, as plain JSON: no weights. */
export interface ModelSummary {
  readonly description: string;
  readonly graphs: number;
  readonly inputs: readonly TensorSummary[];
  readonly outputs: readonly TensorSummary[];
  readonly tensors: number;
  readonly parameters: number;
  readonly constantBytes: number;
  /** How often each operator occurs, most frequent first. */
  readonly operators: readonly {
    readonly kind: string;
    readonly version: number;
    readonly count: number;
    readonly known: boolean;
  }[];
  readonly ops: readonly OpSummary[];
  readonly signatures: readonly {
    readonly key: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  }[];
  readonly metadata: readonly { readonly name: string; readonly bytes: number }[];
  readonly appendedBytes: number;
}

function summariseQuant({ scale, zeroPoint, axis }: Quant): QuantSummary {
  const [first = 0] = scale;
  const per = { channels: scale.length, axis, min: Math.min(...scale), max: Math.max(...scale) };
  return { scale: scale.length === 1 ? first : per, zeroPoint: zeroPoint[0] ?? 0 };
}

function summariseTensor(graph: Graph, id: TensorId): TensorSummary {
  const { name, shape, dtype, quant } = tensorAt(graph, id);
  return { tensor: id, name, shape, dtype, ...(quant !== undefined && { quant: summariseQuant(quant) }) };
}

function bytesOfConstant(tensor: Tensor): number {
  return tensor.data?.length ?? 0;
}

function summariseOp(graph: Graph, op: Op, index: number): OpSummary {
  const constants = [...new Set(op.inputs)]
    .filter(isPresent)
    .map((id) => bytesOfConstant(tensorAt(graph, id)));
  return {
    op: index,
    kind: opName(op),
    version: op.version,
    known: op.kind !== 'OPAQUE',
    inputs: op.inputs,
    outputs: op.outputs.filter(isPresent).map((id) => summariseTensor(graph, id)),
    constantBytes: constants.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function countOperators(ops: readonly OpSummary[]): ModelSummary['operators'] {
  const counts = new Map<string, { kind: string; version: number; count: number; known: boolean }>();
  for (const { kind, version, known } of ops) {
    const key = `${kind} ${version}`;
    const entry = counts.get(key) ?? { kind, version, count: 0, known };
    counts.set(key, { ...entry, count: entry.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

/** Summary of a model; details are those of its first graph. */
export function describeModel(model: Model): ModelSummary {
  const [graph] = model.graphs;
  const main: Graph = graph ?? { name: '', inputs: [], outputs: [], tensors: [], ops: [] };
  const ops = main.ops.map((op, index) => summariseOp(main, op, index));
  // Tensors can share one buffer, which the file holds once.
  const buffers = new Set(model.graphs.flatMap((g) => g.tensors.flatMap(({ data }) => data ?? [])));
  const constants = main.tensors.filter(
    ({ data, dtype }) => data !== undefined && byteLength([1], dtype) !== undefined,
  );
  return {
    description: model.description,
    graphs: model.graphs.length,
    inputs: main.inputs.map((id) => summariseTensor(main, id)),
    outputs: main.outputs.map((id) => summariseTensor(main, id)),
    tensors: main.tensors.length,
    parameters: constants.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    constantBytes: [...buffers].reduce((sum, data) => sum + data.length, 0),
    operators: countOperators(ops),
    ops,
    signatures: model.signatures.map(({ key, inputs, outputs }) => ({
      key,
      inputs: inputs.map(({ name }) => name),
      outputs: outputs.map(({ name }) => name),
    })),
    metadata: model.metadata.map(({ name, data }) => ({ name, bytes: data.length })),
    appendedBytes: model.appended?.length ?? 0,
  };
}
