import type { Attributes } from '../formats/onnx/graph.ts';
import type { OpOf } from '../model/types.ts';
import { activated } from './activation.ts';
import type { Lowering } from './lowering.ts';
import { windowAttributes } from './window.ts';

/** Padding is left out of both the sum and the count. */
export function averagePool(op: OpOf<'AVERAGE_POOL_2D'>, to: Lowering): void {
  pool(op, to, { type: 'AveragePool', more: { count_include_pad: { int: 0 } } });
}

export function maxPool(op: OpOf<'MAX_POOL_2D'>, to: Lowering): void {
  pool(op, to, { type: 'MaxPool', more: {} });
}

function pool(
  op: OpOf<'AVERAGE_POOL_2D' | 'MAX_POOL_2D'>,
  to: Lowering,
  { type, more }: { readonly type: string; readonly more: Attributes },
): void {
  const { options } = op;
  const window = windowAttributes(to.shape(op.inputs[0]), {
    padding: options.padding,
    size: [options.filterH, options.filterW],
    stride: [options.strideH, options.strideW],
    dilation: [1, 1],
  });
  const value = to.node(type, [to.value(op.inputs[0], 'nchw')], { ...window, ...more });
  to.define(op.outputs[0], activated(to, value, options.activation), 'nchw');
}
