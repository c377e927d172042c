import type { TensorId } from '../../model/types.ts';
import { padOf } from '../../onnx/node-attributes.ts';
import {
  type Borders,
  borderTable,
  grown,
  padded,
  picked,
  refusal,
  sliced,
  type Translate,
} from '../emit.ts';
import type { Translation } from '../translation.ts';

/** `x` with its edge repeated around it: mirrored once where one element is enough, else picked. */
export function edgePadded(to: Translation, x: TensorId, borders: Borders): TensorId {
  const most = Math.max(...borders.before, ...borders.after);
  if (most <= 1) return mirrored(to, x, { ...borders, mode: 'SYMMETRIC' });
  return pickedAround(to, x, {
    ...borders,
    from: (position, size) => Math.min(Math.max(position, 0), size - 1),
  });
}

function mirrored(
  to: Translation,
  x: TensorId,
  { mode, ...borders }: Borders & { readonly mode: 'REFLECT' | 'SYMMETRIC' },
) {
  if (borders.before.every((n) => n === 0) && borders.after.every((n) => n === 0)) return x;
  const shape = grown(to.shape(x), borders);
  return to.emit('MIRROR_PAD', [x, borderTable(to, borders)], { shape, options: { mode } });
}

interface Around extends Borders {
  /** The element that stands at a position, which may lie before 0 or beyond `size`. */
  readonly from: (position: number, size: number) => number;
}

function pickedAround(to: Translation, x: TensorId, { before, after, from }: Around): TensorId {
  return to.shape(x).reduce<TensorId>((y, size, axis) => {
    const [front = 0, back = 0] = [before[axis], after[axis]];
    if (front === 0 && back === 0) return y;
    const indices = Array.from({ length: front + size + back }, (_, i) => from(i - front, size));
    return picked(to, y, { axis, indices });
  }, x);
}

/** Negative numbers cut off, before anything is added. */
export const pad: Translate = (view, to) => {
  const { mode, before, after, value } = padOf(view);
  const positive = (list: readonly number[]) => list.map((n) => Math.max(0, n));
  const whole = to.input(view, 0);
  const begin = before.map((n) => Math.max(0, -n));
  const size = to.shape(whole).map((n, axis) => n - (begin[axis] ?? 0) - Math.max(0, -(after[axis] ?? 0)));
  const x = sliced(to, whole, { begin, size });
  const borders = { before: positive(before), after: positive(after) };
  switch (mode) {
    case 'constant':
      return to.define(view, padded(to, x, { ...borders, value }));
    case 'edge':
      return to.define(view, edgePadded(to, x, borders));
    case 'wrap':
      return to.define(view, pickedAround(to, x, { ...borders, from: (i, n) => ((i % n) + n) % n }));
    case 'reflect':
      if (size.some((n, axis) => Math.max(borders.before[axis] ?? 0, borders.after[axis] ?? 0) >= n))
        throw refusal(view, 'reflects more elements than there are');
      return to.define(view, mirrored(to, x, { ...borders, mode: 'REFLECT' }));
    default:
      return mode satisfies never;
  }
};
