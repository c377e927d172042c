import type { ResizeOptions } from '../model/options.ts';
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
    const indices = nearest(from[side] ?? 1, wanted[side] ?? 1, op.options);
    value = to.node('Gather', [value, to.vector(indices)], { axis: { int: axisIn(layout, side + 1, 4) } });
  });
  to.define(op.outputs[0], value, layout);
};

/** For every output position the input position, in float32 (TFLite `reference/resize_nearest_neighbor.h`). */
function nearest(input: number, output: number, options: ResizeOptions): readonly number[] {
  const stretched = options.alignCorners && output > 1;
  const scale = Math.fround(stretched ? (input - 1) / (output - 1) : input / output);
  const shift = options.halfPixelCenters ? 0.5 : 0;
  return Array.from({ length: output }, (_, position) => {
    const exact = Math.fround((position + shift) * scale);
    return Math.min(options.alignCorners ? Math.round(exact) : Math.floor(exact), input - 1);
  });
}
