import type { OnnxNode } from '../formats/onnx/graph.ts';
import { Problem } from '../problem.ts';
import type { ValueType } from './normalized.ts';
import { nodeName } from './problems.ts';

/** What has to be measured before a model's shapes are known. */
export interface Untold {
  /** Values that unknown operators make and whose shapes the file does not tell. */
  readonly values: readonly string[];
  /** Shapes of what the model is fed. */
  readonly inputs: readonly FedInput[];
}

/** An input of the graph. Half floats are float32 here. */
export interface FedInput extends ValueType {
  readonly name: string;
}

/**
 * Positions of the inputs whose values say how large an operator's results are, by the operator. A run would tell the shapes
 * for that run alone, unless those inputs are constants.
 */
const sizing: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    AffineGrid: [1],
    BlackmanWindow: [0],
    CenterCropPad: [1],
    Col2Im: [1],
    Compress: [1],
    DFT: [1],
    HammingWindow: [0],
    HannWindow: [0],
    ImageDecoder: [0],
    MaxUnpool: [2],
    MelWeightMatrix: [0, 1],
    NonMaxSuppression: [0, 1, 2, 3, 4],
    STFT: [1, 3],
    StringNormalizer: [0],
    StringSplit: [0],
    Unique: [0],
  }),
);

/** @param varies - whether a value differs from run to run. */
export function isSizedByValues({ type, inputs }: OnnxNode, varies: (name: string) => boolean): boolean {
  return (sizing.get(type) ?? []).some((position) => {
    const name = inputs[position] ?? '';
    return name !== '' && varies(name);
  });
}

const nodeDetails = ({ name, type, domain, outputs }: OnnxNode) => ({ node: name, type, domain, outputs });

/** For nodes of which no run can tell the shapes. */
export function sizedByValuesProblem(nodes: readonly OnnxNode[]): Problem {
  const text = `How large the results are depends on values: ${nodes.map(nodeName).join(', ')}. Shapes must be the same in every run; export the part of the model before that.`;
  return new Problem('model/unsupported-op', text, { nodes: nodes.map(nodeDetails) });
}

/** For nodes of which a run can tell the shapes. */
export function untoldProblem(nodes: readonly OnnxNode[], { values, inputs }: Untold): Problem {
  const text = `Operators that are not known here make values whose shapes the file does not tell: ${nodes.map(nodeName).join(', ')}. Store the shapes in the file, e.g. with onnxruntime's symbolic_shape_infer, or export the model without these operators.`;
  return new Problem('model/unsupported-op', text, {
    nodes: nodes.map(nodeDetails),
    untold: values,
    inputs,
  });
}

/** What a problem says has to be measured; `undefined` for any other problem. */
export function untoldOf({ code, details }: Pick<Problem, 'code' | 'details'>): Untold | undefined {
  const { untold, inputs } = details;
  const isOne = code === 'model/unsupported-op' && Array.isArray(untold) && Array.isArray(inputs);
  return isOne ? { values: untold, inputs } : undefined;
}
