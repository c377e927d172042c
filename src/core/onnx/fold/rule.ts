import type { TensorData } from '../../model/types.ts';
import type { NodeView } from '../node-view.ts';
import type { ValueType } from '../normalized.ts';

/**
 * Values of a node whose inputs are all constants; `undefined` where it is left as a node.
 * @param types - of its outputs, in their order.
 */
export type FoldRule = (
  view: NodeView,
  types: readonly (ValueType | undefined)[],
) => readonly TensorData[] | undefined;
