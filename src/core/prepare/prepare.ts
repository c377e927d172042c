import { withoutUnusedTensors } from '../model/compact.ts';
import { constantOf, elementCount } from '../model/data.ts';
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
import type { Graph, Model, Op, Tensor, TensorId } from '../model/types.ts';
import { onceGraphs } from '../model/variables.ts';
import { Problem } from '../problem.ts';
import { dequantized } from './dequantize-constant.ts';
import { foldFakeQuant } from './fold-fake-quant.ts';
import { withLstmIntermediates } from './lstm-intermediates.ts';

/** Something about the model that the person is told, because it changes what they work with. */
export interface Note {
  readonly kind: 'float16-weights' | 'quantized-weights' | 'fake-quant' | 'several-graphs' | 'not-compared';
  readonly text: string;
}

export interface Prepared {
  readonly model: Model;
  readonly notes: readonly Note[];
}

function withTensors(graph: Graph, changed: ReadonlyMap<TensorId, Tensor>): Graph {
  return { ...graph, tensors: graph.tensors.map((tensor, id) => changed.get(id as TensorId) ?? tensor) };
}

/** Folds DEQUANTIZE ops whose input is a constant: float16 models and weight-only files store their weights so. */
function foldConstantDequantize(graph: Graph): { graph: Graph; float16: number; integer: number } {
  const changed = new Map<TensorId, Tensor>();
  const count = { float16: 0, integer: 0 };
  const ops = graph.ops.filter((op) => {
    const [input] = op.inputs;
    const [output] = op.outputs;
    if (op.kind !== 'DEQUANTIZE' || !isPresent(input) || output === undefined) return true;
    const source = tensorAt(graph, input);
    if (source.data === undefined) return true;
    count[source.dtype === 'float16' ? 'float16' : 'integer'] += 1;
    changed.set(output, { ...dequantized(source), name: tensorAt(graph, output).name });
    return false;
  });
  return { graph: { ...withTensors(graph, changed), ops }, ...count };
}

/** Integer weights beside a float activation (a hybrid op of a dynamic-range file), widened to float. */
function widenHybridWeights(graph: Graph): { graph: Graph; widened: number } {
  const changed = new Map<TensorId, Tensor>();
  for (const op of graph.ops) {
    if (op.kind === 'QUANTIZE' || op.kind === 'DEQUANTIZE' || !readsFloatActivation(graph, op)) continue;
    for (const id of op.inputs) {
      if (!isPresent(id)) continue;
      const tensor = tensorAt(graph, id);
      if (tensor.data !== undefined && tensor.quant !== undefined) changed.set(id, dequantized(tensor));
    }
  }
  return { graph: withTensors(graph, changed), widened: changed.size };
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
  readonly integer: number;
  readonly fakeQuant: number;
}

function notesOf(model: Model, counts: Counts): readonly Note[] {
  const notes: Note[] = [];
  if (counts.float16 > 0) {
    const text = `${counts.float16} constants are stored as float16; they are widened to float32, which is exact.`;
    notes.push({ kind: 'float16-weights', text });
  }
  if (counts.integer > 0) {
    const text = `${counts.integer} weight tensors are int8 already (a dynamic-range file). They keep their integers and scales; the float reference computes with the values that they stand for.`;
    notes.push({ kind: 'quantized-weights', text });
  }
  if (counts.fakeQuant > 0) {
    const text = `${counts.fakeQuant} tensors carry ranges of their own, from quantization-aware training or a quantized ONNX file; they are quantized with those. The float reference clips to them and leaves out the rounding. A file whose activations stay float has neither.`;
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
 * @throws Problem `model/already-quantized` for a model with integer activations, `model/unsupported-op` for operator codes
 * that are not known, `model/not-finite` for NaN or infinite weights.
 */
export function prepare(model: Model): Prepared {
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
  const integer = folded.integer + widened.widened;
  const counts = { float16: folded.float16, integer, fakeQuant: trained.folded };
  // The file still rounds as it was trained to, which the float reference leaves out.
  const source = trained.folded > 0 ? withoutOriginal(model) : model;
  const float = { ...withMainGraph(source, complete), signatures: trained.signatures(model) };
  const foldedSome = folded.float16 + folded.integer + trained.folded > 0;
  return { model: foldedSome ? withoutUnusedTensors(float) : float, notes: notesOf(model, counts) };
}
