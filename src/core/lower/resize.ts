import { nearestPositions } from '../model/resize.ts';
import type { Lower } from './elementwise.ts';
import { axisIn } from './layout.ts';
import { spatial } from './window.ts';

/** Coordinates as the options say; outside the picture the edge counts, as in TFLite. */
export const resizeBilinear: Lower<'RESIZE_BILINEAR'> = (op, to) => {
  const [batch = 1, height = 1, width = 1, depth = 1] = to.shape(op.outputs[0]);
  const sizes = to.vector([batch, depth, height, width]);
  const mode = op.options.halfPixelCenters
    ? 'half_pixel'
    : op.options.alignCorners
      ? 'align_corners'
      : 'asymmetric';
  const attributes = { mode: 'linear', coordinate_transformation_mode: mode };
  const value = to.node('Resize', [to.value(op.inputs[0], 'nchw'), '', '', sizes], attributes);
  to.define(op.outputs[0], value, 'nchw');
};

/** Rows, then columns are picked: ONNX's own rounding modes differ from TFLite's at ties. */
export const resizeNearest: Lower<'RESIZE_NEAREST_NEIGHBOR'> = (op, to) => {
  const [input] = op.inputs;
  const layout = input === undefined ? 'plain' : to.layoutOf([input]);
  const from = spatial(to.shape(input));
  const wanted = spatial(to.shape(op.outputs[0]));
  let value = to.value(input, layout);
  [0, 1].forEach((side) => {
    const indices = nearestPositions(from[side] ?? 1, wanted[side] ?? 1, op.options);
    value = to.node('Gather', [value, to.vector(indices)], { axis: { int: axisIn(layout, side + 1, 4) } });
  });
  to.define(op.outputs[0], value, layout);
};
