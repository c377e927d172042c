import type { OpOf, Shape, TensorId } from '../model/types.ts';
import type { Lowering, Value } from './lowering.ts';

/** Ops that only rename the dimensions. The file states the output's shape, which settles −1 and empty shapes. */
export function reshape(op: OpOf<'RESHAPE' | 'SQUEEZE' | 'EXPAND_DIMS'>, to: Lowering): void {
  to.define(op.outputs[0], reshaped(to, op.inputs[0], to.shape(op.outputs[0])));
}

/** A tensor in another shape of as many elements. */
export function reshaped(to: Lowering, id: TensorId | undefined, shape: Shape): Value {
  const from = to.shape(id);
  const same = from.length === shape.length && from.every((size, axis) => size === shape[axis]);
  // allowzero: a 0 is an empty dimension, as everywhere but in ONNX's default.
  return same
    ? to.value(id)
    : to.node('Reshape', [to.value(id), to.vector(shape)], { allowzero: { int: 1 } });
}

export function transpose(op: OpOf<'TRANSPOSE'>, to: Lowering): void {
  to.define(op.outputs[0], to.permuted(op.inputs[0], to.integers(op.inputs[1], 'axes')));
}

export function broadcastTo(op: OpOf<'BROADCAST_TO'>, to: Lowering): void {
  to.define(op.outputs[0], to.node('Expand', [to.value(op.inputs[0]), to.vector(to.shape(op.outputs[0]))]));
}

export function tile(op: OpOf<'TILE'>, to: Lowering): void {
  const repeats = to.vector(to.integers(op.inputs[1], 'repetitions'));
  to.define(op.outputs[0], to.node('Tile', [to.value(op.inputs[0]), repeats]));
}

/** NHWC blocks move into the channels, block row first, then block column, then channel: as in ONNX. */
export function spaceToDepth(op: OpOf<'SPACE_TO_DEPTH'>, to: Lowering): void {
  const blocksize = { int: op.options.blockSize };
  to.define(op.outputs[0], to.node('SpaceToDepth', [to.value(op.inputs[0], 'nchw')], { blocksize }), 'nchw');
}

export function depthToSpace(op: OpOf<'DEPTH_TO_SPACE'>, to: Lowering): void {
  const attributes = { blocksize: { int: op.options.blockSize }, mode: 'DCR' };
  to.define(op.outputs[0], to.node('DepthToSpace', [to.value(op.inputs[0], 'nchw')], attributes), 'nchw');
}
