import type { TensorId } from '../../model/types.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import { windowsOf } from '../../onnx/windows.ts';
import { floats, padded, reshaped, type Translate, toNhwc, transposed } from '../emit.ts';
import type { Translation } from '../translation.ts';
import { asPicture, definePicture, paddingPlan, type Window2d, window2d } from './window.ts';

/** O1HW → 1HWO. */
const channelsLast: readonly number[] = [1, 2, 3, 0];

/** Weights with two spatial dimensions; [O, I, L] as [O, I, 1, L]. */
export function planarWeights(view: NodeView, to: Translation): TensorId {
  const weights = to.input(view, 1);
  const [first = 1, second = 1, length = 1] = to.shape(weights);
  return to.shape(weights).length === 3 ? reshaped(to, weights, [first, second, 1, length]) : weights;
}

/** The bias, which int8 kernels ask for, so that it is 0 where there is none. */
function biasOf(view: NodeView, to: Translation, channels: number): TensorId {
  return view.has(2) ? to.input(view, 2) : floats(to, [channels], new Float32Array(channels));
}

export const conv: Translate = (view, to) => {
  const window = window2d(view, windowsOf(view, view.shape(1).slice(2)));
  const picture = asPicture(view, to);
  const plan = paddingPlan(to.shape(picture), window);
  const x = plan.borders === undefined ? picture : padded(to, picture, plan.borders);
  definePicture(view, to, convolved(view, to, { x, window, padding: plan.padding }));
};

interface Convolution {
  readonly x: TensorId;
  readonly window: Window2d;
  readonly padding: 'SAME' | 'VALID';
}

/** Groups of one input channel are depthwise; other groups show in the depth of CONV_2D's weights. */
function convolved(view: NodeView, to: Translation, { x, window, padding }: Convolution): TensorId {
  const weights = planarWeights(view, to);
  const [channels = 1] = to.shape(weights);
  const [batch = 1, , , depth = 1] = to.shape(x);
  const groups = view.int('group') ?? 1;
  const made = { shape: [batch, ...window.output, channels] };
  const bias = biasOf(view, to, channels);
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
