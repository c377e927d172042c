import type { OnnxNode } from '../formats/onnx/graph.ts';
import type { TensorData } from '../model/types.ts';
import { type Grid, limitsOf } from './grid.ts';

/** Ops that only bound values. */
export function isClipping({ type, domain }: OnnxNode): boolean {
  return domain === undefined && (type === 'Relu' || type === 'Clip');
}

/**
 * `true` when what integers of `grid` reach beyond the op's bounds is less than one step of theirs: quantizing its output
 * then clips by itself. The part of a step is what rounding the zero point costs.
 * @param constants - of the graph; bounds that are computed are not known
 */
export function staysWithin(
  node: OnnxNode,
  { dtype, scale: [scale = 1], zeroPoint }: Grid,
  constants: ReadonlyMap<string, TensorData>,
): boolean {
  const bounds = boundsOf(node, constants);
  const { low, high } = limitsOf(dtype);
  return (
    bounds !== undefined &&
    (low - zeroPoint) * scale > bounds.min - scale &&
    (high - zeroPoint) * scale < bounds.max + scale
  );
}

function boundsOf(
  { type, inputs }: OnnxNode,
  constants: ReadonlyMap<string, TensorData>,
): { readonly min: number; readonly max: number } | undefined {
  if (type === 'Relu') return { min: 0, max: Number.POSITIVE_INFINITY };
  const bound = (slot: number, absent: number): number | undefined => {
    const name = inputs[slot] ?? '';
    if (name === '') return absent;
    const value = constants.get(name)?.data[0];
    return value === undefined ? undefined : Number(value);
  };
  const min = bound(1, Number.NEGATIVE_INFINITY);
  const max = bound(2, Number.POSITIVE_INFINITY);
  return min === undefined || max === undefined ? undefined : { min, max };
}
