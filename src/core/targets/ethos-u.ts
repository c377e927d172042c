import { cmsisNn } from './cpu-targets.ts';
import { leftTo, native, setOf, type Target } from './target.ts';
import { hasInt4, isPerChannel, type OpView, padsPicture, reducesInPicture, sameShapes } from './view.ts';

/** Operators that Vela places on the NPU; conditions below. */
const supported = setOf(`
  ABS ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D EXPAND_DIMS FULLY_CONNECTED HARD_SWISH LEAKY_RELU
  LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL PACK PAD PRELU QUANTIZE RELU RELU6 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR
  RESIZE_NEAREST_NEIGHBOR SHAPE SLICE SOFTMAX SPLIT SPLIT_V SQUEEZE STRIDED_SLICE SUB TANH TRANSPOSE_CONV UNPACK`);

const perChannelKinds = setOf('CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV');
const anyBatch = setOf(
  'FULLY_CONNECTED RESHAPE SHAPE SLICE SOFTMAX SPLIT SPLIT_V SQUEEZE STRIDED_SLICE UNPACK',
);

function strideAtMost(limit: number): (view: OpView) => string | undefined {
  return ({ op }) =>
    'strideH' in op.options && Math.max(op.options.strideH, op.options.strideW) > limit
      ? `its stride is larger than ${limit}`
      : undefined;
}

function averagePool(view: OpView): string | undefined {
  const { op } = view;
  if (op.kind !== 'AVERAGE_POOL_2D') return undefined;
  const { filterH, filterW, padding } = op.options;
  if (padding === 'SAME' && Math.max(filterH, filterW) > 8) return 'its SAME window is larger than 8';
  return filterH > 256 ? 'its window is higher than 256' : strideAtMost(3)(view);
}

/** Sizes that Vela's resize takes: 1 × 1, equal, or 2, 4 or 8 times as large. */
function resize({ input, output, op }: OpView): string | undefined {
  const [, h = 0, w = 0] = input?.shape ?? [];
  const [, H = 0, W = 0] = output?.shape ?? [];
  if ((h === 1 && w === 1) || sameShapes(input?.shape, output?.shape)) return undefined;
  const { alignCorners = false, halfPixelCenters = false } = 'alignCorners' in op.options ? op.options : {};
  const less = alignCorners ? 1 : 0;
  const [vertical, horizontal] = [(H - less) / (h - less), (W - less) / (w - less)];
  if (vertical !== horizontal || ![2, 4, 8].includes(vertical)) return 'it does not enlarge 2, 4 or 8 times';
  return halfPixelCenters && op.kind === 'RESIZE_BILINEAR' && vertical !== 2
    ? 'with half-pixel centres it can only enlarge 2 times'
    : undefined;
}

function sameParams({ activations, constants }: OpView): string | undefined {
  const grids = [...activations, ...constants].map(
    ({ quant }) => `${quant?.scale[0]} ${quant?.zeroPoint[0]}`,
  );
  return new Set(grids).size === 1 ? undefined : 'its operands and its result have different scales';
}

const conditions: Readonly<Record<string, (view: OpView) => string | undefined>> = {
  AVERAGE_POOL_2D: averagePool,
  MAX_POOL_2D: strideAtMost(3),
  CONV_2D: strideAtMost(4),
  DEPTHWISE_CONV_2D: strideAtMost(3),
  FULLY_CONNECTED: ({ output }) => (output?.shape.length === 2 ? undefined : 'its output is not 2-D'),
  HARD_SWISH: ({ arithmetic }) => (arithmetic === 'int16' ? 'it takes 8 bits only' : undefined),
  MAXIMUM: sameParams,
  MINIMUM: sameParams,
  MEAN: (view) => {
    if (view.arithmetic === 'int16') return 'it takes 8 bits only';
    if (!reducesInPicture(view)) return 'it does not reduce height and width alone, by constant axes';
    const [, h = 1, w = 1] = view.input?.shape ?? [];
    return h * w > 4096 ? 'it averages more than 4,096 values' : undefined;
  },
  PAD: (view) => (padsPicture(view) ? undefined : 'it pads other dimensions than height and width'),
  RESIZE_BILINEAR: resize,
  RESIZE_NEAREST_NEIGHBOR: resize,
  STRIDED_SLICE: (view) =>
    view.integers(3)?.every((stride) => stride === 1) === true ? undefined : 'its strides are not all 1',
};

function obstacle(view: OpView): string | undefined {
  const { kind, arithmetic, activations } = view;
  if (arithmetic === 'float' || arithmetic === 'hybrid' || arithmetic === 'widening')
    return 'it computes in float';
  if (!supported.has(kind)) return 'Vela leaves the operator to the CPU';
  if (hasInt4(view)) return 'its weights have 4 bits';
  if (activations.some(({ shape }) => shape.length > 4)) return 'it has more than 4 dimensions';
  if (!anyBatch.has(kind) && activations.some(({ shape }) => shape.length === 4 && shape[0] !== 1))
    return 'its batch is not 1';
  if (isPerChannel(view) && !perChannelKinds.has(kind)) return 'its weights have one scale per channel';
  return conditions[kind]?.(view);
}

/** Ethos-U behind Vela: TensorFlow Lite Micro with CMSIS-NN runs what stays on the CPU. */
export const ethosU: Target = {
  id: 'ethos-u',
  title: 'Ethos-U',
  source: 'Vela 3.6, SUPPORTED_OPS.md',
  assess: (view) => {
    const reason = obstacle(view);
    return reason === undefined ? native : leftTo(cmsisNn.assess(view), reason);
  },
};
