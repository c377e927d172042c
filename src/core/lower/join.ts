import { activated } from './activation.ts';
import type { Lower } from './elementwise.ts';
import { axisIn } from './layout.ts';
import { reshaped } from './shape.ts';

export const concatenation: Lower<'CONCATENATION'> = (op, to) => {
  const layout = to.layoutOf(op.inputs);
  const axis = axisIn(layout, op.options.axis, to.shape(op.outputs[0]).length);
  const inputs = op.inputs.map((id) => to.value(id, layout));
  const value = to.node('Concat', inputs, { axis: { int: axis } });
  to.define(op.outputs[0], activated(to, value, op.options.activation), layout);
};

/** Stacks tensors of one shape along a new axis. */
export const pack: Lower<'PACK'> = (op, to) => {
  const shape = to.shape(op.outputs[0]);
  const axis = axisIn('plain', op.options.axis, shape.length);
  const single = shape.map((size, dimension) => (dimension === axis ? 1 : size));
  const inputs = op.inputs.map((id) => reshaped(to, id, single));
  to.define(op.outputs[0], to.node('Concat', inputs, { axis: { int: axis } }));
};

/** Takes a tensor apart along an axis, which the parts no longer have. */
export const unpack: Lower<'UNPACK'> = (op, to) => {
  const axis = { int: axisIn('plain', op.options.axis, to.shape(op.inputs[0]).length) };
  op.outputs.forEach((id, index) => {
    const position = to.constant({ shape: [], dtype: 'int32', data: Int32Array.of(index) });
    to.define(id, to.node('Gather', [to.value(op.inputs[0]), position], { axis }));
  });
};

export const gather: Lower<'GATHER'> = (op, to) => {
  if (op.options.batchDims !== 0) to.unsupported('gathers with batch dimensions');
  const inputs = op.inputs.slice(0, 2).map((id) => to.value(id));
  to.define(op.outputs[0], to.node('Gather', inputs, { axis: { int: op.options.axis } }));
};

export const gatherNd: Lower<'GATHER_ND'> = (op, to) => {
  const indices = to.cast(to.value(op.inputs[1]), 'int64');
  to.define(op.outputs[0], to.node('GatherND', [to.value(op.inputs[0]), indices]));
};
