import { Problem } from '../problem.ts';
import { byteLength, elementCount } from './data.ts';
import { isPresent, opName } from './graph.ts';
import type { Graph, Model, Op, Tensor, TensorId } from './types.ts';

const largestRank = 8;

function checkQuant(tensor: Tensor, where: string): void {
  const { quant } = tensor;
  if (quant === undefined) return;
  if (quant.scale.length !== quant.zeroPoint.length) {
    const text = `${where} has ${quant.scale.length} scales and ${quant.zeroPoint.length} zero points.`;
    throw new Problem('model/invalid', text, { tensor: tensor.name });
  }
  if (quant.scale.length > 1 && quant.scale.length !== tensor.shape[quant.axis]) {
    const text = `${where} has ${quant.scale.length} scales for dimension ${quant.axis} of size ${tensor.shape[quant.axis] ?? 'none'}.`;
    throw new Problem('model/invalid', text, { tensor: tensor.name, axis: quant.axis });
  }
  const wrong = quant.scale.find((scale) => !Number.isFinite(scale) || scale < 0);
  if (wrong !== undefined)
    throw new Problem('model/invalid', `${where} has a scale of ${wrong}.`, {
      tensor: tensor.name,
      scale: String(wrong),
    });
}

function checkTensor(tensor: Tensor, index: number): void {
  const where = `Tensor ${index} “${tensor.name}”`;
  if (tensor.shape.length > largestRank) {
    throw new Problem(
      'model/invalid',
      `${where} has ${tensor.shape.length} dimensions; at most ${largestRank} are supported.`,
      { tensor: tensor.name },
    );
  }
  if (tensor.shape.some((size) => size < 0)) {
    const text = `${where} has the shape [${tensor.shape}], which is not fixed. Export the model with a fixed input shape.`;
    throw new Problem('model/dynamic-shape', text, { tensor: tensor.name, shape: tensor.shape });
  }
  if (elementCount(tensor.shape) > 2 ** 31) {
    throw new Problem('model/invalid', `${where} has the shape [${tensor.shape}], more than 2³¹ elements.`, {
      tensor: tensor.name,
      shape: tensor.shape,
    });
  }
  const sparse = (tensor.passthrough as { sparsity?: unknown } | undefined)?.sparsity;
  const expected = byteLength(tensor.shape, tensor.dtype);
  if (tensor.data !== undefined && expected !== undefined && !sparse && tensor.data.length !== expected) {
    const text = `${where}: ${tensor.dtype} [${tensor.shape}] takes ${expected} bytes, but its buffer has ${tensor.data.length}.`;
    throw new Problem('model/invalid', text, { tensor: tensor.name, expected, bytes: tensor.data.length });
  }
  checkQuant(tensor, where);
}

function checkReferences(graph: Graph, list: readonly TensorId[], what: string, optional: boolean): void {
  for (const id of list) {
    if (optional && id === -1) continue;
    if (id < 0 || id >= graph.tensors.length) {
      throw new Problem(
        'model/invalid',
        `${what} refers to tensor ${id}; the graph has ${graph.tensors.length}.`,
        { tensor: id },
      );
    }
  }
}

/** The loader's rules: tensors are made before they are read, once, and never by an op when they are constants or inputs. */
function checkOrder(graph: Graph): void {
  const made = new Set<TensorId>(graph.inputs);
  const available = (id: TensorId) =>
    made.has(id) || graph.tensors[id]?.data !== undefined || graph.tensors[id]?.isVariable === true;
  const empty = (id: TensorId) => elementCount(graph.tensors[id]?.shape ?? []) === 0;
  graph.ops.forEach((op: Op, index) => {
    const what = `Op ${index} (${opName(op)})`;
    const missing = op.inputs.find((id) => isPresent(id) && !available(id) && !empty(id));
    if (missing !== undefined) {
      throw new Problem('model/invalid', `${what} reads tensor ${missing}, which nothing has made by then.`, {
        op: index,
        tensor: missing,
      });
    }
    for (const id of op.outputs) {
      if (id === -1) continue;
      if (available(id))
        throw new Problem('model/invalid', `${what} writes tensor ${id}, which exists already.`, {
          op: index,
          tensor: id,
        });
      made.add(id);
    }
  });
  const lost = graph.outputs.find((id) => !available(id));
  if (lost !== undefined)
    throw new Problem('model/invalid', `Output tensor ${lost} is made by no op.`, { tensor: lost });
}

function checkGraph(graph: Graph): void {
  graph.tensors.forEach(checkTensor);
  checkReferences(graph, graph.inputs, 'The list of inputs', false);
  checkReferences(graph, graph.outputs, 'The list of outputs', false);
  graph.ops.forEach((op, index) => {
    const what = `Op ${index} (${opName(op)})`;
    checkReferences(graph, op.inputs, what, true);
    checkReferences(graph, op.outputs, what, true);
    checkReferences(graph, op.intermediates ?? [], what, true);
  });
  checkOrder(graph);
}

/**
 * Refuses models that contradict themselves, by the rules of TensorFlow Lite's verifier (core/tools/verifier.cc): every
 * stage after reading relies on them.
 * @throws Problem `model/invalid` or `model/dynamic-shape` that names the tensor or op.
 */
export function checkModel(model: Model): void {
  if (model.graphs.length === 0) throw new Problem('model/invalid', 'The file holds no graph.');
  for (const graph of model.graphs) checkGraph(graph);
  for (const { key, graph, inputs, outputs } of model.signatures) {
    const tensors = model.graphs[graph]?.tensors.length ?? 0;
    const bad = [...inputs, ...outputs].find(({ tensor }) => tensor < 0 || tensor >= tensors);
    if (bad !== undefined)
      throw new Problem(
        'model/invalid',
        `Signature “${key}” refers to tensor ${bad.tensor}, which does not exist.`,
        { signature: key },
      );
  }
}
