import type { Graph, Op, OpId } from '../model/types.ts';
import { takesInt4 } from './layer.ts';
import type { Selection } from './select.ts';

/** A setting of the recipe that no kernel of an op can follow: it has 8-bit weights, or one weight scale, instead. */
export interface UnmetSetting {
  readonly op: OpId;
  readonly setting: 'weightBits' | 'weights';
}

/** Settings that have no effect on some op of a model, which would otherwise vanish without a word. */
export function unmetSettings(graph: Graph, selection: Selection): readonly UnmetSetting[] {
  const { rules, stored, type, treatment } = selection;
  const layers = [...rules].filter(([, rule]) => rule.weights !== undefined).map(([id]) => id);
  const wide = [
    ...layers.filter((id) => !takesInt4(graph.ops[id] as Op, type)),
    ...[...stored].filter(([, { dtype }]) => dtype === 'int8').map(([id]) => id),
  ];
  const perTensor = type === 'uint8' ? layers : [];
  return [
    ...wide
      .filter((id) => treatment(id).weightBits === 4)
      .map((op) => ({ op, setting: 'weightBits' }) as const),
    ...perTensor
      .filter((id) => treatment(id).weights === 'per-channel')
      .map((op) => ({ op, setting: 'weights' }) as const),
  ];
}
