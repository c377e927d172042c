import type { TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { windowsOf } from '../../onnx/windows.ts';
import { floats, padded, reshaped, type Translate, toNhwc, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { asPicture, definePicture, paddingPlan, type Window2d, window2d } from './window.ts';

/** O1HW → 1HWO. */
const channelsLast: readonly number[] = [1, 2, 3, 0];

/** Weights with two spatial dimensions; [O, I, L] as [O, I, 1, L]. */
export function planarWeights(to: Translation, weights: TensorId): TensorId {
  const [first = 1, second = 1, length = 1] = to.shape(weights);
  return to.shape(weights).length === 3 ? reshaped(to, weights, [first, second, 1, length]) : weights;
}

/** What a convolution works on, where that is not what its node reads. */
interface ConvolutionParts {
  readonly x: TensorId;
  /** [O, I, H, W] or [O, I, L]. */
  readonly weights: TensorId;
  /** Absent: 0, because int8 kernels ask for one. */
  readonly bias?: TensorId;
  /** What becomes of the result, NHWC. */
  readonly finish?: (y: TensorId) => TensorId;
}

/** Translates `view`, a convolution, and defines its output. */
export function convolution(view: NodeView, to: Translation, parts: ConvolutionParts): void {
  const { x, weights, finish = (y) => y } = parts;
  const window = window2d(view, windowsOf(view, view.shape(1).slice(2)));
  const picture = asPicture(view, to, x);
  const plan = paddingPlan(to.shape(picture), window);
  const bordered = plan.borders === undefined ? picture : padded(to, picture, plan.borders);
  const [channels = 1] = to.shape(weights);
  const bias = parts.bias ?? floats(to, [channels], new Float32Array(channels));
  const groups = view.int('group') ?? 1;
  const layer = { x: bordered, weights: planarWeights(to, weights), bias, groups };
  definePicture(view, to, finish(convolved(to, { ...layer, window, padding: plan.padding })));
}

export const conv: Translate = (view, to) => {
  const [x, weights] = [to.input(view, 0), to.input(view, 1)];
  convolution(view, to, { x, weights, ...(view.has(2) && { bias: to.input(view, 2) }) });
};

interface Layer {
  readonly x: TensorId;
  readonly weights: TensorId;
  readonly bias: TensorId;
  readonly groups: number;
  readonly window: Window2d;
  readonly padding: 'SAME' | 'VALID';
}

/** Groups of one input channel are depthwise; other groups show in the depth of CONV_2D's weights. */
function convolved(to: Translation, { x, weights, bias, groups, window, padding }: Layer): TensorId {
  const [channels = 1] = to.shape(weights);
  const [batch = 1, , , depth = 1] = to.shape(x);
  const made = { shape: [batch, ...window.output, channels] };
  const options = {
    padding,
    strideH: window.stride[0],
    strideW: window.stride[1],
    dilationH: window.dilation[0],
    dilationW: window.dilation[1],
    activation: 'NONE',
  } as const;
  if (groups > 1 && groups === depth) {
    const inputs = [x, transposed(to, weights, channelsLast), bias];
    const depthwise = { ...options, depthMultiplier: channels / depth };
    return to.emit('DEPTHWISE_CONV_2D', inputs, { ...made, options: depthwise });
  }
  return to.emit('CONV_2D', [x, transposed(to, weights, toNhwc), bias], { ...made, options });
}
