/**
 * BATCH_MATMUL with the right operand transposed: accumulator[b, r, c] = Σ over d of (l[b, r, d] − zl) · (r[b, c, d] − zr).
 * Equals tflite/kernels/internal/reference/batch_matmul.h.
 */

import type { MatMulParams } from '../kernel-params.ts';
import type { Operands, Step } from '../kernels.ts';
import { prepareScalarOutput } from './output.ts';

export function matMul(params: MatMulParams, [left, right]: Operands<Int8Array>, target: Int8Array): Step {
  const { batch, rows, depth, columns, leftZeroPoint, rightZeroPoint } = params;
  const finish = prepareScalarOutput(params.output);
  return () => {
    for (let o = 0; o < batch * rows * columns; o++) {
      const row = Math.floor(o / columns);
      const l = row * depth;
      const r = (Math.floor(row / rows) * columns + (o % columns)) * depth;
      let sum = 0;
      for (let d = 0; d < depth; d++)
        sum += ((left[l + d] as number) - leftZeroPoint) * ((right[r + d] as number) - rightZeroPoint);
      target[o] = finish(sum);
    }
  };
}
