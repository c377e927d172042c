import { type Recipe, recipeFor } from './recipe.ts';

/** A recipe that can be asked for by name. */
export interface Preset {
  /** What it is for, as a title. */
  readonly title: string;
  /** One plain sentence. */
  readonly sentence: string;
  readonly recipe: Recipe;
}

/** By the name that the command line takes. Purposes first, then the variants of TensorFlow's converter. */
export const presets: Readonly<Record<string, Preset>> = {
  int8: {
    title: 'Phone CPU',
    sentence: 'int8 wherever there is an int8 kernel; what has none stays in float between two conversions.',
    recipe: recipeFor('int8'),
  },
  microcontroller: {
    title: 'Microcontroller: strict int8',
    sentence: 'Integers from input to output, or a refusal that lists every op which would need float.',
    recipe: recipeFor('int8', { fallback: 'strict' }),
  },
  'edge-tpu': {
    title: 'Edge TPU: int8 in and out, per-channel',
    sentence:
      'int8 inputs and outputs, one weight scale per channel of each convolution and one for each dense layer; an op without int8 is refused.',
    recipe: recipeFor('int8', { fallback: 'strict', denseWeights: 'per-tensor' }),
  },
  'dynamic-range': {
    title: 'Dynamic range, no images',
    sentence: 'int8 weights; activations stay float and are quantized row by row while the model runs.',
    recipe: recipeFor('dynamic-range'),
  },
  'weights-only': {
    title: 'Weights only, no images',
    sentence:
      'int8 weights, a quarter of the size, that are widened to float before use: smaller, not faster.',
    recipe: recipeFor('weights-only'),
  },
  float16: {
    title: 'float16 for GPU',
    sentence: 'Half the size with nearly the same answers; GPUs compute with the halves as they are.',
    recipe: recipeFor('float16'),
  },
  int16x8: {
    title: 'Audio and other fine signals: int16 activations',
    sentence:
      'int8 weights with 65,535 steps for each activation: slower than int8, nearly as exact as float.',
    recipe: recipeFor('int16x8'),
  },
  uint8: {
    title: 'Old accelerators and runtimes: uint8',
    sentence:
      'The scheme of TensorFlow’s first quantizer: uint8 weights and activations, one scale per tensor.',
    recipe: recipeFor('uint8', { weights: 'per-tensor', denseWeights: 'per-tensor' }),
  },
  'int8-int4-weights': {
    title: 'int8 with 4-bit weights',
    sentence:
      'Weights of convolutions and dense layers in four bits: an eighth of the size, with a visible error.',
    recipe: recipeFor('int8', { weightBits: 4 }),
  },
  'int8-float-io': {
    title: 'int8 inside, float inputs and outputs',
    sentence: 'The caller gives and gets floats; the conversions are the first and the last op of the model.',
    recipe: recipeFor('int8', { inputType: 'float32', outputType: 'float32' }),
  },
  'int8-uint8-io': {
    title: 'int8 inside, uint8 inputs and outputs',
    sentence: 'The caller gives and gets uint8, as camera pixels come.',
    recipe: recipeFor('int8', { inputType: 'uint8', outputType: 'uint8' }),
  },
  'int8-exact-ranges': {
    title: 'int8 with every tensor’s own range',
    sentence: 'Does not copy the slip of TensorFlow’s calibrator that widens some ranges.',
    recipe: recipeFor('int8', { calibrator: 'exact' }),
  },
  'int8-per-tensor': {
    title: 'int8 with one weight scale per tensor',
    sentence: 'For accelerators that know no scales per channel.',
    recipe: recipeFor('int8', { weights: 'per-tensor' }),
  },
};
