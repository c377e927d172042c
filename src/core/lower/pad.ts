import type { OpOf, TensorId } from '../model/types.ts';
import type { Lower } from './elementwise.ts';
import { axisIn, orderedFor } from './layout.ts';
import type { Lowering } from './lowering.ts';

/** Elements added before and after one dimension. */
type Border = readonly [before: number, after: number];

/** PAD adds zeros, PADV2 the scalar in its third input. */
export function pad(op: OpOf<'PAD' | 'PADV2'>, to: Lowering): void {
  const [input, paddings, filler] = op.inputs;
  const layout = input === undefined ? 'plain' : to.layoutOf([input]);
  const borders = orderedFor(layout, bordersOf(to, paddings));
  const pads = to.vector([...borders.map(([before]) => before), ...borders.map(([, after]) => after)]);
  const more = op.kind === 'PADV2' ? [to.node('Reshape', [to.value(filler), to.vector([])])] : [];
  to.define(op.outputs[0], to.node('Pad', [to.value(input, layout), pads, ...more]), layout);
}

/** Mirrors by picking elements, because ONNX's Pad cannot repeat the edge as SYMMETRIC does. */
export const mirrorPad: Lower<'MIRROR_PAD'> = (op, to) => {
  const [input, paddings] = op.inputs;
  const shape = to.shape(input);
  const layout = input === undefined ? 'plain' : to.layoutOf([input]);
  const skip = op.options.mode === 'REFLECT' ? 1 : 0;
  let value = to.value(input, layout);
  bordersOf(to, paddings).forEach((border, axis) => {
    if (border[0] === 0 && border[1] === 0) return;
    const indices = mirrored(shape[axis] ?? 1, border, skip);
    value = to.node('Gather', [value, to.vector(indices)], {
      axis: { int: axisIn(layout, axis, shape.length) },
    });
  });
  to.define(op.outputs[0], value, layout);
};

/** Positions along a mirrored dimension. `skip`: 1 where the edge is not repeated. */
function mirrored(size: number, [before, after]: Border, skip: 0 | 1): readonly number[] {
  return Array.from({ length: before + size + after }, (_, position) => {
    const index = position - before;
    if (index < 0) return -index - 1 + skip;
    return index < size ? index : 2 * size - 1 - index - skip;
  });
}

function bordersOf(to: Lowering, paddings: TensorId | undefined): readonly Border[] {
  const flat = to.integers(paddings, 'paddings');
  return Array.from({ length: flat.length / 2 }, (_, axis) => [flat[2 * axis] ?? 0, flat[2 * axis + 1] ?? 0]);
}
