import type { Int8Kernels } from '../kernels.ts';
import { add, multiply, weightedSum } from './arithmetic.ts';
import { put, scatterAdd, select, take } from './blocks.ts';
import { cast } from './cast.ts';
import { conv2d, dense } from './conv2d.ts';
import { dequantize, lookup, lookupPair, quantize } from './convert.ts';
import { depthwiseConv2d } from './depthwise.ts';
import { l2Normalize } from './l2-normalize.ts';
import { lstm } from './lstm.ts';
import { matMul } from './matmul.ts';
import { join, move } from './move.ts';
import { Scratch } from './padded-image.ts';
import { averagePool, maxPool } from './pool.ts';
import { argExtreme, topK } from './rank.ts';
import { product, reduceMax, reduceMin, sum, sumInFloat } from './reduce.ts';
import { resizeBilinear, resizeBilinearInElevenBits } from './resize.ts';
import { resizeBilinearInFloat } from './resize-in-float.ts';
import { logSoftmax, softmax } from './softmax.ts';
import { svdf } from './svdf.ts';
import { transposeConv2d } from './transpose-conv2d.ts';

/**
 * The kernels in plain TypeScript: the norm for every other implementation. One set serves one plan at a time.
 * One entry a kernel and nothing else, which is why it is long.
 */
export function createReferenceKernels(): Int8Kernels {
  const scratch = new Scratch();
  return {
    conv2d: (params, input, output) => conv2d(params, scratch)(input, output),
    depthwiseConv2d: (params, input, output) => depthwiseConv2d(params, scratch)(input, output),
    dense: (params, input, output) => dense(params, scratch)(input, output),
    transposeConv2d,
    matMul,
    add,
    weightedSum,
    multiply,
    averagePool,
    maxPool,
    sum,
    sumInFloat,
    reduceMax,
    reduceMin,
    softmax,
    logSoftmax,
    l2Normalize,
    lookup,
    lookupPair,
    quantize,
    dequantize,
    resizeBilinear,
    resizeBilinearInElevenBits,
    resizeBilinearInFloat,
    move,
    join,
    product,
    argExtreme,
    topK,
    take,
    put,
    scatterAdd,
    select,
    cast,
    svdf,
    lstm,
  };
}
