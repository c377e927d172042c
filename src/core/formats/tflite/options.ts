import type { ArgOptions, OptionsByKind } from '../../model/options.ts';
import type { KnownKind } from '../../model/types.ts';
import { codec, type OptionsCodec, type StoredOptions } from './codec.ts';
import { readDtype, storedDtype } from './dtypes.ts';
import * as fb from './generated/tflite_generated.ts';
import { recurrentCodecs } from './recurrent-options.ts';
import {
  activation,
  biasType,
  hybrid,
  storedActivation,
  storedBiasType,
  storedHybrid,
} from './shared-fields.ts';

const padding = (stored: { padding: fb.Padding }) => (stored.padding === fb.Padding.SAME ? 'SAME' : 'VALID');
const storedPadding = (name: 'SAME' | 'VALID') => fb.Padding[name];

/** Texts are unpacked as such; the generated type allows for bytes as well. */
const textOf = (stored: string | Uint8Array | null) => (typeof stored === 'string' ? stored : '');

/** The schema's default, float32, stands for a type that is not said. */
const positions = {
  read: ({ outputType }: { outputType: fb.TensorType }): ArgOptions =>
    outputType === fb.TensorType.FLOAT32 ? {} : { outputType: readDtype(outputType) },
  write: ({ outputType = 'float32' }: ArgOptions) => ({ outputType: storedDtype(outputType) }),
};

const conv = codec<fb.Conv2DOptionsT, OptionsByKind['CONV_2D']>('Conv2DOptions', fb.Conv2DOptionsT, {
  read: (t) => ({
    padding: padding(t),
    strideH: t.strideH,
    strideW: t.strideW,
    dilationH: t.dilationHFactor,
    dilationW: t.dilationWFactor,
    activation: activation(t),
    ...biasType(t),
  }),
  write: (o) => ({
    padding: storedPadding(o.padding),
    strideH: o.strideH,
    strideW: o.strideW,
    dilationHFactor: o.dilationH,
    dilationWFactor: o.dilationW,
    fusedActivationFunction: storedActivation(o.activation),
    ...storedBiasType(o),
  }),
});

const depthwise = codec<fb.DepthwiseConv2DOptionsT, OptionsByKind['DEPTHWISE_CONV_2D']>(
  'DepthwiseConv2DOptions',
  fb.DepthwiseConv2DOptionsT,
  {
    read: (t) => ({
      padding: padding(t),
      strideH: t.strideH,
      strideW: t.strideW,
      dilationH: t.dilationHFactor,
      dilationW: t.dilationWFactor,
      depthMultiplier: t.depthMultiplier,
      activation: activation(t),
    }),
    write: (o) => ({
      padding: storedPadding(o.padding),
      strideH: o.strideH,
      strideW: o.strideW,
      dilationHFactor: o.dilationH,
      dilationWFactor: o.dilationW,
      depthMultiplier: o.depthMultiplier,
      fusedActivationFunction: storedActivation(o.activation),
    }),
  },
);

const transposeConv = codec<fb.TransposeConvOptionsT, OptionsByKind['TRANSPOSE_CONV']>(
  'TransposeConvOptions',
  fb.TransposeConvOptionsT,
  {
    read: (t) => ({
      padding: padding(t),
      strideH: t.strideH,
      strideW: t.strideW,
      activation: activation(t),
      ...biasType(t),
    }),
    write: (o) => ({
      padding: storedPadding(o.padding),
      strideH: o.strideH,
      strideW: o.strideW,
      fusedActivationFunction: storedActivation(o.activation),
      ...storedBiasType(o),
    }),
  },
);

const dense = codec<fb.FullyConnectedOptionsT, OptionsByKind['FULLY_CONNECTED']>(
  'FullyConnectedOptions',
  fb.FullyConnectedOptionsT,
  {
    read: (t) => ({
      activation: activation(t),
      keepNumDims: t.keepNumDims,
      weightsFormat:
        t.weightsFormat === fb.FullyConnectedOptionsWeightsFormat.DEFAULT ? 'DEFAULT' : 'SHUFFLED4x16INT8',
      ...biasType(t),
      ...hybrid(t),
    }),
    write: (o) => ({
      fusedActivationFunction: storedActivation(o.activation),
      keepNumDims: o.keepNumDims,
      weightsFormat: fb.FullyConnectedOptionsWeightsFormat[o.weightsFormat],
      ...storedBiasType(o),
      ...storedHybrid(o),
    }),
  },
);

const pool = codec<fb.Pool2DOptionsT, OptionsByKind['MAX_POOL_2D']>('Pool2DOptions', fb.Pool2DOptionsT, {
  read: (t) => ({
    padding: padding(t),
    strideH: t.strideH,
    strideW: t.strideW,
    filterH: t.filterHeight,
    filterW: t.filterWidth,
    activation: activation(t),
  }),
  write: (o) => ({
    padding: storedPadding(o.padding),
    strideH: o.strideH,
    strideW: o.strideW,
    filterHeight: o.filterH,
    filterWidth: o.filterW,
    fusedActivationFunction: storedActivation(o.activation),
  }),
});

/** A codec for tables whose only field of ours is the fused activation. */
function fused<T extends StoredOptions & { fusedActivationFunction: fb.ActivationFunctionType }>(
  name: keyof typeof fb.BuiltinOptions,
  Stored: new () => T,
): OptionsCodec<OptionsByKind['MUL']> {
  return codec<T, OptionsByKind['MUL']>(name, Stored, {
    read: (t) => ({ activation: activation(t) }),
    write: (o) => ({ fusedActivationFunction: storedActivation(o.activation) }) as Partial<T>,
  });
}

/** ADD and SUB. */
function sum<
  T extends StoredOptions & { fusedActivationFunction: fb.ActivationFunctionType; potScaleInt16: boolean },
>(name: keyof typeof fb.BuiltinOptions, Stored: new () => T): OptionsCodec<OptionsByKind['ADD']> {
  return codec<T, OptionsByKind['ADD']>(name, Stored, {
    read: (t) => ({ activation: activation(t), ...(!t.potScaleInt16 && { potScaleInt16: false }) }),
    write: (o) =>
      ({
        fusedActivationFunction: storedActivation(o.activation),
        potScaleInt16: o.potScaleInt16 ?? true,
      }) as Partial<T>,
  });
}

const reduce = codec<fb.ReducerOptionsT, OptionsByKind['MEAN']>('ReducerOptions', fb.ReducerOptionsT, {
  read: (t) => ({ keepDims: t.keepDims }),
  write: (o) => ({ keepDims: o.keepDims }),
});

function resize<T extends StoredOptions & { alignCorners: boolean; halfPixelCenters: boolean }>(
  name: keyof typeof fb.BuiltinOptions,
  Stored: new () => T,
): OptionsCodec<OptionsByKind['RESIZE_BILINEAR']> {
  return codec<T, OptionsByKind['RESIZE_BILINEAR']>(name, Stored, {
    read: (t) => ({ alignCorners: t.alignCorners, halfPixelCenters: t.halfPixelCenters }),
    write: (o) => ({ alignCorners: o.alignCorners, halfPixelCenters: o.halfPixelCenters }) as Partial<T>,
  });
}

type Codecs = { readonly [K in KnownKind]?: OptionsCodec<OptionsByKind[K]> };

/** Kinds whose options we interpret. The others of `OptionsByKind` have none: their table is kept as it is. */
export const codecs: Codecs = {
  CONV_2D: conv,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: transposeConv,
  FULLY_CONNECTED: dense,
  BATCH_MATMUL: codec('BatchMatMulOptions', fb.BatchMatMulOptionsT, {
    read: (t) => ({ adjX: t.adjX, adjY: t.adjY, ...hybrid(t) }),
    write: (o) => ({ adjX: o.adjX, adjY: o.adjY, ...storedHybrid(o) }),
  }),
  ...recurrentCodecs,
  ADD: sum('AddOptions', fb.AddOptionsT),
  SUB: sum('SubOptions', fb.SubOptionsT),
  MUL: fused('MulOptions', fb.MulOptionsT),
  DIV: fused('DivOptions', fb.DivOptionsT),
  L2_NORMALIZATION: fused('L2NormOptions', fb.L2NormOptionsT),
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  CONCATENATION: codec('ConcatenationOptions', fb.ConcatenationOptionsT, {
    read: (t) => ({ axis: t.axis, activation: activation(t) }),
    write: (o) => ({ axis: o.axis, fusedActivationFunction: storedActivation(o.activation) }),
  }),
  SOFTMAX: codec('SoftmaxOptions', fb.SoftmaxOptionsT, {
    read: (t) => ({ beta: t.beta }),
    write: (o) => ({ beta: o.beta }),
  }),
  RESHAPE: codec('ReshapeOptions', fb.ReshapeOptionsT, {
    read: (t) => ({ newShape: t.newShape }),
    write: (o) => ({ newShape: [...o.newShape] }),
  }),
  SQUEEZE: codec('SqueezeOptions', fb.SqueezeOptionsT, {
    read: (t) => ({ squeezeDims: t.squeezeDims }),
    write: (o) => ({ squeezeDims: [...o.squeezeDims] }),
  }),
  MEAN: reduce,
  SUM: reduce,
  REDUCE_MAX: reduce,
  REDUCE_MIN: reduce,
  REDUCE_PROD: reduce,
  GELU: codec('GeluOptions', fb.GeluOptionsT, {
    read: (t) => ({ approximate: t.approximate }),
    write: (o) => ({ approximate: o.approximate }),
  }),
  LEAKY_RELU: codec('LeakyReluOptions', fb.LeakyReluOptionsT, {
    read: (t) => ({ alpha: t.alpha }),
    write: (o) => ({ alpha: o.alpha }),
  }),
  RESIZE_BILINEAR: resize('ResizeBilinearOptions', fb.ResizeBilinearOptionsT),
  RESIZE_NEAREST_NEIGHBOR: resize('ResizeNearestNeighborOptions', fb.ResizeNearestNeighborOptionsT),
  PACK: codec('PackOptions', fb.PackOptionsT, {
    read: (t) => ({ axis: t.axis, count: t.valuesCount }),
    write: (o) => ({ axis: o.axis, valuesCount: o.count }),
  }),
  UNPACK: codec('UnpackOptions', fb.UnpackOptionsT, {
    read: (t) => ({ axis: t.axis, count: t.num }),
    write: (o) => ({ axis: o.axis, num: o.count }),
  }),
  SPLIT: codec('SplitOptions', fb.SplitOptionsT, {
    read: (t) => ({ count: t.numSplits }),
    write: (o) => ({ numSplits: o.count }),
  }),
  SPLIT_V: codec('SplitVOptions', fb.SplitVOptionsT, {
    read: (t) => ({ count: t.numSplits }),
    write: (o) => ({ numSplits: o.count }),
  }),
  GATHER: codec('GatherOptions', fb.GatherOptionsT, {
    read: (t) => ({ axis: t.axis, batchDims: t.batchDims }),
    write: (o) => ({ axis: o.axis, batchDims: o.batchDims }),
  }),
  STRIDED_SLICE: codec('StridedSliceOptions', fb.StridedSliceOptionsT, {
    read: ({ beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, offset }) => ({
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
      offset,
    }),
    write: (o) => ({ ...o }),
  }),
  SPACE_TO_DEPTH: codec('SpaceToDepthOptions', fb.SpaceToDepthOptionsT, {
    read: (t) => ({ blockSize: t.blockSize }),
    write: (o) => ({ blockSize: o.blockSize }),
  }),
  DEPTH_TO_SPACE: codec('DepthToSpaceOptions', fb.DepthToSpaceOptionsT, {
    read: (t) => ({ blockSize: t.blockSize }),
    write: (o) => ({ blockSize: o.blockSize }),
  }),
  CUMSUM: codec('CumsumOptions', fb.CumsumOptionsT, {
    read: (t) => ({ exclusive: t.exclusive, reverse: t.reverse }),
    write: (o) => ({ exclusive: o.exclusive, reverse: o.reverse }),
  }),
  ARG_MAX: codec('ArgMaxOptions', fb.ArgMaxOptionsT, positions),
  ARG_MIN: codec('ArgMinOptions', fb.ArgMinOptionsT, positions),
  FAKE_QUANT: codec('FakeQuantOptions', fb.FakeQuantOptionsT, {
    read: (t) => ({ min: t.min, max: t.max, bits: t.numBits, narrowRange: t.narrowRange }),
    write: (o) => ({ min: o.min, max: o.max, numBits: o.bits, narrowRange: o.narrowRange }),
  }),
  VAR_HANDLE: codec('VarHandleOptions', fb.VarHandleOptionsT, {
    read: ({ container, sharedName }) => ({
      ...(container !== null && { container: textOf(container) }),
      sharedName: textOf(sharedName),
    }),
    write: ({ container = null, sharedName }) => ({ container, sharedName }),
  }),
  CALL_ONCE: codec('CallOnceOptions', fb.CallOnceOptionsT, {
    read: (t) => ({ initGraph: t.initSubgraphIndex }),
    write: (o) => ({ initSubgraphIndex: o.initGraph }),
  }),
  MIRROR_PAD: codec('MirrorPadOptions', fb.MirrorPadOptionsT, {
    read: (t) => ({ mode: t.mode === fb.MirrorPadMode.REFLECT ? 'REFLECT' : 'SYMMETRIC' }),
    write: (o) => ({ mode: fb.MirrorPadMode[o.mode] }),
  }),
};
