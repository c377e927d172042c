import { elementCount } from '../../../model/data.ts';
import type { Activation } from '../../../model/options.ts';
import type { Shape } from '../../../model/types.ts';
import { type Int8Value, type OpContext, size } from '../context.ts';
import type { Output, Step } from '../kernels.ts';
import { broadcastPositions, broadcastShape, compose, offsets, strides, sumOfOffsets } from '../positions.ts';
import { biasOf, perChannelStage } from './conv.ts';
import { inTurn, type Planner } from './planner.ts';

interface DenseWeights {
  readonly data: Int8Array;
  readonly shape: Shape;
  readonly scales: Float32Array;
  readonly zeroPoint: number;
}

/** [outputs, inputs]; a zero point is allowed only with a single scale. */
function denseWeights(context: OpContext): DenseWeights {
  const value = context.constant(1);
  const { data, shape, quant } = value;
  if (!(data instanceof Int8Array)) throw context.unsupported(`with ${value.dtype} weights`);
  context.expectRank(value, 2);
  const scales = context.scales(value);
  if (scales.length === 1) return { data, shape, scales, zeroPoint: quant?.zeroPoint[0] ?? 0 };
  if (
    scales.length !== shape[0] ||
    quant?.axis !== 0 ||
    quant.zeroPoint.some((zeroPoint) => zeroPoint !== 0)
  ) {
    throw context.invalid(
      `weights "${value.name}" have ${scales.length} scales that do not run along their outputs`,
    );
  }
  return { data, shape, scales, zeroPoint: 0 };
}

/** TensorFlow Lite refuses a bias whose scale is not that of the products, to 2 % of the output's scale. */
function checkBiasScale(context: OpContext, product: number, outputScale: number): void {
  const bias = context.has(2) ? context.input(2).quant?.scale[0] : undefined;
  if (bias !== undefined && !(Math.abs(product - bias) / outputScale <= 0.02)) {
    throw context.invalid(`the bias has scale ${bias} where its products have ${product}`);
  }
}

interface Scales {
  readonly input: Int8Value;
  readonly output: Int8Value;
  readonly scales: Float32Array;
}

/**
 * LiteRT's reference kernel multiplies by a float64; everybody else uses fixed point, where a single scale is
 * multiplied with the input's in float32 first (tflite/kernels/fully_connected.cc, kernel_util.cc).
 */
function denseStage(context: OpContext, { input, output, scales }: Scales, activation: Activation): Output {
  const range = context.activationRange(output, activation);
  const products = Float64Array.from(scales, (scale) => input.scale * scale);
  const rounded = Math.fround(products[0] as number);
  if (scales.length === 1) checkBiasScale(context, rounded, output.scale);
  if (context.arithmetic === 'litert-reference') {
    const factor = products.map((product) => product / output.scale);
    return { rescale: { kind: 'real', factor }, zeroPoint: output.zeroPoint, ...range };
  }
  if (scales.length === 1) return context.outputStage(output, rounded / output.scale, activation);
  return { ...perChannelStage(context, { input, scales, output }), ...range };
}

export const planDense: Planner<'FULLY_CONNECTED'> = (op, context): Step => {
  if (op.options.weightsFormat !== 'DEFAULT') throw context.unsupported('with shuffled weights');
  const input = context.int8Input(0);
  const output = context.int8Output();
  const weights = denseWeights(context);
  const [outputs, inputs] = [size(weights.shape, 0), size(weights.shape, 1)];
  const batch = elementCount(input.shape) / inputs;
  const rows = op.options.keepNumDims ? input.shape[input.shape.length - 1] === inputs : true;
  if (!Number.isInteger(batch) || !rows)
    throw context.invalid(`input of shape [${input.shape}] is no multiple of ${inputs} weights`);
  const leading = op.options.keepNumDims ? input.shape.slice(0, -1) : [batch];
  context.expectShape(output, [...leading, outputs]);
  const params = {
    batch,
    inputs,
    outputs,
    weights: weights.data,
    weightsZeroPoint: weights.zeroPoint,
    bias: biasOf(context, 2, outputs),
    inputZeroPoint: input.zeroPoint,
    output: denseStage(context, { input, output, scales: weights.scales }, op.options.activation),
  };
  return context.kernels.dense(params, input.data, output.data);
};

function swapLast(shape: Shape): Shape {
  return [...shape.slice(0, -2), size(shape, shape.length - 1), size(shape, shape.length - 2)];
}

/** `value` with its last two dimensions swapped where asked, and its batch dimensions stretched to `batch`. */
function arranged(context: OpContext, value: Int8Value, { swap, batch }: { swap: boolean; batch: Shape }) {
  const shape = swap ? swapLast(value.shape) : value.shape;
  const target = [...batch, ...shape.slice(-2)];
  if (!swap && elementCount(target) === elementCount(shape)) return { data: value.data, steps: [] };
  const own = strides(value.shape);
  const steps = swap ? swapLast(own) : own;
  const transposed = sumOfOffsets(shape.map((count, d) => offsets(count, (i) => i * size(steps, d))));
  const source = compose(broadcastPositions(shape, target), transposed);
  const data = new Int8Array(source.length);
  return { data, steps: [context.kernels.move({ source, fill: 0 }, value.data, data)] };
}

export const planBatchMatMul: Planner<'BATCH_MATMUL'> = (op, context): Step => {
  const [x, y, output] = [context.int8Input(0), context.int8Input(1), context.int8Output()];
  const { adjX, adjY } = op.options;
  const batch = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  if (batch === undefined || x.shape.length < 2 || y.shape.length < 2)
    throw context.invalid('its inputs do not fit');
  const [left, right] = [adjX ? swapLast(x.shape) : x.shape, adjY ? y.shape : swapLast(y.shape)];
  const [rows, depth, columns] = [
    size(left, left.length - 2),
    size(left, left.length - 1),
    size(right, right.length - 2),
  ];
  if (depth !== right[right.length - 1])
    throw context.invalid(`its inputs' shapes [${x.shape}] and [${y.shape}] do not fit`);
  context.expectShape(output, [...batch, rows, columns]);
  const params = {
    batch: elementCount(batch),
    rows,
    depth,
    columns,
    leftZeroPoint: x.zeroPoint,
    rightZeroPoint: y.zeroPoint,
    output: context.outputStage(output, Math.fround(x.scale * y.scale) / output.scale),
  };
  const l = arranged(context, x, { swap: adjX, batch });
  const r = arranged(context, y, { swap: !adjY, batch });
  return inTurn([...l.steps, ...r.steps, context.kernels.matMul(params, [l.data, r.data], output.data)]);
};
