import { isPresent, mainGraph, withMainGraph, withoutOriginal } from '../model/graph.ts';
import type { Graph, Model, Op, OpId, Signature, TensorId } from '../model/types.ts';
import { onceGraphs } from '../model/variables.ts';
import {
  type Assignment,
  assignParams,
  type Bounds,
  type Joins,
  missingRanges,
  type Requantized,
} from './assign.ts';
import { GraphBuilder } from './builder.ts';
import { quantizeOperand, quantizeSymmetricOperand } from './constants.ts';
import { givenRanges } from './given-ranges.ts';
import { convertOutputs, exposeInputs } from './io.ts';
import { quantizeLayer } from './layer.ts';
import type { Params } from './params.ts';
import type { Recipe } from './recipe.ts';
import { quantizeRecurrent } from './recurrent.ts';
import { dataInputs, type Rule, readsShapeOnly } from './rules.ts';
import type { ActivationType } from './scheme.ts';
import { checkRecipe, type KeptFloat, type Selection } from './select.ts';
import { emitWithStoredWeights, type StoredWeights } from './stored-weights.ts';
import { type UnmetSetting, unmetSettings } from './unmet.ts';
import { withIntegerVariables } from './variables.ts';
import { withRuntimeVersion, withVersions } from './versions.ts';

/** Channels of a layer whose weight scale had to grow so that the bias fits. */
export interface EnlargedScales {
  readonly op: OpId;
  readonly channels: readonly number[];
}

export interface Quantized {
  /** Activations whose range is nothing but the recipe's default: good for timing, not for answers. */
  readonly dummy: readonly TensorId[];
  /** Its tensor i is the float model's tensor i; tensors that were inserted stand behind. */
  readonly model: Model;
  readonly keptFloat: readonly KeptFloat[];
  readonly requantized: readonly Requantized[];
  readonly enlarged: readonly EnlargedScales[];
  readonly unmet: readonly UnmetSetting[];
}

/** How joins are resolved: 16×8 models are those of TensorFlow's older quantizer, which always converts there. */
function joinsOf(recipe: Recipe, type: ActivationType): Joins {
  return type === 'int16' ? 'requantize-always' : recipe.joins;
}

/**
 * Turns a prepared float model into what the recipe says, as TensorFlow 2.21's converter does. Ops that have no form under
 * their scheme stay in float between DEQUANTIZE and QUANTIZE and are listed.
 * @param ranges - calibrated range of every activation of the first graph; of no use to recipes that leave activations
 * in float.
 * @throws Problem `range/missing`, `range/not-finite`, and those of `checkRecipe`.
 */
export function quantize(model: Model, ranges: ReadonlyMap<TensorId, Bounds>, recipe: Recipe): Quantized {
  const graph = mainGraph(model);
  const selection = checkRecipe(graph, recipe);
  const { rules, keptFloat, type } = selection;
  const given = givenRanges(graph, rules, { calibrated: ranges, recipe });
  const joins = joinsOf(recipe, type);
  const assignment = assignParams(model, rules, { ranges: given.ranges, type, joins });
  const rewriter = new Rewriter(graph, { selection, assignment, recipe, ranges: given.ranges });
  const { graph: result, signatureTensors } = rewriter.run();
  const dummy = given.defaulted.filter((id) => assignment.params.has(id));
  const once = onceGraphs(model);
  const graphs = model.graphs.map((other, index) =>
    once.has(index) ? withVersions(withIntegerVariables(other, assignment.variables, type)) : other,
  );
  const quantized: Model = {
    ...withMainGraph({ ...withoutOriginal(model), graphs }, withVersions(result)),
    description: stamped(model.description, dummy.length, recipe),
    signatures: remapped(model.signatures, signatureTensors),
  };
  return {
    model: withRuntimeVersion(quantized),
    keptFloat,
    dummy,
    requantized: assignment.requantized,
    enlarged: rewriter.enlarged,
    unmet: unmetSettings(graph, selection),
  };
}

/** A file with ranges that nobody measured says so itself. */
function stamped(description: string, dummy: number, { defaultRange }: Recipe): string {
  if (dummy === 0 || defaultRange === undefined) return description;
  const stamp = `Dummy quantization: ${dummy} activations have the range ${defaultRange.min} to ${defaultRange.max}, which nobody measured.`;
  return [description, stamp].filter((part) => part !== '').join(' ');
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
  readonly selection: Selection;
  readonly assignment: Assignment;
  readonly recipe: Recipe;
  readonly ranges: ReadonlyMap<TensorId, Bounds>;
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
    this.#builder = new GraphBuilder(graph, decisions.selection.type);
  }

  run(): { graph: Graph; signatureTensors: ReadonlyMap<TensorId, TensorId> } {
    const { selection, recipe, assignment } = this.#decisions;
    const { params } = assignment;
    const inputs = exposeInputs(this.#builder, this.#graph.inputs, {
      type: recipe.inputType,
      params,
      read: this.#read(),
    });
    this.#graph.ops.forEach((op, index) => {
      for (const id of op.intermediates ?? []) this.#builder.emptyIntermediate(id);
      const rule = selection.rules.get(index as OpId);
      if (rule === undefined) this.#keep(op, selection.stored.get(index as OpId));
      else this.#quantize(op, index as OpId, rule);
    });
    const outputs = convertOutputs(this.#builder, this.#graph.outputs, { type: recipe.outputType, params });
    const signatureTensors = new Map([...inputs.moved, ...outputs.moved]);
    return { graph: this.#builder.build(inputs.ids, outputs.ids), signatureTensors };
  }

  /** Tensors that integer ops read. */
  #read(): ReadonlySet<TensorId> {
    const ids = [...this.#decisions.selection.rules].flatMap(([id, rule]) => {
      const op = this.#graph.ops[id] as Op;
      return dataInputs(op, rule).map((position) => op.inputs[position] as TensorId);
    });
    return new Set(ids);
  }

  #keep(op: Op, plan: StoredWeights | undefined): void {
    const inputs = op.inputs.map((id, position) => {
      if (!isPresent(id) || plan?.inputs.includes(position) || readsShapeOnly(op)) return id;
      return this.#builder.tensorBefore(id).data === undefined
        ? this.#builder.asFloat(id)
        : this.#builder.keepConstant(id);
    });
    const kept = { ...op, inputs };
    const asymmetric = this.#decisions.recipe.asymmetricQuantizeInputs;
    if (plan === undefined) this.#builder.emit(kept);
    else emitWithStoredWeights(this.#builder, kept, { plan, asymmetric });
  }

  #quantize(op: Op, id: OpId, rule: Rule): void {
    const inputs = this.#dataInputs(op, id, rule);
    if (rule.recurrent === true) {
      this.#quantizeRecurrent({ ...op, inputs });
      return;
    }
    if (rule.output !== 'none') for (const output of op.outputs) this.#quantizeOutput(output);
    const complete = { ...op, inputs: this.#constantInputs(op, id, { rule, inputs }) };
    const { type } = this.#decisions.selection;
    this.#builder.emit(type === 'int16' ? withInt16Options(complete, this.#decisions.recipe) : complete);
  }

  #quantizeRecurrent(op: Op): void {
    const [input, output] = [op.inputs[0] as TensorId, op.outputs[0] as TensorId];
    this.#quantizeOutput(output);
    const params = { input: this.#paramsIn(input), output: this.#paramsOf(output) };
    const boundsOf = (id: TensorId): Bounds => {
      const bounds = this.#decisions.ranges.get(id);
      if (bounds === undefined) throw missingRanges(this.#graph, [id]);
      return bounds;
    };
    this.#builder.emit(quantizeRecurrent(op, { builder: this.#builder, ...params, boundsOf }));
  }

  #dataInputs(op: Op, id: OpId, rule: Rule): TensorId[] {
    const demanded = this.#decisions.assignment.demandOf(id);
    const inputs = [...op.inputs];
    for (const position of dataInputs(op, rule)) {
      const input = op.inputs[position] as TensorId;
      const tensor = this.#builder.tensorBefore(input);
      if (tensor.data === undefined)
        inputs[position] = this.#builder.asInteger(input, demanded ?? this.#paramsOf(input));
      else {
        const { type } = this.#builder;
        const symmetric = rule.symmetricConstant === position && type === 'int8';
        const constant = symmetric
          ? quantizeSymmetricOperand(tensor)
          : quantizeOperand(tensor, type, demanded);
        inputs[position] = this.#builder.placeConstant(input, constant);
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
    const inputScale = this.#paramsIn(inputs[dataPosition ?? 0] as TensorId).scale;
    const { selection, recipe } = this.#decisions;
    const biasType = biasTypeOf(op, selection.type, recipe);
    const treatment = selection.treatment(id);
    const context = { builder: this.#builder, treatment, inputs, inputScale, biasType };
    const layer = quantizeLayer(op, { weights, bias }, context);
    if (layer.enlarged.length > 0) this.enlarged.push({ op: id, channels: layer.enlarged });
    return layer.inputs;
  }

  #quantizeOutput(id: TensorId): void {
    if (this.#builder.tensorBefore(id).dtype === 'float32')
      this.#builder.quantizeActivation(id, this.#paramsOf(id));
  }

  /** Of the integers at `id` in the graph that is being written. */
  #paramsIn(id: TensorId): Params {
    const { quant } = this.#builder.tensor(id);
    return { scale: quant?.scale[0] ?? 0, zeroPoint: quant?.zeroPoint[0] ?? 0 };
  }

  #paramsOf(id: TensorId): Params {
    const params = this.#decisions.assignment.params.get(id);
    if (params === undefined) throw new Error(`no parameters for tensor ${id}`);
    return params;
  }
}

/** The 16-bit kernel of DEPTHWISE_CONV_2D has no option for the type of its bias and takes int64 alone. */
function biasTypeOf(op: Op, type: ActivationType, { int16Bias }: Recipe): 'int32' | 'int64' {
  if (type !== 'int16') return 'int32';
  return op.kind === 'DEPTHWISE_CONV_2D' ? 'int64' : int16Bias;
}

/** Options that kernels of 16-bit activations look at: the type of the bias, and that scales are no powers of two. */
function withInt16Options(op: Op, { int16Bias: quantizedBiasType }: Recipe): Op {
  switch (op.kind) {
    case 'CONV_2D':
      return { ...op, options: { ...op.options, quantizedBiasType } };
    case 'FULLY_CONNECTED':
      return { ...op, options: { ...op.options, quantizedBiasType } };
    case 'TRANSPOSE_CONV':
      return { ...op, options: { ...op.options, quantizedBiasType } };
    case 'ADD':
    case 'SUB':
      return { ...op, options: { ...op.options, potScaleInt16: false } };
    default:
      return op;
  }
}
