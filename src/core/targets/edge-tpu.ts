import { edgeTpuOp } from '../model/edge-tpu.ts';
import { litert } from './cpu-targets.ts';
import { leftTo, native, setOf, type Target } from './target.ts';
import { activationOf, hasInt4, isPerChannel, type OpView, padsPicture, reducesInPicture } from './view.ts';

/** Operators of the compiler's table; those with conditions have them in `conditions`. */
const supported = setOf(`
  ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D EXPAND_DIMS FULLY_CONNECTED L2_NORMALIZATION LOGISTIC
  LSTM MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL PACK PAD PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 RELU_N1_TO_1 RESHAPE
  RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQUARED_DIFFERENCE SQUEEZE
  STRIDED_SLICE SUB SUM TANH TRANSPOSE TRANSPOSE_CONV`);

function noFusedActivation(view: OpView): string | undefined {
  return activationOf(view) === 'NONE' ? undefined : `it has a fused ${activationOf(view)}`;
}

function pictureReduction(view: OpView): string | undefined {
  return reducesInPicture(view) ? undefined : 'it does not reduce height and width alone, by constant axes';
}

function squareDilation({ op }: OpView): string | undefined {
  if (op.kind !== 'CONV_2D' && op.kind !== 'DEPTHWISE_CONV_2D') return undefined;
  if (op.kind === 'DEPTHWISE_CONV_2D' && (op.options.dilationH > 1 || op.options.dilationW > 1))
    return 'dilated depthwise kernels are not supported';
  return op.options.dilationH === op.options.dilationW ? undefined : 'its two dilations differ';
}

/**
 * A scale per channel makes a dense layer version 12 of its operator, which came with TensorFlow 2.17 (LiteRT,
 * runtime_version.cc); the last compiler, 16.0, is of 2021 and refuses what is newer ("Operation version not supported").
 */
function dense(view: OpView): string | undefined {
  if (isPerChannel(view)) return 'its weights have one scale per channel, which is newer than the compiler';
  const sizes = (view.output?.shape ?? []).filter((size) => size !== 1);
  return sizes.length > 1 ? 'its output has more than one dimension' : undefined;
}

/** Why a supported operator is not taken in this form. */
const conditions: Readonly<Record<string, (view: OpView) => string | undefined>> = {
  AVERAGE_POOL_2D: noFusedActivation,
  MAX_POOL_2D: noFusedActivation,
  CONCATENATION: (view) => {
    if (activationOf(view) !== 'NONE') return noFusedActivation(view);
    return view.constants.length > 0 && view.op.inputs.length > 2
      ? 'it joins a constant with more than one tensor'
      : undefined;
  },
  CONV_2D: squareDilation,
  DEPTHWISE_CONV_2D: squareDilation,
  FULLY_CONNECTED: dense,
  MEAN: pictureReduction,
  SUM: pictureReduction,
  PAD: (view) => (padsPicture(view) ? undefined : 'it pads other dimensions than height and width'),
  SOFTMAX: ({ input }) => {
    const shape = (input?.shape ?? []).filter((size) => size !== 1);
    if (shape.length > 1) return 'its input has more than one dimension';
    return (shape[0] ?? 0) > 16_000 ? 'it has more than 16,000 values' : undefined;
  },
  STRIDED_SLICE: (view) =>
    view.integers(3)?.every((stride) => stride === 1) === true ? undefined : 'its strides are not all 1',
  PRELU: ({ constants }) => {
    const slopes = (constants[0]?.shape ?? []).slice(0, -1);
    return slopes.every((size) => size === 1) ? undefined : 'its slopes differ along more than the channels';
  },
};

function obstacle(view: OpView): string | undefined {
  const { kind, arithmetic, activations } = view;
  if (kind === edgeTpuOp) return undefined;
  if (arithmetic !== 'int8' && arithmetic !== 'uint8')
    return arithmetic === 'int16' ? 'its activations have 16 bits' : 'it computes in float';
  if (hasInt4(view)) return 'its weights have 4 bits';
  if (!supported.has(kind)) return 'the compiler does not know the operator';
  const large = activations.some(({ shape }) => shape.slice(0, -3).some((size) => size > 1));
  if (large) return 'more than the three innermost dimensions are larger than 1';
  return conditions[kind]?.(view);
}

/** The Edge TPU: the compiler's table of operations; LiteRT's kernels on the CPU run the rest. */
export const edgeTpu: Target = {
  id: 'edge-tpu',
  title: 'Edge TPU',
  source: 'coral.ai, “TensorFlow models on the Edge TPU”, table of operations; compiler 16.0',
  assess: (view) => {
    const reason = obstacle(view);
    return reason === undefined ? native : leftTo(litert.assess(view), reason);
  },
};
