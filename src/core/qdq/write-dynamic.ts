import type { OnnxNode } from '../formats/onnx/graph.ts';
import { rewriteOnnx } from '../formats/onnx/rewrite.ts';
import { NodeView, scopeOf } from '../onnx/node-view.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { type ChooseOptions, chooseWeights } from './dynamic-choice.ts';
import { DynamicDraft } from './dynamic-draft.ts';
import { nameOf } from './nodes.ts';
import { withOpenBatch } from './open-batch.ts';
import { raiseOpset } from './opset.ts';
import type { FloatNode, QuantizedOnnx } from './options.ts';

/** How a file with quantized weights alone is made; nothing is calibrated. */
export interface DynamicOptions extends ChooseOptions {
  /**
   * What products are made of. `integer`: activations are quantized while the model runs, to uint8 by the range that each
   * value has just then, as in TensorFlow Lite's dynamic-range files. `float`: the weights become float again before
   * they are used, so that only their own rounding is felt; smaller files, no faster.
   */
  readonly compute?: 'integer' | 'float';
}

/**
 * An ONNX file whose weights are integers, of Conv, ConvTranspose, Gemm and MatMul. Nodes in `floatNodes` are those of these
 * operators that keep float weights.
 * @throws Problem `model/already-quantized`, `model/not-finite` or `export/refused`, as `writeQdq`.
 */
export function writeDynamic(onnx: NormalizedOnnx, options: DynamicOptions = {}): QuantizedOnnx {
  const raised = raiseOpset(onnx);
  const { graph, opset } = raised;
  const draft = new DynamicDraft(graph, options.compute ?? 'integer');
  const floatNodes: FloatNode[] = [];
  for (const node of graph.nodes) {
    const chosen = chooseWeights(new NodeView(node, scopeOf(raised)), options);
    if (typeof chosen === 'object') draft.quantize(node, chosen);
    else draft.graph.keep(node);
    if (typeof chosen === 'string') floatNodes.push(left(node, chosen));
  }
  const written = withOpenBatch(onnx.file, draft.graph.finish());
  return { bytes: rewriteOnnx(onnx.file, { graph: written, opset, types: raised.values }), floatNodes };
}

function left(node: OnnxNode, reason: string): FloatNode {
  return { node: nameOf(node), type: node.type, reason };
}
