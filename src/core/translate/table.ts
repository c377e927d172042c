import type { OnnxNode } from '../formats/onnx/graph.ts';
import type { Translate } from './emit.ts';
import * as activation from './ops/activation.ts';
import { conv } from './ops/conv.ts';
import { convTranspose } from './ops/conv-transpose.ts';
import { gemm, matMul } from './ops/dense.ts';
import * as elementwise from './ops/elementwise.ts';
import * as integers from './ops/integers.ts';
import * as normalize from './ops/normalize.ts';
import { pad } from './ops/pad.ts';
import { gather, gatherNd, slice } from './ops/pick.ts';
import * as pool from './ops/pool.ts';
import { pow } from './ops/power.ts';
import { dequantizeLinear, fakeQuant, quantizeLinear } from './ops/quantize.ts';
import * as reduce from './ops/reduce.ts';
import { resize } from './ops/resize.ts';
import * as shape from './ops/shape.ts';
import { softmax } from './ops/softmax.ts';

const { comparison, direct, folded, pair } = elementwise;

/** Every ONNX operator that is translated, and how. */
const table: ReadonlyMap<string, Translate> = new Map(
  Object.entries({
    Conv: conv,
    ConvTranspose: convTranspose,
    Gemm: gemm,
    MatMul: matMul,

    AveragePool: pool.averagePool,
    MaxPool: pool.maxPool,
    GlobalAveragePool: pool.globalAveragePool,
    GlobalMaxPool: pool.globalMaxPool,

    Add: pair('ADD'),
    Sub: pair('SUB'),
    Mul: pair('MUL'),
    Div: pair('DIV'),
    Mod: elementwise.mod,
    Pow: pow,
    Max: folded('MAXIMUM'),
    Min: folded('MINIMUM'),
    Sum: folded('ADD'),
    Mean: elementwise.mean,
    Equal: comparison('EQUAL'),
    Greater: comparison('GREATER'),
    GreaterOrEqual: comparison('GREATER_EQUAL'),
    Less: comparison('LESS'),
    LessOrEqual: comparison('LESS_EQUAL'),
    Xor: comparison('NOT_EQUAL'),
    And: pair('LOGICAL_AND'),
    Or: pair('LOGICAL_OR'),
    Not: elementwise.not,
    Where: elementwise.where,

    Abs: elementwise.abs,
    Neg: elementwise.neg,
    Reciprocal: elementwise.reciprocal,
    Cast: elementwise.castTo,
    Ceil: direct('CEIL'),
    Cos: direct('COS'),
    Exp: direct('EXP'),
    Floor: direct('FLOOR'),
    Log: direct('LOG'),
    Round: direct('ROUND'),
    Sign: direct('SIGN'),
    Sin: direct('SIN'),
    Sqrt: direct('SQRT'),

    Relu: direct('RELU'),
    Sigmoid: direct('LOGISTIC'),
    Tanh: direct('TANH'),
    HardSwish: direct('HARD_SWISH'),
    HardSigmoid: activation.hardSigmoid,
    Clip: activation.clip,
    LeakyRelu: activation.leakyRelu,
    PRelu: pair('PRELU'),
    Elu: activation.elu,
    Selu: activation.selu,
    Celu: activation.celu,
    Gelu: activation.gelu,
    Erf: activation.erf,
    Softplus: activation.softplus,
    Softsign: activation.softsign,
    Mish: activation.mish,
    Softmax: softmax('SOFTMAX'),
    LogSoftmax: softmax('LOG_SOFTMAX'),

    BatchNormalization: normalize.batchNormalization,
    InstanceNormalization: normalize.instanceNormalization,
    LayerNormalization: normalize.layerNormalization,
    GroupNormalization: normalize.groupNormalization,
    LRN: normalize.lrn,

    ReduceMean: reduce.reduction('MEAN'),
    ReduceSum: reduce.reduction('SUM'),
    ReduceMax: reduce.reduction('REDUCE_MAX'),
    ReduceMin: reduce.reduction('REDUCE_MIN'),
    ReduceProd: reduce.reduction('REDUCE_PROD'),
    ReduceL1: reduce.reduceL1,
    ReduceL2: reduce.reduceL2,
    ReduceSumSquare: reduce.reduceSumSquare,
    ReduceLogSum: reduce.reduceLogSum,
    ReduceLogSumExp: reduce.reduceLogSumExp,
    ArgMax: reduce.argExtreme('ARG_MAX'),
    ArgMin: reduce.argExtreme('ARG_MIN'),
    TopK: reduce.topK,
    CumSum: reduce.cumSum,

    Identity: shape.same,
    Dropout: shape.dropout,
    FakeQuant: fakeQuant,
    Reshape: shape.reshape,
    Flatten: shape.reshape,
    Squeeze: shape.reshape,
    Unsqueeze: shape.reshape,
    Transpose: shape.transpose,
    Expand: shape.expand,
    Tile: shape.tile,
    Concat: shape.concat,
    Split: shape.split,
    DepthToSpace: shape.depthToSpace,
    SpaceToDepth: shape.spaceToDepth,
    Slice: slice,
    Gather: gather,
    GatherND: gatherNd,
    Pad: pad,
    Resize: resize,
    Upsample: resize,

    QuantizeLinear: quantizeLinear,
    DequantizeLinear: dequantizeLinear,
    DynamicQuantizeLinear: integers.dynamicQuantizeLinear,
    MatMulInteger: integers.matMulInteger,
    ConvInteger: integers.convInteger,
  }),
);

/** How `node` is translated; `undefined` for an operator outside the table. */
export function translateOf({ type, domain }: OnnxNode): Translate | undefined {
  return domain === undefined ? table.get(type) : undefined;
}
