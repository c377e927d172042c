import type { OnnxNode } from '../../formats/onnx/graph.ts';
import type { TensorData } from '../../model/types.ts';
import type { Draft } from '../../onnx/rewrite/draft.ts';
import { type Grid, gridOf } from '../grid.ts';

/**
 * QLinearConv and QLinearMatMul as what they mean: a float op between DequantizeLinear and QuantizeLinear, which is how
 * newer files write it.
 */
export function spreadQLinear(draft: Draft): void {
  for (const node of draft.nodes) {
    if (node.domain !== undefined) continue;
    if (node.type === 'QLinearConv') spread(draft, node, 'Conv');
    if (node.type === 'QLinearMatMul') spread(draft, node, 'MatMul');
  }
}

function spread(draft: Draft, node: OnnxNode, type: 'Conv' | 'MatMul'): void {
  const [
    x = '',
    xScale = '',
    xZero = '',
    w = '',
    wScale = '',
    wZero = '',
    yScale = '',
    yZero = '',
    bias = '',
  ] = node.inputs;
  const [y = ''] = node.outputs;
  const made: OnnxNode[] = [];
  const widened = (name: string, [scale, zero, axis]: readonly [string, string, number]): string => {
    const shape = draft.values.get(name)?.shape ?? [];
    const output = draft.addValue(`${name}_float`, { dtype: 'float32', shape });
    const inputs = zero === '' ? [name, scale] : [name, scale, zero];
    made.push({
      name: '',
      type: 'DequantizeLinear',
      inputs,
      outputs: [output],
      attributes: { axis: { int: axis } },
    });
    return output;
  };
  // Weights of a convolution have their output channels in front, the right matrix its columns behind.
  const axis = type === 'Conv' ? 0 : (draft.values.get(w)?.shape.length ?? 1) - 1;
  const operands = [widened(x, [xScale, xZero, 0]), widened(w, [wScale, wZero, axis])];
  const biasScale = bias === '' ? undefined : productOf(draft, y, [xScale, wScale]);
  if (bias !== '' && biasScale === undefined) return;
  if (biasScale !== undefined) operands.push(widened(bias, [biasScale, '', 0]));
  const real = draft.addValue(`${y}_float`, { dtype: 'float32', shape: draft.values.get(y)?.shape ?? [] });
  made.push({ name: node.name, type, inputs: operands, outputs: [real], attributes: node.attributes });
  const inputs = [real, yScale, yZero];
  made.push({ name: '', type: 'QuantizeLinear', inputs, outputs: node.outputs, attributes: {} });
  draft.replace(node, ...made);
}

/** A bias counts steps of the input's scale times the weights'. `undefined` where one of them is computed. */
function productOf(draft: Draft, name: string, [a, b]: readonly [string, string]): string | undefined {
  const [one, many] = [draft.constants.get(a), draft.constants.get(b)];
  if (one === undefined || many === undefined) return undefined;
  const data = Float32Array.from(many.data as Float32Array, (scale) => scale * Number(one.data[0]));
  return draft.addConstant(`${name}_bias_scale`, { dtype: 'float32', shape: many.shape, data });
}

/** Ops behind which onnxruntime's quantizer takes an activation out, because integers end where it does. */
const layers = new Set([
  'Add',
  'BatchNormalization',
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Mul',
  'Sub',
  'Sum',
]);

/**
 * DequantizeLinear of QuantizeLinear with the same grid, on a float activation, becomes one rounding: FakeQuant. A grid that
 * begins at 0, or lies between −1 and 1, is also the activation of the layer before it; other ends stay with the FakeQuant.
 */
export function nameFakeQuants(draft: Draft): void {
  for (const node of draft.nodes) {
    const maker = node.type === 'DequantizeLinear' ? draft.makerOf(node.inputs[0] ?? '') : undefined;
    if (maker?.type !== 'QuantizeLinear' || !sameGrid(draft, maker, node)) continue;
    const grid = gridOf(draft.view(maker));
    const input = maker.inputs[0] ?? '';
    if (grid === undefined || draft.constants.has(input)) continue;
    const activation = layers.has(draft.makerOf(input)?.type ?? '') ? impliedBy(grid) : undefined;
    const made = activation && limit(draft, input, activation);
    const inputs = [made?.outputs[0] ?? input, ...maker.inputs.slice(1)];
    draft.replace(node, ...(made === undefined ? [] : [made]), { ...node, type: 'FakeQuant', inputs });
  }
}

type Activation = Pick<OnnxNode, 'type' | 'attributes'>;

/** The activation of TensorFlow Lite whose values a grid holds: RELU6 and RELU_N1_TO_1 where it ends there, to one step. */
function impliedBy({ min, max, bits }: Grid): Activation | undefined {
  const step = (max - min) / (2 ** bits - 1);
  const reaches = (low: number, high: number) => Math.abs(min - low) <= step && Math.abs(max - high) <= step;
  if (min === 0) return reaches(0, 6) ? clip(0, 6) : { type: 'Relu', attributes: {} };
  return reaches(-1, 1) ? clip(-1, 1) : undefined;
}

function clip(min: number, max: number): Activation {
  return { type: 'Clip', attributes: { min: { float: min }, max: { float: max } } };
}

function limit(draft: Draft, input: string, activation: Activation): OnnxNode {
  const shape = draft.values.get(input)?.shape ?? [];
  const output = draft.addValue(`${input}_limited`, { dtype: 'float32', shape });
  return { name: '', inputs: [input], outputs: [output], ...activation };
}

/** One scale and zero point for all, and the same for both. */
function sameGrid(draft: Draft, a: OnnxNode, b: OnnxNode): boolean {
  return [1, 2].every((index) => {
    const [left, right] = [constantAt(draft, a, index), constantAt(draft, b, index)];
    if (left === undefined || right === undefined) return left === right && index === 2;
    return (
      left.data.length === 1 && left.dtype === right.dtype && Number(left.data[0]) === Number(right.data[0])
    );
  });
}

function constantAt(draft: Draft, { inputs }: OnnxNode, index: number): TensorData | undefined {
  return draft.constants.get(inputs[index] ?? '');
}
