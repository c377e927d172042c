import { withoutUnusedTensors } from '../model/compact.ts';
import type { Model } from '../model/types.ts';
import { NodeView } from '../onnx/node-view.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import { refusal } from './emit.ts';
import { recognized } from './patterns/recognize.ts';
import { translateOf } from './table.ts';
import { Translation } from './translation.ts';

export interface TranslateOptions {
  /**
   * Is told of each node that TFLite has no ops for, and why. The node is kept as an opaque op `ONNX:<operator>` with the
   * shapes that are known of its outputs, so that the rest can be worked on around it. Absent: such a model is refused.
   */
  readonly kept?: (problem: Problem) => void;
}

/**
 * An ONNX model in TensorFlow Lite's operators. Values keep their order of dimensions: an op that only exists for NHWC
 * stands between two TRANSPOSEs. Versions of operators are not worked out.
 * @throws Problem `model/unsupported-op` that names every node that TFLite has no ops for, and why
 */
export function translateOnnx(given: NormalizedOnnx, { kept }: TranslateOptions = {}): Model {
  const onnx = recognized(given);
  const to = new Translation(onnx);
  const scope = { opset: onnx.opset, values: onnx.values, constants: onnx.graph.constants };
  const refused: Problem[] = [];
  for (const node of onnx.graph.nodes) {
    const view = new NodeView(node, scope);
    to.enter(view);
    const problem = attempt(view, to);
    if (problem === undefined) continue;
    refused.push(problem);
    to.emitOpaque(view);
  }
  if (kept === undefined && refused.length > 0) throw together(refused);
  for (const problem of refused) kept?.(problem);
  const graph = to.build(onnx.file.proto.graph?.name ?? '');
  // Weights in ONNX's order have made room for those in TFLite's.
  return withoutUnusedTensors({ description: '', graphs: [graph], signatures: [], metadata: [] });
}

/** Translates a node, or says why that cannot be and leaves nothing behind. */
function attempt(view: NodeView, to: Translation): Problem | undefined {
  const mark = to.mark();
  try {
    const translate = translateOf(view.node);
    if (translate === undefined) return unknownOp(view);
    translate(view, to);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'model/unsupported-op') throw error;
    to.reset(mark);
    return error;
  }
}

/** What a person can do about operators that are met more often. */
const hints: Readonly<Record<string, string>> = {
  Einsum: 'write it as MatMul and Transpose when exporting',
  GRU: 'only LSTMs of TensorFlow Lite files are known',
  GridSample: 'replace it when exporting',
  LSTM: 'only LSTMs of TensorFlow Lite files are known',
  NonMaxSuppression: 'export the model without its post-processing',
  RNN: 'only LSTMs of TensorFlow Lite files are known',
  RoiAlign: 'export the part before it as a model of its own',
};

function unknownOp(view: NodeView): Problem {
  const hint = hints[view.node.type] ?? 'replace it when exporting, or cut the model before it';
  return refusal(view, `has no counterpart in TensorFlow Lite here: ${hint}`);
}

function together(refused: readonly Problem[]): Problem {
  const [first, ...others] = refused;
  if (first !== undefined && others.length === 0)
    return new Problem('model/unsupported-op', first.message, { nodes: [first.details] });
  const text = refused.map(({ message }) => message).join(' ');
  return new Problem('model/unsupported-op', text, { nodes: refused.map(({ details }) => details) });
}
