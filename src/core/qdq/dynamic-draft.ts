import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import { allocate } from '../model/data.ts';
import type { Shape, TensorData } from '../model/types.ts';
import { Draft, int64s } from './draft.ts';
import type { DynamicWeights } from './dynamic-choice.ts';
import { quantizeConstant } from './grid.ts';

/** Names of integers and of what they stand for. */
interface Integers {
  readonly integers: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

/** What the integers of weights lie at: int8 + 128, because onnxruntime's kernels of products take uint8 up to ten times as fast. */
const middle = 128;

/** Writes nodes with integer weights into a graph. */
export class DynamicDraft {
  readonly graph: Draft;
  readonly #compute: 'integer' | 'float';
  /** By name of an activation, which is quantized while the model runs. */
  readonly #measured = new Map<string, Integers>();
  /** By name and form of weights. */
  readonly #integerWeights = new Map<string, Integers>();
  /** By name and grid of weights: the value behind their DequantizeLinear. */
  readonly #reals = new Map<string, string>();

  constructor(graph: OnnxGraph, compute: 'integer' | 'float') {
    this.graph = new Draft(graph);
    this.#compute = compute;
  }

  quantize(node: OnnxNode, weights: DynamicWeights): void {
    if (this.#compute === 'integer' && weights.integer !== undefined)
      this.#inIntegers(node, weights, weights.integer);
    else this.#inFloat(node, weights);
  }

  #inFloat(node: OnnxNode, weights: DynamicWeights): void {
    const inputs = node.inputs.map((input, slot) => (slot === 1 ? this.#dequantized(weights) : input));
    this.graph.keep({ ...node, inputs });
  }

  #dequantized({ name, value, grid }: DynamicWeights): string {
    const key = JSON.stringify([name, grid.axis]);
    const known = this.#reals.get(key);
    if (known !== undefined) return known;
    const { names } = this.graph;
    const reals = names.fresh(`${name}_DequantizeLinear_Output`);
    const { length } = grid.scale;
    const shape = grid.axis === undefined ? [] : [length];
    const zeroPoint = { dtype: grid.dtype, shape, data: allocate(grid.dtype, length) };
    const inputs = [
      this.graph.constant(`${name}_quantized`, quantizeConstant(value, grid)),
      this.graph.constant(`${name}_scale`, { dtype: 'float32', shape, data: grid.scale }),
      this.graph.constant(`${name}_zero_point`, zeroPoint),
    ];
    this.graph.add('DequantizeLinear', inputs, [reals], {
      name: names.fresh(`${name}_DequantizeLinear`),
      ...(grid.axis !== undefined && { attributes: { axis: { int: grid.axis } } }),
    });
    this.#reals.set(key, reals);
    return reals;
  }

  /** The order in which onnxruntime's `quantize_dynamic` writes these nodes, because its runtime fuses some of them. */
  #inIntegers(node: OnnxNode, weights: DynamicWeights, type: string): void {
    const [x = '', , bias = ''] = node.inputs;
    const [y = ''] = node.outputs;
    const { names } = this.graph;
    const isConv = type === 'ConvInteger';
    const input = this.#measure(x);
    const constants = this.#integers(weights, isConv ? channelShape(weights.value) : [-1]);
    const made = (suffix: string): string => names.fresh(`${y}_${suffix}`);
    const [sums, reals, scales] = [made('output_quantized'), made('output_real'), made('scales')];
    const operands = [input.integers, constants.integers, input.zeroPoint, constants.zeroPoint];
    this.graph.add(type, operands, [sums], {
      name: names.fresh(`${node.name || y}_quant`),
      attributes: isConv ? node.attributes : {},
    });
    this.graph.add('Cast', [sums], [reals], { attributes: { to: { int: floatType } } });
    this.graph.add('Mul', [input.scale, constants.scale], [scales]);
    const scaled = bias === '' ? y : made('output_scaled');
    this.graph.add('Mul', [reals, scales], [scaled]);
    if (bias !== '') this.graph.add('Add', [scaled, isConv ? this.#stretched(bias, weights) : bias], [y]);
  }

  /** A convolution's bias along the dimension of channels. */
  #stretched(bias: string, { value }: DynamicWeights): string {
    const result = this.graph.names.fresh(`${bias}_stretched`);
    const shape = this.graph.constant(`${bias}_shape`, int64s(channelShape(value)));
    this.graph.add('Reshape', [bias, shape], [result]);
    return result;
  }

  #measure(x: string): Integers {
    const known = this.#measured.get(x);
    if (known !== undefined) return known;
    const { names } = this.graph;
    const made = {
      integers: names.fresh(`${x}_quantized`),
      scale: names.fresh(`${x}_scale`),
      zeroPoint: names.fresh(`${x}_zero_point`),
    };
    this.graph.add('DynamicQuantizeLinear', [x], [made.integers, made.scale, made.zeroPoint], {
      name: names.fresh(`${x}_QuantizeLinear`),
    });
    this.#measured.set(x, made);
    return made;
  }

  #integers({ name, value, grid, transposed }: DynamicWeights, channels: Shape): Integers {
    const key = JSON.stringify([name, grid.axis, transposed, channels]);
    const known = this.#integerWeights.get(key);
    if (known !== undefined) return known;
    const { scale } = grid;
    const shape = grid.axis === undefined ? [] : channels.map((size) => (size === -1 ? scale.length : size));
    const integers = quantizeConstant(value, { ...grid, dtype: 'uint8', zeroPoint: middle });
    const zeroPoint = { dtype: 'uint8', shape: [], data: Uint8Array.of(middle) } as const;
    const made = {
      integers: this.graph.constant(`${name}_quantized`, transposed ? flipped(integers) : integers),
      scale: this.graph.constant(`${name}_scale`, { dtype: 'float32', shape, data: scale }),
      zeroPoint: this.graph.constant(`${name}_zero_point`, zeroPoint),
    };
    this.#integerWeights.set(key, made);
    return made;
  }
}

/** ONNX's code of float32, as Cast wants it. */
const floatType = 1;

/** One value for each channel of a convolution's result. */
function channelShape({ shape }: TensorData): Shape {
  return [1, -1, ...shape.slice(2).map(() => 1)];
}

/** Rows become columns. */
function flipped({ dtype, shape: [rows = 0, columns = 0], data }: TensorData): TensorData {
  const result = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[(i % rows) * columns + Math.floor(i / rows)] ?? 0;
    result[i] = value as never;
  }
  return { dtype, shape: [columns, rows], data: result };
}
