/**
 * Ops with int8 weights and float activations (dynamic-range files): activations are quantized while running, products
 * are summed as integers, sums become floats (tflite/kernels/{conv,depthwise_conv,fully_connected,transpose_conv,
 * batch_matmul,svdf,lstm,unidirectional_sequence_lstm}.cc, EvalHybrid).
 */
import type { Activation, HybridOption } from '../../model/options.ts';
import { clamp } from '../../model/rounding.ts';
import { planLstm } from '../float32/lstm.ts';
import { planSvdf } from '../float32/svdf.ts';
import { finishPixels, scatter } from '../float32/transpose-conv2d.ts';
import { activationRange, type FloatValue, floatBias, floatInput, floatOutput } from '../float32/values.ts';
import type { OpContext } from '../int8/context.ts';
import type { Window } from '../int8/kernel-params.ts';
import type { Step } from '../int8/kernels.ts';
import { convWeights, type Weights } from '../int8/ops/conv.ts';
import { conv2dWindow, depthwiseWindow, transposeConvWindow } from '../int8/ops/conv-window.ts';
import { denseSizes, matMulOperands } from '../int8/ops/matrix-shapes.ts';
import { inTurn, type Planner, type Planners } from '../int8/ops/planner.ts';
import { conv2dSums, denseWindow } from '../int8/reference/conv2d.ts';
import { depthwiseSums } from '../int8/reference/depthwise.ts';
import type { Columns, WritePixels } from '../int8/reference/output.ts';
import { Scratch } from '../int8/reference/padded-image.ts';
import type { ConvSumsParams, PrepareSums } from '../int8/reference/sums.ts';
import { planEmbeddingLookup } from './embedding.ts';
import { quantizedRows, rowQuantizer } from './quantize-rows.ts';

const f = Math.fround;

type Product = Parameters<typeof scatter>[0]['product'];

function perChannel(scales: Float32Array, channels: number): Float32Array {
  return scales.length === 1 ? new Float32Array(channels).fill(scales[0] as number) : scales;
}

/** How a sum is scaled: by the row's and the channel's scale, in the order in which a kernel multiplies them. */
type Scaled = (sum: number, rowScale: number, weightScale: number) => number;

/** The scales are multiplied first. */
const byProduct: Scaled = (sum, row, weight) => f(f(sum) * f(weight * row));
/** The sum takes the channel's scale, then the row's (HybridConvPerChannel). */
const oneByOne: Scaled = (sum, row, weight) => f(f(f(sum) * weight) * row);

interface Layer {
  readonly input: FloatValue;
  readonly weights: Weights;
  readonly output: FloatValue;
}

function layer(context: OpContext, channelAxis: number, input: number): Layer {
  return {
    input: floatInput(context, input),
    weights: convWeights(context, 1, channelAxis),
    output: floatOutput(context),
  };
}

interface Convolution extends Layer {
  readonly window: Window;
  readonly bias: Float32Array;
  readonly activation: Activation;
  /** Rows of the input that have a scale of their own, one after the other in the output too. */
  readonly rows: number;
  readonly asymmetric: boolean;
  readonly scaled: Scaled;
  readonly sums: (params: ConvSumsParams, scratch: Scratch) => PrepareSums;
}

/** Sums as floats: scaled, plus bias, clamped; each step float32. */
function writer(
  context: OpContext,
  layer: Convolution,
  rowScales: Float32Array,
): (layout: Columns) => WritePixels {
  const { output, weights, bias, activation, scaled, rows } = layer;
  const { min, max } = activationRange(context, activation);
  const { scales } = weights;
  const perRow = output.data.length / rows;
  return ({ columns, stride }) =>
    ({ accumulators, count, offset }) => {
      for (let p = 0, o = offset; p < count; p++) {
        const rowScale = rowScales[Math.floor(o / perRow)] as number;
        for (let c = 0; c < columns.length; c++, o++) {
          const sum = accumulators[p * stride + (columns[c] as number)] as number;
          const value = scaled(sum, rowScale, (scales.length === 1 ? scales[0] : scales[c]) as number);
          output.data[o] = clamp(f(value + (bias[c] as number)), min, max);
        }
      }
    };
}

function planConvolution(context: OpContext, values: Convolution): Step {
  const { input, weights, window, bias } = values;
  const { rows, step } = quantizedRows(input.data, values.rows, values.asymmetric);
  const zeros = new Float64Array(bias.length);
  const params = { window, weights: weights.data, weightsZeroPoint: 0, bias: zeros, inputZeroPoint: 0 };
  const prepared = values.sums(params, new Scratch());
  return inTurn([step, prepared(rows.values, writer(context, values, rows.scales))]);
}

/** Per-channel weights take asymmetric activations, a single scale symmetric ones. */
const planConv2d: Planner<'CONV_2D'> = (op, context) => {
  const values = layer(context, 0, 0);
  const window = conv2dWindow(context, op.options, values);
  const perChannel = values.weights.scales.length > 1;
  return planConvolution(context, {
    ...values,
    window,
    bias: floatBias(context, 2, window.outputC),
    activation: op.options.activation,
    rows: window.batch,
    asymmetric: perChannel,
    scaled: perChannel ? oneByOne : byProduct,
    sums: conv2dSums,
  });
};

const planDepthwise: Planner<'DEPTHWISE_CONV_2D'> = (op, context) => {
  const values = layer(context, 3, 0);
  const window = depthwiseWindow(context, op.options, values);
  // TensorFlow Lite's kernel reads a scale for each channel, whether they are there or not.
  if (values.weights.scales.length !== window.outputC)
    throw context.unsupported('with float activations and one weight scale');
  return planConvolution(context, {
    ...values,
    window,
    bias: floatBias(context, 2, window.outputC),
    activation: op.options.activation,
    rows: window.batch,
    asymmetric: true,
    scaled: byProduct,
    sums: depthwiseSums,
  });
};

/** Sums are floats already, product by product (reference_ops.h, HybridTransposeConv). */
const planTransposeConv: Planner<'TRANSPOSE_CONV'> = (op, context) => {
  const { input, weights, output } = layer(context, 0, 2);
  const window = transposeConvWindow(context, op.options, { input, weights, output });
  const bias = floatBias(context, 3, window.inputC);
  const range = activationRange(context, op.options.activation);
  const { rows, step } = quantizedRows(input.data, window.batch, true);
  const scales = perChannel(weights.scales, window.inputC);
  const product: Product = (x, weight, { channel, image }) =>
    oneByOne(x * weight, rows.scales[image] as number, scales[channel] as number);
  const spread = (): void => {
    scatter({ window, weights: weights.data, input: rows.values, output: output.data, product });
    finishPixels(output.data, bias, range);
  };
  return inTurn([step, spread]);
};

const planDense: Planner<'FULLY_CONNECTED'> = (op, context) => {
  if (op.options.weightsFormat !== 'DEFAULT') throw context.unsupported('with shuffled weights');
  const values = layer(context, 0, 0);
  context.expectRank(values.weights, 2);
  const sizes = denseSizes(context, op.options, values);
  return planConvolution(context, {
    ...values,
    window: denseWindow(sizes),
    bias: floatBias(context, 2, sizes.outputs),
    activation: op.options.activation,
    rows: sizes.batch,
    asymmetric: op.options.asymmetricQuantizeInputs ?? false,
    scaled: byProduct,
    sums: conv2dSums,
  });
};

/** The right operand is constant; each row of the left one has a scale of its own. */
const planBatchMatMul: Planner<'BATCH_MATMUL'> = (op, context) => {
  const [x, output] = [floatInput(context, 0), floatOutput(context)];
  const y = context.int8(context.constant(1));
  const { sizes, operands, steps } = matMulOperands(context, op.options, { x, y, output });
  const { batch, rows: rowsOfX, depth, columns } = sizes;
  const asymmetric = op.options.asymmetricQuantizeInputs ?? false;
  const { rows, step } = quantizedRows(operands[0], batch * rowsOfX, asymmetric);
  const right = operands[1];
  const multiply = (): void => {
    for (let o = 0; o < output.data.length; o++) {
      const row = Math.floor(o / columns);
      const r = (Math.floor(row / rowsOfX) * columns + (o % columns)) * depth;
      let sum = 0;
      for (let d = 0; d < depth; d++)
        sum += (rows.values[row * depth + d] as number) * (right[r + d] as number);
      output.data[o] = byProduct(sum, rows.scales[row] as number, y.scale);
    }
  };
  return inTurn([...steps, step, multiply]);
};

/** How a recurrent op makes integers of the vectors that its weights are multiplied with; the rest of it is in floats. */
const quantizerOf = ({ options }: { readonly options: HybridOption }) =>
  rowQuantizer(options.asymmetricQuantizeInputs ?? false);

export const hybridPlanners: Planners = {
  CONV_2D: planConv2d,
  DEPTHWISE_CONV_2D: planDepthwise,
  TRANSPOSE_CONV: planTransposeConv,
  FULLY_CONNECTED: planDense,
  BATCH_MATMUL: planBatchMatMul,
  EMBEDDING_LOOKUP: planEmbeddingLookup,
  SVDF: (op, context) => planSvdf(op, context, quantizerOf(op)),
  LSTM: (op, context) => planLstm(op, context, quantizerOf(op)),
  UNIDIRECTIONAL_SEQUENCE_LSTM: (op, context) => planLstm(op, context, quantizerOf(op)),
};
