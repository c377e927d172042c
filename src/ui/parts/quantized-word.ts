import type { Scheme } from '../../core/quantize/scheme.ts';

const words: Readonly<Record<Scheme, string>> = {
  int8: 'int8',
  int16x8: 'int16',
  uint8: 'uint8',
  'dynamic-range': 'dynamic',
  'weights-only': 'weights',
  float16: 'float16',
  float: 'float',
};

/** What stands beside “float” in tables and bars: one word for the quantized model. */
export function quantizedWord({ mode }: { readonly mode: Scheme }): string {
  return words[mode];
}
