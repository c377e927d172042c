import type { TensorData } from '../model/types.ts';
import type { NodeView } from '../onnx/node-view.ts';
import { channelsOf } from './channels.ts';
import { checkFinite, constantGrid, type Grid } from './grid.ts';
import { isKept, refuseQuantized } from './nodes.ts';
import type { QdqOptions } from './options.ts';

export type ChooseOptions = Pick<QdqOptions, 'perChannel' | 'keepFloat'>;

/** Weights of a node that become integers. */
export interface DynamicWeights {
  readonly name: string;
  readonly value: TensorData;
  readonly grid: Grid;
  /** How products of integers are made, where onnxruntime has a kernel that takes this node. */
  readonly integer: 'ConvInteger' | 'MatMulInteger' | undefined;
  /** Rows and columns must change places for `MatMulInteger`. */
  readonly transposed: boolean;
}

function integerForm(view: NodeView): DynamicWeights['integer'] {
  switch (view.node.type) {
    case 'Conv':
      return 'ConvInteger';
    case 'MatMul':
      return 'MatMulInteger';
    case 'Gemm': {
      const plain =
        (view.float('alpha') ?? 1) === 1 && (view.float('beta') ?? 1) === 1 && !view.flag('transA');
      return plain ? 'MatMulInteger' : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * The weights of a node and their grid, the reason why they stay in float, or `undefined` for an op that has none.
 * @throws Problem `model/already-quantized` or `model/not-finite`.
 */
export function chooseWeights(
  view: NodeView,
  { perChannel = true, keepFloat }: ChooseOptions,
): DynamicWeights | string | undefined {
  const { node } = view;
  refuseQuantized(node);
  if (node.domain !== undefined || !/^(Conv|ConvTranspose|Gemm|MatMul)$/.test(node.type)) return undefined;
  if (isKept(node, keepFloat)) return 'it was asked to';
  const name = node.inputs[1] ?? '';
  const value = view.constant(1);
  if (value === undefined) return 'its weights are computed';
  if (value.dtype !== 'float32') return `its weights are ${value.dtype}; only float32 is quantized`;
  checkFinite(name, value);
  const axis = perChannel ? channelsOf(view) : undefined;
  return {
    name,
    value,
    grid: constantGrid(value, { dtype: 'int8', symmetric: true, axis }),
    integer: integerForm(view),
    transposed: node.type === 'Gemm' && view.flag('transB'),
  };
}
