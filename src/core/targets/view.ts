import { integersOf } from '../model/data.ts';
import { isPresent, opName, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, Op, Shape, Tensor } from '../model/types.ts';

/** What an op computes in: integers of a type, float with float weights, or float with integer weights. */
export type Arithmetic = 'int8' | 'int16' | 'uint8' | 'float' | 'hybrid' | 'widening';

/** One op as targets look at it. */
export interface OpView {
  readonly op: Op;
  /** CONV_2D, or CUSTOM:name. */
  readonly kind: string;
  readonly arithmetic: Arithmetic;
  /** Inputs and outputs that are no constants. */
  readonly activations: readonly Tensor[];
  readonly constants: readonly Tensor[];
  readonly input: Tensor | undefined;
  readonly output: Tensor | undefined;
  /** The integers of the constant at an input; `undefined` where there is none. */
  integers(position: number): readonly number[] | undefined;
}

const integerTypes: readonly Dtype[] = ['int8', 'uint8', 'int16'];

function arithmeticOf(
  kind: string,
  activations: readonly Tensor[],
  constants: readonly Tensor[],
): Arithmetic {
  const quantized = activations.find(
    ({ dtype, quant }) => quant !== undefined && integerTypes.includes(dtype),
  );
  if (quantized !== undefined) return quantized.dtype as 'int8' | 'uint8' | 'int16';
  const stored = constants.some(({ dtype, quant }) => quant !== undefined || dtype === 'float16');
  if (!stored) return 'float';
  return kind === 'DEQUANTIZE' ? 'widening' : 'hybrid';
}

/** What the targets' rules see of an op of this graph. */
export function viewOf(graph: Graph, op: Op): OpView {
  const tensors = [...op.inputs, ...op.outputs].filter(isPresent).map((id) => tensorAt(graph, id));
  const activations = tensors.filter(({ data }) => data === undefined);
  const constants = tensors.filter(({ data }) => data !== undefined);
  const kind = opName(op);
  const [output] = op.outputs;
  return {
    op,
    kind,
    arithmetic: arithmeticOf(kind, activations, constants),
    activations,
    constants,
    input: activations[0],
    output: isPresent(output) ? tensorAt(graph, output) : undefined,
    integers: (position) => {
      const id = op.inputs[position];
      return isPresent(id) ? integersOf(tensorAt(graph, id)) : undefined;
    },
  };
}

/** Whether the weights of a layer have a scale for each channel. */
export function isPerChannel({ constants }: OpView): boolean {
  return constants.some(({ quant }) => (quant?.scale.length ?? 1) > 1);
}

/** Whether the op holds weights of 4 bits. */
export function hasInt4({ constants }: OpView): boolean {
  return constants.some(({ dtype }) => dtype === 'int4');
}

/** Axes that a reduction runs along, from 0; none where they are known only when it runs. */
function reducedAxes(view: OpView): ReadonlySet<number> {
  const rank = view.input?.shape.length ?? 0;
  return new Set(view.integers(1)?.map((axis) => (axis < 0 ? axis + rank : axis)));
}

/** Whether a reduction of an NHWC tensor runs along constant axes, height, width or both, and no others. */
export function reducesInPicture(view: OpView): boolean {
  const axes = reducedAxes(view);
  return (
    view.input?.shape.length === 4 && axes.size > 0 && [...axes].every((axis) => axis === 1 || axis === 2)
  );
}

/** Whether a reduction of an NHWC tensor runs along height and width, both, and leaves one value for each channel. */
export function reducesWholePicture(view: OpView): boolean {
  return reducesInPicture(view) && reducedAxes(view).size === 2;
}

/** Whether PAD leaves batch and channels of an NHWC tensor alone. */
export function padsPicture(view: OpView): boolean {
  const pads = view.integers(1);
  if (pads === undefined) return false;
  const rank = pads.length / 2;
  return pads.every((pad, i) => {
    const axis = Math.floor(i / 2) + 4 - rank;
    return pad === 0 || axis === 1 || axis === 2;
  });
}

/** The activation that is a part of the op: NONE, RELU, RELU6 … */
export function activationOf({ op }: OpView): string {
  return 'activation' in op.options ? op.options.activation : 'NONE';
}

/** Whether two shapes have the same sizes in the same order. */
export function sameShapes(a: Shape | undefined, b: Shape | undefined): boolean {
  return a?.join() === b?.join();
}
