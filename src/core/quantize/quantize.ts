import { isPresent, mainGraph, producers, tensorAt, withMainGraph } from '../model/graph.ts';
import type { Graph, Model, Op, OpId, Signature, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { type Assignment, assignParams, type Bounds, type Requantized } from './assign.ts';
import { GraphBuilder } from './builder.ts';
import { quantizeOperand, quantizeSymmetricOperand } from './constants.ts';
import { convertOutputs, exposeInputs } from './io.ts';
import { quantizeLayer } from './layer.ts';
import type { Params } from './params.ts';
import type { Recipe } from './recipe.ts';
import { dataInputs, type Rule } from './rules.ts';
import { type KeptFloat, selectOps } from './select.ts';
import { withRuntimeVersion, withVersions } from './versions.ts';

/** Channels of a layer whose weight scale had to grow so that the bias fits. */
export interface EnlargedScales {
  readonly op: OpId;
  readonly channels: readonly number[];
}

export interface Quantized {
  /** Its tensor i is the float model's tensor i; tensors that were inserted stand behind. */
  readonly model: Model;
  readonly keptFloat: readonly KeptFloat[];
  readonly requantized: readonly Requantized[];
  readonly enlarged: readonly EnlargedScales[];
}

/** The activation that a hand-set range is for. A range that could have no effect is refused, not ignored. */
function handRangeTarget(graph: Graph, rules: ReadonlyMap<OpId, Rule>, name: string): TensorId {
  const refuse = (why: string): never => {
    throw new Problem('recipe/invalid', `The recipe sets a range for “${name}”, but ${why}.`, { name });
  };
  const named = graph.tensors.flatMap((tensor, id) => (tensor.name === name ? [id as TensorId] : []));
  const [id] = named;
  if (id === undefined) return refuse('no tensor has that name');
  if (named.length > 1) return refuse(`${named.length} tensors have that name`);
  if (tensorAt(graph, id).data !== undefined) return refuse('that is a constant, whose range is its own');
  const maker = producers(graph).get(id);
  const output = maker === undefined ? 'own' : rules.get(maker)?.output;
  if (typeof output === 'object') return refuse('the scale of that output is fixed by TensorFlow Lite');
  if (output === 'same') return refuse('that tensor takes the scale of its input; set the range there');
  return id;
}

/** Calibrated ranges with those set by hand in their place. */
function withHandRanges(
  graph: Graph,
  rules: ReadonlyMap<OpId, Rule>,
  { ranges, recipe }: { ranges: ReadonlyMap<TensorId, Bounds>; recipe: Recipe },
): ReadonlyMap<TensorId, Bounds> {
  const result = new Map(ranges);
  for (const [name, range] of Object.entries(recipe.ranges))
    result.set(handRangeTarget(graph, rules, name), range);
  return result;
}

function checkRanges(graph: Graph, ranges: ReadonlyMap<TensorId, Bounds>): void {
  for (const [id, { min, max }] of ranges) {
    if (Number.isFinite(min) && Number.isFinite(max) && min <= max) continue;
    const { name } = tensorAt(graph, id);
    throw new Problem('range/not-finite', `The range of tensor ${id} “${name}” is ${min} to ${max}.`, {
      tensor: id,
      name,
    });
  }
}

/**
 * Turns a prepared float model into an int8 one as TensorFlow 2.21's converter does: int8 per-tensor asymmetric
 * activations, int8 symmetric weights, int32 biases. Ops without an int8 form stay in float between DEQUANTIZE and
 * QUANTIZE and are listed.
 * @param ranges - calibrated range of every activation of the first graph.
 * @throws Problem `range/missing`, `range/not-finite`, `recipe/invalid`, `quantize/unsupported` when nothing can be int8.
 */
export function quantize(model: Model, ranges: ReadonlyMap<TensorId, Bounds>, recipe: Recipe): Quantized {
  const graph = mainGraph(model);
  const { rules, keptFloat } = selectOps(graph);
  const all = withHandRanges(graph, rules, { ranges, recipe });
  checkRanges(graph, all);
  if (rules.size === 0)
    throw new Problem('quantize/unsupported', 'No op of this model can become int8.', { keptFloat });
  const assignment = assignParams(graph, rules, all);
  const rewriter = new Rewriter(graph, { rules, assignment, recipe });
  const { graph: result, signatureTensors } = rewriter.run();
  const quantized = withMainGraph(model, withVersions(result));
  return {
    model: withRuntimeVersion({ ...quantized, signatures: remapped(model.signatures, signatureTensors) }),
    keptFloat,
    requantized: assignment.requantized,
    enlarged: rewriter.enlarged,
  };
}

/** Signatures name the tensors that callers see, which are new ones where the element type changed. */
function remapped(
  signatures: readonly Signature[],
  tensors: ReadonlyMap<TensorId, TensorId>,
): readonly Signature[] {
  const move = (list: Signature['inputs']) =>
    list.map((a) => ({ ...a, tensor: tensors.get(a.tensor) ?? a.tensor }));
  return signatures.map((s) =>
    s.graph === 0 ? { ...s, inputs: move(s.inputs), outputs: move(s.outputs) } : s,
  );
}

interface Decisions {
  readonly rules: ReadonlyMap<OpId, Rule>;
  readonly assignment: Assignment;
  readonly recipe: Recipe;
}

/** Writes the quantized graph op by op, in execution order. */
class Rewriter {
  readonly enlarged: EnlargedScales[] = [];
  readonly #graph: Graph;
  readonly #decisions: Decisions;
  readonly #builder: GraphBuilder;

  constructor(graph: Graph, decisions: Decisions) {
    this.#graph = graph;
    this.#decisions = decisions;
    this.#builder = new GraphBuilder(graph);
  }

  run(): { graph: Graph; signatureTensors: ReadonlyMap<TensorId, TensorId> } {
    const { rules, recipe, assignment } = this.#decisions;
    const { params } = assignment;
    const inputs = exposeInputs(this.#builder, this.#graph.inputs, {
      type: recipe.inputType,
      params,
      read: this.#read(),
    });
    this.#graph.ops.forEach((op, index) => {
      const rule = rules.get(index as OpId);
      if (rule === undefined) this.#keep(op);
      else this.#quantize(op, index as OpId, rule);
    });
    const outputs = convertOutputs(this.#builder, this.#graph.outputs, { type: recipe.outputType, params });
    const signatureTensors = new Map([...inputs.moved, ...outputs.moved]);
    return { graph: this.#builder.build(inputs.ids, outputs.ids), signatureTensors };
  }

  /** Tensors that int8 ops read. */
  #read(): ReadonlySet<TensorId> {
    const ids = [...this.#decisions.rules].flatMap(([id, rule]) => {
      const op = this.#graph.ops[id] as Op;
      return dataInputs(op, rule).map((position) => op.inputs[position] as TensorId);
    });
    return new Set(ids);
  }

  #keep(op: Op): void {
    const inputs = op.inputs.map((id) => {
      if (!isPresent(id)) return id;
      return this.#builder.tensorBefore(id).data === undefined
        ? this.#builder.asFloat(id)
        : this.#builder.keepConstant(id);
    });
    this.#builder.emit({ ...op, inputs });
  }

  #quantize(op: Op, id: OpId, rule: Rule): void {
    const inputs = this.#dataInputs(op, id, rule);
    if (rule.output !== 'none') for (const output of op.outputs) this.#quantizeOutput(output);
    this.#builder.emit({ ...op, inputs: this.#constantInputs(op, id, { rule, inputs }) });
  }

  #dataInputs(op: Op, id: OpId, rule: Rule): TensorId[] {
    const demanded = this.#decisions.assignment.demandOf(id);
    const inputs = [...op.inputs];
    for (const position of dataInputs(op, rule)) {
      const input = op.inputs[position] as TensorId;
      const tensor = this.#builder.tensorBefore(input);
      if (tensor.data === undefined)
        inputs[position] = this.#builder.asInt8(input, demanded ?? this.#paramsOf(input));
      else {
        const constant =
          rule.symmetricConstant === position
            ? quantizeSymmetricOperand(tensor)
            : quantizeOperand(tensor, demanded);
        inputs[position] = this.#builder.quantizeConstant(input, 'int8', constant);
      }
    }
    return inputs;
  }

  #constantInputs(
    op: Op,
    id: OpId,
    { rule, inputs }: { rule: Rule; inputs: readonly TensorId[] },
  ): readonly TensorId[] {
    const { weights, bias } = rule;
    if (weights === undefined || bias === undefined) return inputs;
    const [dataPosition] = dataInputs(op, rule);
    const inputScale = this.#builder.tensor(inputs[dataPosition ?? 0] as TensorId).quant?.scale[0] ?? 0;
    const context = { builder: this.#builder, recipe: this.#decisions.recipe, inputs, inputScale };
    const layer = quantizeLayer(op, { weights, bias }, context);
    if (layer.enlarged.length > 0) this.enlarged.push({ op: id, channels: layer.enlarged });
    return layer.inputs;
  }

  #quantizeOutput(id: TensorId): void {
    if (this.#builder.tensorBefore(id).dtype === 'float32')
      this.#builder.quantizeActivation(id, this.#paramsOf(id));
  }

  #paramsOf(id: TensorId): Params {
    const params = this.#decisions.assignment.params.get(id);
    if (params === undefined) throw new Error(`no parameters for tensor ${id}`);
    return params;
  }
}
