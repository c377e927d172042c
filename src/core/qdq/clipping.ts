import type { OnnxNode } from '../formats/onnx/graph.ts';
import { integerLimits } from '../model/quantized-values.ts';
import { clipBounds } from '../onnx/node-attributes.ts';
import type { NodeView } from '../onnx/node-view.ts';
import type { Grid } from './grid.ts';

/** Ops that only bound values. */
export function isClipping({ type, domain }: OnnxNode): boolean {
  return domain === undefined && (type === 'Relu' || type === 'Clip');
}

/**
 * `true` when what integers of `grid` reach beyond the op's bounds is less than one step of theirs: quantizing its output
 * then clips by itself. The part of a step is what rounding the zero point costs.
 */
export function staysWithin(view: NodeView, { dtype, scale: [scale = 1], zeroPoint }: Grid): boolean {
  const relu = { min: 0, max: Number.POSITIVE_INFINITY };
  const bounds = view.node.type === 'Relu' ? relu : clipBounds(view);
  const [low, high] = integerLimits[dtype];
  return (
    bounds !== undefined &&
    (low - zeroPoint) * scale > bounds.min - scale &&
    (high - zeroPoint) * scale < bounds.max + scale
  );
}
