import type { Activation } from '../../../model/options.ts';
import type { Shape } from '../../../model/types.ts';
import type { Int8Value, OpContext } from '../context.ts';
import type { Output } from '../kernel-params.ts';
import type { Step } from '../kernels.ts';
import { biasOf, perChannelStage } from './conv.ts';
import { denseSizes, matMulOperands } from './matrix-shapes.ts';
import { inTurn, type Planner } from './planner.ts';
import { float32MatMul, float32Stage } from './xnnpack.ts';

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
  const inFloat32 = float32Stage(context, { input, scales, output }, activation);
  if (inFloat32 !== undefined) return inFloat32;
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
  const sizes = denseSizes(context, op.options, { input, weights, output });
  const params = {
    ...sizes,
    weights: weights.data,
    weightsZeroPoint: weights.zeroPoint,
    bias: biasOf(context, 2, sizes.outputs),
    inputZeroPoint: input.zeroPoint,
    output: denseStage(context, { input, output, scales: weights.scales }, op.options.activation),
  };
  return context.kernels.dense(params, input.data, output.data);
};

export const planBatchMatMul: Planner<'BATCH_MATMUL'> = (op, context): Step => {
  const [x, y, output] = [context.int8Input(0), context.int8Input(1), context.int8Output()];
  const { sizes, operands, steps } = matMulOperands(context, op.options, { x, y, output });
  const params = {
    ...sizes,
    leftZeroPoint: x.zeroPoint,
    rightZeroPoint: y.zeroPoint,
    output:
      float32MatMul(context, { x, y, output }) ??
      context.outputStage(output, Math.fround(x.scale * y.scale) / output.scale),
  };
  return inTurn([...steps, context.kernels.matMul(params, operands, output.data)]);
};
