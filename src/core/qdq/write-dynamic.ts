import type { NormalizedOnnx } from '../onnx/normalized.ts';
import type { QdqOptions, QuantizedOnnx } from './options.ts';
export function writeDynamic(_: NormalizedOnnx, __: QdqOptions): QuantizedOnnx {
  throw new Error('not yet');
}
