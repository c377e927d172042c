/** Real functions behind int8 tables. Results are rounded to float32 by the caller where TensorFlow Lite's are float32. */

import { erfc } from '../../../model/erf.ts';

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const f = Math.fround;

/** GELU with the error function, in float32 steps (tflite/kernels/internal/reference/gelu.h). */
export function geluByErf(x: number): number {
  return f(f(0.5 * x) * f(erfc(f(x * f(-Math.SQRT1_2)))));
}

/** GELU with tanh, in float32 steps. */
export function geluByTanh(x: number): number {
  const cube = f(f(f(f(0.044715) * x) * x) * x);
  const inner = f(f(f(Math.sqrt(2 / Math.PI)) * f(x + cube)));
  return f(f(0.5 * x) * f(1 + f(Math.tanh(inner))));
}
