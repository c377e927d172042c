import { withoutUnusedTensors } from '../model/compact.ts';
import { constantOf, elementCount } from '../model/data.ts';
import { edgeTpuOp, isCompiledForEdgeTpu } from '../model/edge-tpu.ts';
import {
  isPresent,
  mainGraph,
  opName,
  producers,
  tensorAt,
  unknownBuiltinCode,
  withMainGraph,
  withoutOriginal,
} from '../model/graph.ts';
import type { Dtype, Graph, Model, Op, Tensor, TensorId } from '../model/types.ts';
import { onceGraphs } from '../model/variables.ts';
import { Problem } from '../problem.ts';
import { dequantized } from './dequantize-constant.ts';
import { foldFakeQuant } from './fold-fake-quant.ts';
import { withLstmIntermediates } from './lstm-intermediates.ts';

/** Why a compiled model is refused, for a person. */
export const compiledText =
  'The model is compiled for the Edge TPU: its layers and weights are inside the custom op “edgetpu-custom-op”, which that chip alone can run. Quantizing starts from the float model that it was made from.';

/** Something about the model that the person is told, because it changes what they work with. */
export interface Note {
  readonly kind:
    | 'float16-weights'
    | 'quantized-weights'
    | 'fake-quant'
    | 'several-graphs'
    | 'ignored-rules'
    | 'not-compared';
  readonly text: string;
}

export interface Prepared {
  readonly model: Model;
  readonly notes: readonly Note[];
}

function withTensors(graph: Graph, changed: ReadonlyMap<TensorId, Tensor>): Graph {
  return { ...graph, tensors: graph.tensors.map((tensor, id) => changed.get(id as TensorId) ?? tensor) };
}

/** A constant that the file stores as integers, and that is float from here on. */
interface Stored {
  readonly dtype: Dtype;
  /** A kernel takes it beside float activations; otherwise a DEQUANTIZE widens it first. */
  readonly hybrid: boolean;
  /** Quantizing uses its integers again. */
  readonly kept: boolean;
}

/** Folds DEQUANTIZE ops whose input is a constant: float16 models and weight-only files store their weights so. */
function foldConstantDequantize(graph: Graph): {
  graph: Graph;
  float16: number;
  stored: readonly Stored[];
} {
  const changed = new Map<TensorId, Tensor>();
  const stored: Stored[] = [];
  let float16 = 0;
  const ops = graph.ops.filter((op) => {
    const [input] = op.inputs;
    const [output] = op.outputs;
    if (op.kind !== 'DEQUANTIZE' || !isPresent(input) || output === undefined) return true;
    const source = tensorAt(graph, input);
    if (source.data === undefined) return true;
    const float = dequantized(source);
    if (source.dtype === 'float16') float16 += 1;
    else stored.push({ dtype: source.dtype, hybrid: false, kept: float.grid !== undefined });
    changed.set(output, { ...float, name: tensorAt(graph, output).name });
    return false;
  });
  return { graph: { ...withTensors(graph, changed), ops }, float16, stored };
}

/** Integer weights beside a float activation (a hybrid op of a dynamic-range file), widened to float. */
function widenHybridWeights(graph: Graph): { graph: Graph; stored: readonly Stored[] } {
  const changed = new Map<TensorId, Tensor>();
  for (const op of graph.ops) {
    if (op.kind === 'QUANTIZE' || op.kind === 'DEQUANTIZE' || !readsFloatActivation(graph, op)) continue;
    for (const id of op.inputs) {
      if (!isPresent(id)) continue;
      const tensor = tensorAt(graph, id);
      if (tensor.data !== undefined && tensor.quant !== undefined) changed.set(id, dequantized(tensor));
    }
  }
  const stored = [...changed].map(([id, { grid }]): Stored => {
    return { dtype: tensorAt(graph, id).dtype, hybrid: true, kept: grid !== undefined };
  });
  return { graph: withTensors(graph, changed), stored };
}

function readsFloatActivation(graph: Graph, op: Op): boolean {
  const [data] = op.kind === 'TRANSPOSE_CONV' ? op.inputs.slice(2) : op.inputs;
  return (
    isPresent(data) && tensorAt(graph, data).dtype === 'float32' && tensorAt(graph, data).data === undefined
  );
}

/** Custom operators may run elsewhere; what an operator code means that nobody knows, cannot be told anywhere. */
function checkOperators(graph: Graph): void {
  const ops = graph.ops.flatMap((op, position) => {
    const code = unknownBuiltinCode(opName(op));
    return code === undefined ? [] : [{ position, code }];
  });
  if (ops.length === 0) return;
  const codes = [...new Set(ops.map(({ code }) => code))].map((code) => {
    const places = ops.filter((op) => op.code === code).map(({ position }) => position);
    return `code ${code} (${places.length === 1 ? 'op' : 'ops'} ${places.join(', ')})`;
  });
  const text = `The model has operators that are not known: ${codes.join(', ')}. The file is damaged, or newer than this program.`;
  throw new Problem('model/unsupported-op', text, { ops });
}

function checkFinite(graph: Graph): void {
  graph.tensors.forEach((tensor, id) => {
    if (tensor.dtype !== 'float32' || tensor.data === undefined) return;
    const data = constantOf(tensor)?.data as Float32Array;
    const index = data.findIndex((x) => !Number.isFinite(x));
    if (index < 0) return;
    const text = `Tensor ${id} “${tensor.name}” holds ${data[index]} at element ${index} of ${elementCount(tensor.shape)}.`;
    throw new Problem('model/not-finite', text, {
      tensor: id,
      name: tensor.name,
      index,
      value: String(data[index]),
    });
  });
}

/** Whether the model computes with quantized activations already. */
export function isQuantized(model: Model): boolean {
  const graph = mainGraph(model);
  const made = producers(graph);
  return graph.tensors.some((tensor, id) => {
    const integer = tensor.dtype === 'int8' || tensor.dtype === 'uint8' || tensor.dtype === 'int16';
    const activation = made.has(id as TensorId) || graph.inputs.includes(id as TensorId);
    return activation && integer && tensor.quant !== undefined;
  });
}

interface Counts {
  readonly float16: number;
  readonly stored: readonly Stored[];
  readonly fakeQuant: number;
}

function storedText(stored: readonly Stored[]): string {
  const types = [...new Set(stored.map(({ dtype }) => dtype))].sort().join(' and ');
  const mode = stored.some(({ hybrid }) => hybrid) ? 'dynamic-range' : 'weights-only';
  const kept = stored.filter((weights) => weights.kept).length;
  const [tensors, their, they] =
    stored.length === 1
      ? (['weight tensor is', 'Its', 'it stands'] as const)
      : (['weight tensors are', 'Their', 'they stand'] as const);
  const future =
    kept === stored.length
      ? `${their} integers and scales stay as they are`
      : kept === 0
        ? `Quantizing rounds the values that ${they} for`
        : `The integers and scales of ${kept} stay as they are; the others are rounded again`;
  return `${stored.length} ${tensors} ${types} already (a ${mode} file). ${future}; the float reference computes with the values that ${they} for.`;
}

function notesOf(model: Model, counts: Counts): readonly Note[] {
  const notes: Note[] = [];
  if (counts.float16 > 0) {
    const constants =
      counts.float16 === 1
        ? 'constant is stored as float16; it is'
        : 'constants are stored as float16; they are';
    const text = `${counts.float16} ${constants} widened to float32, which is exact.`;
    notes.push({ kind: 'float16-weights', text });
  }
  if (counts.stored.length > 0) notes.push({ kind: 'quantized-weights', text: storedText(counts.stored) });
  if (counts.fakeQuant > 0) {
    const tensors =
      counts.fakeQuant === 1
        ? 'tensor carries a range of its own, from quantization-aware training or a quantized ONNX file; it is quantized with that.'
        : 'tensors carry ranges of their own, from quantization-aware training or a quantized ONNX file; they are quantized with those.';
    const text = `${counts.fakeQuant} ${tensors} The float reference clips to them and leaves out the rounding. A file whose activations stay float has neither.`;
    notes.push({ kind: 'fake-quant', text });
  }
  const once = [...onceGraphs(model)].filter((index) => index in model.graphs);
  if (model.graphs.length - once.length > 1) {
    const text = `The file holds ${model.graphs.length - once.length} graphs; the first one, “${mainGraph(model).name}”, is used and the others stay as they are.`;
    notes.push({ kind: 'several-graphs', text });
  }
  return notes;
}

/**
 * A model of float activations with every stored constant as the float32 values that it stands for; tensors keep their
 * positions. What the model computes, unless a kernel quantizes activations while it runs.
 */
export function withWidenedConstants(model: Model): Model {
  return withMainGraph(model, widenHybridWeights(foldConstantDequantize(mainGraph(model)).graph).graph);
}

/**
 * Makes the first graph plain float: constants stored in float16 or int8 become float32. Tensor positions stay unless
 * DEQUANTIZE or FAKE_QUANT ops were folded away.
 * @throws Problem `model/already-quantized` for a model with integer activations or compiled for the Edge TPU,
 * `model/unsupported-op` for operator codes that are not known, `model/not-finite` for NaN or infinite weights.
 */
export function prepare(model: Model): Prepared {
  if (isCompiledForEdgeTpu(model))
    throw new Problem('model/already-quantized', compiledText, { op: edgeTpuOp });
  if (isQuantized(model)) {
    const text =
      'The model is quantized already: it can be inspected and run as it is. Quantizing starts from its float version.';
    throw new Problem('model/already-quantized', text, { ops: mainGraph(model).ops.map(opName).slice(0, 8) });
  }
  if (mainGraph(model).outputs.length === 0) throw new Problem('model/invalid', 'The model has no outputs.');
  checkOperators(mainGraph(model));
  const trained = foldFakeQuant(mainGraph(model));
  const folded = foldConstantDequantize(trained.graph);
  const widened = widenHybridWeights(folded.graph);
  const complete = withLstmIntermediates(widened.graph);
  checkFinite(complete);
  const stored = [...folded.stored, ...widened.stored];
  const counts = { float16: folded.float16, stored, fakeQuant: trained.folded };
  // The file still rounds as it was trained to, which the float reference leaves out.
  const source = trained.folded > 0 ? withoutOriginal(model) : model;
  const float = { ...withMainGraph(source, complete), signatures: trained.signatures(model) };
  const foldedSome = folded.float16 + folded.stored.length + trained.folded > 0;
  return { model: foldedSome ? withoutUnusedTensors(float) : float, notes: notesOf(model, counts) };
}
