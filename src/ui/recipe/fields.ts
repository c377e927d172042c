import type { IoType, Recipe } from '../../core/quantize/recipe.ts';
import { activationTypeOf, type Scheme } from '../../core/quantize/scheme.ts';

interface Option<T> {
  readonly value: T;
  readonly label: string;
  /** One line beneath. */
  readonly help?: string;
}

/** Every scheme in plain words, for the whole model or for one layer. */
export const schemeOptions: readonly Option<Scheme>[] = [
  { value: 'int8', label: 'int8', help: 'Weights and activations are int8' },
  { value: 'int16x8', label: 'int16 activations', help: 'int8 weights, int16 activations' },
  { value: 'uint8', label: 'uint8 (legacy)', help: 'As TensorFlow’s first quantizer' },
  {
    value: 'dynamic-range',
    label: 'Dynamic range',
    help: 'int8 weights; activations quantized while running',
  },
  { value: 'weights-only', label: 'Weights only', help: 'int8 weights, computed with in float' },
  { value: 'float16', label: 'float16', help: 'Half floats' },
  { value: 'float', label: 'float', help: 'As it is' },
];

export const granularityOptions = [
  { value: 'per-channel', label: 'Per channel', help: 'One scale per output channel: more accurate' },
  { value: 'per-tensor', label: 'Per tensor', help: 'One scale for all: for accelerators that want it' },
] as const;

export const bitsOptions = [
  { value: '8', label: '8 bits' },
  { value: '4', label: '4 bits', help: 'Convolutions and dense layers: an eighth of float’s size' },
] as const;

export const calibratorOptions = [
  { value: 'tensorflow', label: 'As TensorFlow', help: 'The same file as its converter makes' },
  { value: 'exact', label: 'Exact', help: 'Without its widening of residual inputs' },
] as const;

export const fallbackOptions = [
  { value: 'float', label: 'Stay in float', help: 'Between two conversions' },
  { value: 'strict', label: 'Refuse the model', help: 'Microcontrollers need integers throughout' },
] as const;

export const joinsOptions = [
  { value: 'requantize', label: 'Convert', help: 'An operand that would be clipped keeps its own scale' },
  { value: 'tensorflow', label: 'As TensorFlow', help: 'All take the result’s scale, and may clip' },
] as const;

export const biasOptions = [
  { value: 'int64', label: 'int64' },
  { value: 'int32', label: 'int32' },
] as const;

const ioLabels: Readonly<Record<IoType, string>> = {
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  float32: 'float32',
};

/** What inputs and outputs may be under a recipe's mode. */
export function ioOptions({ mode }: Recipe): readonly Option<IoType>[] {
  const type = activationTypeOf(mode);
  const types: readonly IoType[] =
    type === undefined ? ['float32'] : type === 'int8' ? ['int8', 'uint8', 'float32'] : [type, 'float32'];
  return types.map((value) => ({ value, label: ioLabels[value] }));
}

/** Whether the mode quantizes weights to integers, and whether activations too. */
export function parts({ mode }: Recipe): { readonly weights: boolean; readonly activations: boolean } {
  const activations = activationTypeOf(mode) !== undefined;
  return { activations, weights: activations || mode === 'dynamic-range' || mode === 'weights-only' };
}
