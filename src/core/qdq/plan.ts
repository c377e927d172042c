import type { OnnxNode } from '../formats/onnx/graph.ts';
import { NodeView, scopeOf } from '../onnx/node-view.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import { type Choice, chooseFor } from './choice.ts';
import { isClipping, staysWithin } from './clipping.ts';
import { Consumers } from './consumers.ts';
import { checkFinite, constantGrid, type Grid, type Range, rangeGrid } from './grid.ts';
import { isKept, nameOf, refuseQuantized } from './nodes.ts';
import { type FloatNode, type QdqOptions, stepsOf } from './options.ts';

/** Which values of a graph become integers, and with which grids. */
export interface Plan {
  /** Nodes that compute with integers, those that vanish apart. */
  readonly choices: ReadonlyMap<OnnxNode, Choice>;
  /** Relu and Clip whose bounds are those of the integers of their output. */
  readonly vanished: ReadonlySet<OnnxNode>;
  /** The value that a vanished node's input is called from now on. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Of every quantized activation: the value whose grid it has, mostly itself. */
  readonly owners: ReadonlyMap<string, string>;
  /** By owner. */
  readonly grids: ReadonlyMap<string, Grid>;
  readonly floatNodes: readonly FloatNode[];
}

const noRange = (value: string): string => `no range of “${value}” is known`;

/** Decides as onnxruntime's static quantization does, node by node in execution order. */
export class Planner {
  readonly #onnx: NormalizedOnnx;
  readonly #options: QdqOptions;
  readonly #ranges: ReadonlyMap<string, Range>;
  readonly #consumers: Consumers;
  readonly #choices = new Map<OnnxNode, Choice>();
  readonly #vanished = new Set<OnnxNode>();
  readonly #renamed = new Map<string, string>();
  readonly #owners = new Map<string, string>();
  readonly #floatNodes: FloatNode[] = [];

  constructor(onnx: NormalizedOnnx, ranges: ReadonlyMap<string, Range>, options: QdqOptions) {
    this.#onnx = onnx;
    this.#options = options;
    this.#consumers = new Consumers(onnx.graph);
    this.#ranges = this.#adjusted(ranges);
  }

  /** @throws Problem `model/already-quantized`, `model/not-finite` or `range/not-finite`. */
  plan(): Plan {
    for (const node of this.#onnx.graph.nodes) {
      const reason = this.#place(node);
      if (reason !== undefined && this.#touchesFloats(node))
        this.#floatNodes.push({ node: nameOf(node), type: node.type, reason });
    }
    return {
      choices: this.#choices,
      vanished: this.#vanished,
      renamed: this.#renamed,
      owners: this.#owners,
      grids: this.#grids(),
      floatNodes: this.#floatNodes,
    };
  }

  /** Returns why the node stays in float. */
  #place(node: OnnxNode): string | undefined {
    refuseQuantized(node);
    if (isKept(node, this.#options.keepFloat)) return 'it was asked to';
    if (isClipping(node)) return this.#placeClipping(node);
    const choice = chooseFor(this.#view(node), (value) => this.#owners.has(value));
    return typeof choice === 'string' ? choice : this.#take(node, choice);
  }

  #view(node: OnnxNode): NodeView {
    return new NodeView(node, scopeOf(this.#onnx));
  }

  #take(node: OnnxNode, choice: Choice): string | undefined {
    const slots = [...choice.inputs, ...(choice.weights ?? []).map(({ slot }) => slot)];
    const inputs = slots.map((slot) => node.inputs[slot] ?? '').filter((it) => this.#isFloat(it));
    const outputs = node.outputs.filter((it) => this.#isFloat(it));
    const ranged = [
      ...inputs.filter((it) => !this.#owners.has(it) && !this.#onnx.graph.constants.has(it)),
      ...(choice.outputs === 'own' ? outputs : []),
    ];
    const missing = ranged.find((it) => !this.#ranges.has(it));
    if (missing !== undefined) return noRange(missing);
    const first = node.inputs[0] ?? '';
    // A table that is gathered from is a constant, and the only one whose grid others share.
    if (choice.outputs === 'shared' && this.#onnx.graph.constants.has(first)) this.#own(first);
    for (const input of inputs) if (!this.#onnx.graph.constants.has(input)) this.#own(input);
    for (const output of outputs)
      if (choice.outputs === 'own') this.#own(output);
      else if (choice.outputs === 'shared') this.#owners.set(output, this.#owners.get(first) ?? first);
    this.#choices.set(node, choice);
    return undefined;
  }

  #placeClipping(node: OnnxNode): string | undefined {
    const [input = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (!this.#owners.has(input)) return 'the values it clips are not quantized';
    if (!this.#ranges.has(output)) return noRange(output);
    this.#own(output);
    if (this.#vanishes(node, input, output)) {
      this.#vanished.add(node);
      this.#renamed.set(input, output);
      this.#owners.delete(input);
    } else this.#choices.set(node, { inputs: [0], outputs: 'own' });
    return undefined;
  }

  /**
   * Whether the integers of the output end where the op clips. onnxruntime's quantizer does not look at the bounds: it
   * would lose those above 0, and those of ranges that were set by hand.
   */
  #vanishes(node: OnnxNode, input: string, output: string): boolean {
    if (this.#options.symmetric === true || !this.#consumers.isOnlyFor(input, node)) return false;
    const grid = this.#gridOf(output);
    return grid !== undefined && staysWithin(this.#view(node), grid);
  }

  #own(value: string): void {
    if (!this.#owners.has(value)) this.#owners.set(value, value);
  }

  /** A Softmax ends at 0 and 1; what only a Relu or Clip sees need not reach further than the end of the chain of them. */
  #adjusted(ranges: ReadonlyMap<string, Range>): ReadonlyMap<string, Range> {
    const adjusted = new Map(ranges);
    const nodes = this.#onnx.graph.nodes.filter((node) => !isKept(node, this.#options.keepFloat));
    for (const { type, outputs } of nodes)
      if (type === 'Softmax') adjusted.set(outputs[0] ?? '', { min: 0, max: 1 });
    for (const node of nodes.filter(isClipping).toReversed()) {
      const [input = ''] = node.inputs;
      const range = adjusted.get(node.outputs[0] ?? '');
      if (range !== undefined && this.#consumers.isOnlyFor(input, node)) adjusted.set(input, range);
    }
    return adjusted;
  }

  #grids(): ReadonlyMap<string, Grid> {
    const grids = new Map<string, Grid>();
    for (const owner of this.#owners.values()) {
      const grid = grids.get(owner) ?? this.#gridOf(owner);
      if (grid !== undefined) grids.set(owner, grid);
    }
    return grids;
  }

  #gridOf(value: string): Grid | undefined {
    const range = this.#ranges.get(value);
    const constant = this.#onnx.graph.constants.get(value);
    const steps = stepsOf(this.#options);
    if (constant === undefined) return range && rangeGrid(checked(value, range), steps);
    checkFinite(value, constant);
    return constantGrid(constant, steps);
  }

  #isFloat(value: string): boolean {
    return this.#onnx.values.get(value)?.dtype === 'float32';
  }

  #touchesFloats({ inputs, outputs }: OnnxNode): boolean {
    return [...inputs, ...outputs].some((it) => this.#isFloat(it));
  }
}

/** @throws Problem `range/not-finite`. */
function checked(name: string, range: Range): Range {
  if (Number.isFinite(range.min) && Number.isFinite(range.max) && range.min <= range.max) return range;
  const text = `The range of “${name}” is [${range.min}, ${range.max}]; it must be two numbers, the smaller one first.`;
  throw new Problem('range/not-finite', text, { name, ...range });
}
