import { elementCount } from '../../model/data.ts';
import type { Shape } from '../../model/types.ts';
import { axisOf, permutationOf, splitSizes } from '../../onnx/node-attributes.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { picked, refusal, reshaped, type Translate, toNchw, toNhwc, transposed } from '../emit.ts';

/** The shape of an output; shapes were inferred before. */
export function outputShape(view: NodeView, index = 0): Shape {
  const type = view.scope.values.get(view.node.outputs[index] ?? '');
  if (type === undefined) throw view.problem(`does not make output ${index}`);
  return type.shape;
}

/** Reshape, Flatten, Squeeze and Unsqueeze: their outputs' shapes say all. */
export const reshape: Translate = (view, to) =>
  to.define(view, reshaped(to, to.input(view, 0), outputShape(view)));

/** What leaves its input as it is. */
export const same: Translate = (view, to) => to.define(view, to.input(view, 0));

/** Nothing is dropped once training is over, so that the mask is true throughout. */
export const dropout: Translate = (view, to) => {
  if (view.has(2) && view.numbers(2)?.some((flag) => flag !== 0) && (view.numbers(1)?.[0] ?? 0.5) !== 0)
    throw refusal(view, 'is still in training mode; export the model for inference');
  const x = to.input(view, 0);
  to.define(view, x);
  const shape = to.shape(x);
  if ((view.node.outputs[1] ?? '') === '') return;
  const data = new Uint8Array(elementCount(shape)).fill(1);
  to.define(view, to.constant({ dtype: 'bool', shape, data }), 1);
};

export const transpose: Translate = (view, to) =>
  to.define(view, transposed(to, to.input(view, 0), permutationOf(view)));

export const expand: Translate = (view, to) => {
  const [x, shape] = [to.input(view, 0), outputShape(view)];
  const same = to.shape(x).length === shape.length && to.shape(x).every((size, axis) => size === shape[axis]);
  to.define(view, same ? x : to.emit('BROADCAST_TO', [x, to.vector(shape)], { shape, options: {} }));
};

export const tile: Translate = (view, to) => {
  const [x, shape] = [to.input(view, 0), outputShape(view)];
  to.define(view, to.emit('TILE', [x, to.vector(view.neededNumbers(1))], { shape, options: {} }));
};

export const concat: Translate = (view, to) => {
  const inputs = view.node.inputs.map((_, index) => to.input(view, index));
  const options = { axis: axisOf(view), activation: 'NONE' } as const;
  const [only, ...others] = inputs;
  if (only !== undefined && others.length === 0) return to.define(view, only);
  to.define(view, to.emit('CONCATENATION', inputs, { shape: outputShape(view), options }));
};

export const split: Translate = (view, to) => {
  const [x, axis, sizes] = [to.input(view, 0), axisOf(view, 0), splitSizes(view)];
  const made = sizes.map((part) => ({
    shape: to.shape(x).map((size, i) => (i === axis ? part : size)),
    dtype: to.tensor(x).dtype,
  }));
  const along = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(axis) });
  const options = { count: sizes.length };
  const equal = sizes.every((size) => size === sizes[0]);
  const parts = equal
    ? to.emitAll('SPLIT', [along, x], { made, options })
    : to.emitAll('SPLIT_V', [x, to.vector(sizes), along], { made, options });
  parts.forEach((part, index) => {
    to.define(view, part, index);
  });
};

/** Channels [block row, block column, channel] of an NHWC tensor become blocks; CRD has the channel first. */
export const depthToSpace: Translate = (view, to) => {
  const x = to.input(view, 0);
  const [batch = 1, depth = 1, height = 1, width = 1] = to.shape(x);
  const block = view.int('blocksize') ?? 1;
  const channels = depth / (block * block);
  const crd = view.text('mode') === 'CRD';
  if (to.shape(x).length !== 4) throw refusal(view, 'is only known for four dimensions');
  const indices = Array.from(
    { length: depth },
    (_, i) => (i % channels) * block * block + Math.floor(i / channels),
  );
  const nhwc = transposed(to, x, toNhwc);
  const ordered = crd && channels > 1 ? picked(to, nhwc, { axis: 3, indices }) : nhwc;
  const shape = [batch, height * block, width * block, channels];
  const y = to.emit('DEPTH_TO_SPACE', [ordered], { shape, options: { blockSize: block } });
  to.define(view, transposed(to, y, toNchw));
};

export const spaceToDepth: Translate = (view, to) => {
  const block = view.int('blocksize') ?? 1;
  const nhwc = transposed(to, to.input(view, 0), toNhwc);
  const [batch = 1, height = 1, width = 1, depth = 1] = to.shape(nhwc);
  const shape = [batch, height / block, width / block, depth * block * block];
  const y = to.emit('SPACE_TO_DEPTH', [nhwc], { shape, options: { blockSize: block } });
  to.define(view, transposed(to, y, toNchw));
};
