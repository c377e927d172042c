import { elementCount } from '../../model/data.ts';
import { inverse } from '../../model/permute.ts';
import type { TensorId } from '../../model/types.ts';
import { softmaxOf } from '../../onnx/node-attributes.ts';
import { axisLast, reshaped, type Translate, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';

type Kind = 'SOFTMAX' | 'LOG_SOFTMAX';

function overLast(to: Translation, kind: Kind, x: TensorId): TensorId {
  const shape = to.shape(x);
  if (kind === 'LOG_SOFTMAX') return to.emit(kind, [x], { shape, options: {} });
  return to.emit(kind, [x], { shape, options: { beta: 1 } });
}

/** TFLite runs over the last dimension: others are brought there, or several are made one. */
export function softmax(kind: Kind): Translate {
  return (view, to) => {
    const x = to.input(view, 0);
    const shape = to.shape(x);
    const { axis, together } = softmaxOf(view);
    const isLast = axis === shape.length - 1;
    if (isLast && shape.length <= 4) return to.define(view, overLast(to, kind, x));
    if (together || isLast) {
      const flat = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
      return to.define(view, reshaped(to, overLast(to, kind, reshaped(to, x, flat)), shape));
    }
    const perm = axisLast(shape.length, axis);
    to.define(view, transposed(to, overLast(to, kind, transposed(to, x, perm)), inverse(perm)));
  };
}
