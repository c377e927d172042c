import type { OnnxNode } from '../../formats/onnx/graph.ts';
import type { Shape } from '../../model/types.ts';
import { reshaped } from '../fold/elements.ts';
import type { NodeView } from '../node-view.ts';
import type { TypedGraph } from '../propagate.ts';
import { olderOperand } from '../shapes/elementwise.ts';
import { Draft } from './draft.ts';

const stretching = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'And',
  'Or',
  'Xor',
  'Equal',
  'Greater',
  'Less',
]);

/**
 * Operator set 6 → 7: there, operands are stretched as NumPy does. Set 6 said in attributes where the second one is
 * stretched, so it gets the missing 1s in its shape.
 */
export function raisedFrom6(typed: TypedGraph): TypedGraph {
  if (typed.opset > 6) return typed;
  const draft = new Draft(typed);
  for (const node of draft.nodes) {
    if (node.domain !== undefined) continue;
    const view = draft.view(node);
    if (stretching.has(node.type)) raise(draft, node, olderOperand(view));
    else if (node.type === 'PRelu') raise(draft, node, slopeShape(view));
    else if (node.type === 'Gemm' || node.type === 'BatchNormalization') raise(draft, node, undefined);
  }
  return { ...draft.finish(), opset: 7 };
}

/** A slope for each channel stands along dimension 1. */
function slopeShape(view: NodeView): Shape {
  const [slope, { length }] = [view.shape(1), view.shape(0)];
  return slope.length === 1 && slope[0] !== 1 && length > 2
    ? [...slope, ...new Array<number>(length - 2).fill(1)]
    : slope;
}

function raise(draft: Draft, node: OnnxNode, shape: Shape | undefined): void {
  const { broadcast: _, axis: __, consumed_inputs: ___, is_test: ____, ...attributes } = node.attributes;
  const [first = '', second = ''] = node.inputs;
  const type = draft.values.get(second);
  if (shape === undefined || type === undefined || shape.length === type.shape.length) {
    draft.replace(node, { ...node, attributes });
    return;
  }
  const constant = draft.constants.get(second);
  const before: OnnxNode[] = [];
  let operand: string;
  if (constant !== undefined) operand = draft.addConstant(`${second}/stretched`, reshaped(constant, shape));
  else {
    operand = draft.addValue(`${second}/stretched`, { dtype: type.dtype, shape });
    const sizes = BigInt64Array.from(shape, BigInt);
    const target = draft.addConstant(`${operand}/shape`, {
      dtype: 'int64',
      shape: [sizes.length],
      data: sizes,
    });
    before.push({ name: '', type: 'Reshape', inputs: [second, target], outputs: [operand], attributes: {} });
  }
  draft.replace(node, ...before, { ...node, inputs: [first, operand], attributes });
}
