import type { OnnxGraph, OnnxNode } from '../formats/onnx/graph.ts';
import { allocate } from '../model/data.ts';
import type { TensorData } from '../model/types.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import type { IntegerBias } from './bias.ts';
import { Draft } from './draft.ts';
import { checkFinite, constantGrid, type Grid, quantizeConstant } from './grid.ts';
import { type QdqOptions, stepsOf } from './options.ts';
import type { Plan } from './plan.ts';
import { Weights } from './weights.ts';

/** Names of the constants that hold a grid. */
interface GridNames {
  readonly scale: string;
  readonly zeroPoint: string;
}

/** Writes a plan into the graph: pairs of QuantizeLinear and DequantizeLinear, and constants behind DequantizeLinear. Names are onnxruntime's. */
export function insertQdq(onnx: NormalizedOnnx, plan: Plan, options: QdqOptions): OnnxGraph {
  return new Inserter(onnx, plan, options).insert();
}

class Inserter {
  readonly #graph: OnnxGraph;
  readonly #plan: Plan;
  readonly #options: QdqOptions;
  readonly #draft: Draft;
  readonly #weights: Weights;
  readonly #outputs: ReadonlySet<string>;
  readonly #gridNames = new Map<string, GridNames>();
  /** By what a constant is quantized as: the value behind its DequantizeLinear. */
  readonly #constants = new Map<string, string>();
  /** By value of the given graph: the name it is read by. */
  readonly #read = new Map<string, string>();

  constructor(onnx: NormalizedOnnx, plan: Plan, options: QdqOptions) {
    this.#graph = onnx.graph;
    this.#plan = plan;
    this.#options = options;
    this.#draft = new Draft(onnx.graph);
    this.#weights = new Weights(onnx, plan, options);
    const fed = new Set(onnx.graph.inputs.map(({ name }) => name));
    // What is fed and handed out at once goes out as it came.
    this.#outputs = new Set(onnx.graph.outputs.map(({ name }) => name).filter((name) => !fed.has(name)));
  }

  insert(): OnnxGraph {
    for (const { name } of this.#graph.inputs) if (this.#plan.owners.has(name)) this.#pair(name, name);
    for (const node of this.#graph.nodes) if (!this.#plan.vanished.has(node)) this.#place(node);
    return this.#draft.finish();
  }

  #place(node: OnnxNode): void {
    const choice = this.#plan.choices.get(node);
    const inputs = node.inputs.map((input, slot) => {
      if (choice === undefined || !this.#graph.constants.has(input)) return this.#read.get(input) ?? input;
      return this.#constantInput(node, slot, input);
    });
    const outputs = node.outputs.map((output) => this.#nameOfResult(output));
    this.#draft.keep(rewired(this.#withoutBeta(node), inputs, outputs));
    for (const [i, output] of node.outputs.entries()) {
      const value = this.#renamed(output);
      if (this.#plan.owners.has(value)) this.#pair(value, outputs[i] ?? '');
    }
  }

  /** After vanished nodes. */
  #renamed(value: string): string {
    const next = this.#plan.renamed.get(value);
    return next === undefined ? value : this.#renamed(next);
  }

  #nameOfResult(output: string): string {
    const value = this.#renamed(output);
    const behind = this.#plan.owners.has(value) && this.#outputs.has(value);
    return behind ? this.#draft.names.fresh(`${value}_QuantizeLinear_Input`) : value;
  }

  /** QuantizeLinear and DequantizeLinear of an activation. */
  #pair(value: string, from: string): void {
    const owner = this.#plan.owners.get(value) ?? value;
    const grid = this.#plan.grids.get(owner);
    if (grid === undefined) throw new Error(`no grid of ${owner}`);
    const { names } = this.#draft;
    const integers = names.fresh(`${value}_QuantizeLinear_Output`);
    const reals = this.#outputs.has(value) ? value : names.fresh(`${value}_DequantizeLinear_Output`);
    const { scale, zeroPoint } = this.#namesOf(owner, grid, owner);
    this.#draft.add('QuantizeLinear', [from, scale, zeroPoint], [integers], {
      name: names.fresh(`${value}_QuantizeLinear`),
    });
    this.#dequantize(value, [integers, scale, zeroPoint], { to: reals });
    this.#read.set(value, reals);
  }

  #dequantize(
    value: string,
    inputs: readonly string[],
    { to, axis }: { readonly to: string; readonly axis?: number | undefined },
  ): void {
    this.#draft.add('DequantizeLinear', inputs, [to], {
      name: this.#draft.names.fresh(`${value}_DequantizeLinear`),
      ...(axis !== undefined && { attributes: { axis: { int: axis } } }),
    });
  }

  /** What the integers of a constant stand for is written once for every way it is quantized in. */
  #namesOf(key: string, grid: Grid, wish: string): GridNames {
    const known = this.#gridNames.get(key);
    if (known !== undefined) return known;
    const shape = grid.axis === undefined ? [] : [grid.scale.length];
    const data = allocate(grid.dtype, grid.scale.length).fill(grid.zeroPoint as never);
    const made = {
      scale: this.#draft.constant(`${wish}_scale`, { dtype: 'float32', shape, data: grid.scale }),
      zeroPoint: this.#draft.constant(`${wish}_zero_point`, { dtype: grid.dtype, shape, data }),
    };
    this.#gridNames.set(key, made);
    return made;
  }

  #constantInput(node: OnnxNode, slot: number, name: string): string {
    const choice = this.#plan.choices.get(node);
    const value = this.#graph.constants.get(name);
    if (choice === undefined || value?.dtype !== 'float32') return name;
    if (slot === choice.bias) return this.#bias(name, this.#weights.bias(node));
    const weights = this.#weights.grid(node, slot);
    if (weights !== undefined) return this.#constant(name, value, weights);
    if (!choice.inputs.includes(slot)) return name;
    checkFinite(name, value);
    const grid = this.#plan.grids.get(name) ?? constantGrid(value, stepsOf(this.#options));
    return this.#constant(name, value, grid);
  }

  /** Integers of a constant behind DequantizeLinear; made once for all nodes that want them alike. */
  #constant(name: string, value: TensorData, grid: Grid): string {
    const key = JSON.stringify([name, grid.dtype, grid.axis, grid.zeroPoint]);
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const reals = this.#draft.names.fresh(`${name}_DequantizeLinear_Output`);
    const integers = this.#draft.constant(`${name}_quantized`, quantizeConstant(value, grid));
    const { scale, zeroPoint } = this.#namesOf(this.#plan.grids.has(name) ? name : key, grid, name);
    this.#dequantize(name, [integers, scale, zeroPoint], { to: reals, axis: grid.axis });
    this.#constants.set(key, reals);
    return reals;
  }

  /** A bias is written for each node that adds it: its scale is that of the node's products. */
  #bias(name: string, bias: IntegerBias | undefined): string {
    if (bias === undefined) return name;
    const { names } = this.#draft;
    const reals = names.fresh(`${name}_DequantizeLinear_Output`);
    const count = bias.scale.length;
    const { axis } = bias;
    const shape = axis === undefined ? [] : [count];
    const integers = this.#draft.constant(`${name}_quantized`, bias.values);
    const scale = this.#draft.constant(`${name}_quantized_scale`, {
      dtype: 'float32',
      shape,
      data: bias.scale,
    });
    const zeroPoint = this.#draft.constant(`${name}_quantized_zero_point`, {
      dtype: 'int32',
      shape,
      data: new Int32Array(count),
    });
    this.#dequantize(name, [integers, scale, zeroPoint], { to: reals, axis });
    return reals;
  }

  /** The bias of a Gemm that became int32 holds its factor already. */
  #withoutBeta(node: OnnxNode): OnnxNode {
    const { beta, ...attributes } = node.attributes;
    return beta === undefined || node.type !== 'Gemm' || this.#weights.bias(node) === undefined
      ? node
      : { ...node, attributes };
  }
}

/** The node itself where nothing changes, so that it is written as it was read. */
function rewired(node: OnnxNode, inputs: readonly string[], outputs: readonly string[]): OnnxNode {
  const same = (one: readonly string[], other: readonly string[]): boolean =>
    one.every((name, i) => name === other[i]);
  return same(inputs, node.inputs) && same(outputs, node.outputs) ? node : { ...node, inputs, outputs };
}
