import { elementCount } from '../../src/core/model/data.ts';
import type { Model, Quant, Shape, Tensor } from '../../src/core/model/types.ts';
import { constant, modelOf, type OpSketch } from './models.ts';

/** Models of one op whose scales and zero points are drawn at random: what a quantizer makes is never at the limits. */
export type Random = () => number;

const image: Shape = [1, 7, 9, 8];

interface Draw {
  /** Of the first input, the second and the output. */
  readonly scales: readonly [number, number, number];
  readonly zeroPoints: readonly [number, number, number];
}

/** Scales within 2^±spread of 0.05. */
function draw(random: Random, spread: number): Draw {
  const scale = () => 0.05 * 2 ** (spread * (2 * random() - 1));
  const zeroPoint = () => Math.floor(256 * random()) - 128;
  return { scales: [scale(), scale(), scale()], zeroPoints: [zeroPoint(), zeroPoint(), zeroPoint()] };
}

export type Form = (draw: Draw, random: Random) => Model;

function tensorOf({ scales, zeroPoints }: Draw, k: 0 | 1 | 2, shape: Shape): Tensor {
  const quant: Quant = {
    scale: Float32Array.of(scales[k]),
    zeroPoint: Int32Array.of(zeroPoints[k]),
    axis: 0,
  };
  return { name: 'activation', shape, dtype: 'int8', quant };
}

/** One input, one output, and constants behind the input. */
function unaryForm(
  sketch: Pick<OpSketch, 'kind' | 'options'>,
  {
    output = image,
    constants = [],
    same = false,
  }: { readonly output?: Shape; readonly constants?: readonly Tensor[]; readonly same?: boolean } = {},
): Form {
  return (drawn) => {
    const last = constants.length + 1;
    const inputs = Array.from({ length: last }, (_, k) => k);
    const tensors = [tensorOf(drawn, 0, image), ...constants, tensorOf(drawn, same ? 0 : 2, output)];
    return modelOf(tensors, [{ ...sketch, inputs, outputs: [last] } as OpSketch], [[0], [last]]);
  };
}

/** Two inputs, the second stretched along the image or as large. */
function binaryForm(kind: 'ADD' | 'SUB' | 'MUL', activation: 'NONE' | 'RELU6', right: Shape = image): Form {
  return (drawn) => {
    const tensors = [tensorOf(drawn, 0, image), tensorOf(drawn, 1, right), tensorOf(drawn, 2, image)];
    return modelOf(tensors, [{ kind, options: { activation }, inputs: [0, 1], outputs: [2] }], [[0, 1], [2]]);
  };
}

/** An output of one scale, which the op demands or a test wants. */
function fixedOutput(
  kind: 'LOGISTIC' | 'TANH' | 'SOFTMAX' | 'HARD_SWISH',
  scale: number,
  zeroPoint: number,
): Form {
  const options = kind === 'SOFTMAX' ? { beta: 1 } : {};
  const form = unaryForm({ kind, options });
  return ({ scales: [first, second], zeroPoints: [a, b] }, random) =>
    form({ scales: [first, second, scale], zeroPoints: [a, b, zeroPoint] }, random);
}

/** XNNPACK takes it only where the right operand's zero point is 0. */
const matMul: Form = ({ scales, zeroPoints }) => {
  const drawn: Draw = { scales, zeroPoints: [zeroPoints[0], 0, zeroPoints[2]] };
  const tensors = [
    tensorOf(drawn, 0, [2, 5, 16]),
    tensorOf(drawn, 1, [2, 16, 6]),
    tensorOf(drawn, 2, [2, 5, 6]),
  ];
  const options = { adjX: false, adjY: false, asymmetricQuantizeInputs: false };
  return modelOf(tensors, [{ kind: 'BATCH_MATMUL', options, inputs: [0, 1], outputs: [2] }], [[0, 1], [2]]);
};

type Weighted = 'CONV_2D' | 'DEPTHWISE_CONV_2D' | 'FULLY_CONNECTED';
const weightShapes: Readonly<Record<Weighted, Shape>> = {
  CONV_2D: [5, 3, 3, 8],
  DEPTHWISE_CONV_2D: [1, 3, 3, 8],
  FULLY_CONNECTED: [5, 504],
};
const conv = {
  padding: 'SAME',
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  activation: 'RELU6',
} as const;

/** Of inputs 0 to 2 and output 3. */
function weightedOp(kind: Weighted): OpSketch {
  const ends = { inputs: [0, 1, 2], outputs: [3] };
  if (kind === 'FULLY_CONNECTED')
    return { kind, options: { activation: 'RELU6', keepNumDims: false, weightsFormat: 'DEFAULT' }, ...ends };
  if (kind === 'CONV_2D') return { kind, options: conv, ...ends };
  return { kind, options: { ...conv, depthMultiplier: 1 }, ...ends };
}

/** Weights with a scale per output channel, and their bias. */
function weightsOf(kind: Weighted, inputScale: number, random: Random): readonly [Tensor, Tensor] {
  const shape = weightShapes[kind];
  const depthwise = kind === 'DEPTHWISE_CONV_2D';
  const channels = depthwise ? 8 : 5;
  const scale = Float32Array.from({ length: channels }, () => 0.002 * 2 ** (4 * random()));
  const weights = Int8Array.from({ length: elementCount(shape) }, () => Math.floor(255 * random()) - 127);
  const bias = Int32Array.from({ length: channels }, () => Math.floor(20000 * (random() - 0.5)));
  const zeroPoint = new Int32Array(channels);
  return [
    {
      ...constant({ shape, dtype: 'int8', data: weights }),
      quant: { scale, zeroPoint, axis: depthwise ? 3 : 0 },
    },
    {
      ...constant({ shape: [channels], dtype: 'int32', data: bias }),
      quant: { scale: scale.map((s) => s * inputScale), zeroPoint, axis: 0 },
    },
  ];
}

function weighted(kind: Weighted): Form {
  return (drawn, random) => {
    const [weights, bias] = weightsOf(kind, drawn.scales[0], random);
    const output = tensorOf(
      drawn,
      2,
      kind === 'FULLY_CONNECTED' ? [1, 5] : [1, 7, 9, elementCount(bias.shape)],
    );
    return modelOf([tensorOf(drawn, 0, image), weights, bias, output], [weightedOp(kind)], [[0], [3]]);
  };
}

const integers = (values: readonly number[]): Tensor =>
  constant({ shape: [values.length], dtype: 'int32', data: Int32Array.from(values) });
const pool = {
  activation: 'RELU6',
  padding: 'SAME',
  strideH: 2,
  strideW: 2,
  filterH: 3,
  filterW: 3,
} as const;
const resize = (size: readonly [number, number], alignCorners: boolean, halfPixelCenters: boolean): Form =>
  unaryForm(
    { kind: 'RESIZE_BILINEAR', options: { alignCorners, halfPixelCenters } },
    { output: [1, ...size, 8], constants: [integers(size)], same: true },
  );
const reduced = (kind: 'MEAN' | 'SUM', axes: readonly number[], output: Shape): Form =>
  unaryForm({ kind, options: { keepDims: output.length === 4 } }, { output, constants: [integers(axes)] });

/** Named by op and variant. */
export const quantizedForms: Readonly<Record<string, Form>> = {
  CONV_2D: weighted('CONV_2D'),
  DEPTHWISE_CONV_2D: weighted('DEPTHWISE_CONV_2D'),
  FULLY_CONNECTED: weighted('FULLY_CONNECTED'),
  'BATCH_MATMUL, right zero point 0': matMul,
  ADD: binaryForm('ADD', 'NONE'),
  'ADD, RELU6': binaryForm('ADD', 'RELU6'),
  'ADD, a row': binaryForm('ADD', 'NONE', [8]),
  SUB: binaryForm('SUB', 'NONE'),
  MUL: binaryForm('MUL', 'NONE'),
  'MUL, RELU6': binaryForm('MUL', 'RELU6'),
  'MEAN, height and width kept': reduced('MEAN', [1, 2], [1, 1, 1, 8]),
  'MEAN, height and width': reduced('MEAN', [1, 2], [1, 8]),
  'MEAN, channels': reduced('MEAN', [3], [1, 7, 9]),
  'SUM, channels': reduced('SUM', [3], [1, 7, 9]),
  'AVERAGE_POOL_2D, RELU6': unaryForm(
    { kind: 'AVERAGE_POOL_2D', options: pool },
    { output: [1, 4, 5, 8], same: true },
  ),
  'MAX_POOL_2D, RELU6': unaryForm(
    { kind: 'MAX_POOL_2D', options: pool },
    { output: [1, 4, 5, 8], same: true },
  ),
  SOFTMAX: fixedOutput('SOFTMAX', 1 / 256, -128),
  LOGISTIC: fixedOutput('LOGISTIC', 1 / 256, -128),
  TANH: fixedOutput('TANH', 1 / 128, 0),
  ELU: unaryForm({ kind: 'ELU', options: {} }),
  'HARD_SWISH that vanishes': fixedOutput('HARD_SWISH', 64, -20),
  HARD_SWISH: unaryForm({ kind: 'HARD_SWISH', options: {} }),
  RELU: unaryForm({ kind: 'RELU', options: {} }),
  'LEAKY_RELU 0.1': unaryForm({ kind: 'LEAKY_RELU', options: { alpha: 0.1 } }),
  'LEAKY_RELU -0.3': unaryForm({ kind: 'LEAKY_RELU', options: { alpha: -0.3 } }),
  QUANTIZE: unaryForm({ kind: 'QUANTIZE', options: {} }),
  'RESIZE_BILINEAR 14 × 18': resize([14, 18], false, false),
  'RESIZE_BILINEAR 13 × 11, half-pixel': resize([13, 11], false, true),
  'RESIZE_BILINEAR 13 × 20, aligned': resize([13, 20], true, false),
  'RESIZE_BILINEAR 4 × 5, half-pixel': resize([4, 5], false, true),
};

/** @param spread - scales lie within 2^±spread of 0.05 */
export function drawModel(form: Form, random: Random, spread: number): Model {
  return form(draw(random, spread), random);
}
