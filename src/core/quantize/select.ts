import { isPresent, opName, tensorAt } from '../model/graph.ts';
import type { Graph, Op, OpId, TensorId } from '../model/types.ts';
import { Problem } from '../problem.ts';
import { checkGivenRanges } from './given-ranges.ts';
import { activationTypeOfRecipe, type Recipe } from './recipe.ts';
import { type Treatment, treatmentOf, unmatchedRules } from './recipe-rules.ts';
import { recurrentObstacle } from './recurrent.ts';
import { dataInputs, type Rule, readsShapeOnly, ruleOf } from './rules.ts';
import { type ActivationType, activationTypeOf } from './scheme.ts';
import { isFloatConstant, type StoredWeights, storedWeightsOf } from './stored-weights.ts';
import { variablesInFloat } from './variables.ts';

/** An op that stays in float, and why. */
export interface KeptFloat {
  readonly op: OpId;
  readonly reason: string;
  /** Because the recipe wants it so, not because there is no other way. */
  readonly byRule: boolean;
}

export interface Selection {
  /** Type of the integer activations; int8 where there are none. */
  readonly type: ActivationType;
  /** Ops that compute in integers. */
  readonly rules: ReadonlyMap<OpId, Rule>;
  /** Ops that compute in float with constants stored in fewer bits. */
  readonly stored: ReadonlyMap<OpId, StoredWeights>;
  /** Ops that stay wholly in float although the recipe wants something else, or because a rule of it says so. */
  readonly keptFloat: readonly KeptFloat[];
  treatment(id: OpId): Treatment;
}

function isFloat(graph: Graph, id: TensorId | undefined): boolean {
  return isPresent(id) && tensorAt(graph, id).dtype === 'float32';
}

/** Why an op with a rule cannot become int8; `undefined` when it can. */
function obstacle(graph: Graph, op: Op, rule: Rule): string | undefined {
  const { weights, bias } = rule;
  if (weights !== undefined && !isFloatConstant(graph, op.inputs[weights.input]))
    return 'its weights are not a float constant';
  if (
    bias !== undefined &&
    isPresent(op.inputs[bias.input]) &&
    !isFloatConstant(graph, op.inputs[bias.input])
  ) {
    return 'its bias is not a float constant';
  }
  if (!dataInputs(op, rule).every((position) => isFloat(graph, op.inputs[position])))
    return 'its inputs are not float32';
  if (rule.recurrent === true && op.kind !== 'SVDF') return recurrentObstacle(op, graph.tensors);
  const activation = 'activation' in op.options ? op.options.activation : 'NONE';
  if (activation === 'TANH' || activation === 'SIGN_BIT')
    return `integer kernels have no fused ${activation}`;
  return recurrentObstacle(op, graph.tensors);
}

function touchesFloat(graph: Graph, op: Op): boolean {
  return [...op.inputs, ...op.outputs].some((id) => isFloat(graph, id));
}

/** Why an op has no rule: ELU has an int8 kernel, and still no quantizer takes it. */
function noRule(op: Op, type: ActivationType): string {
  const known = ruleOf(op, 'int8') !== undefined;
  return known
    ? `TensorFlow Lite has no ${type} quantization for it`
    : 'no quantizer for TensorFlow Lite knows it';
}

/** What an op becomes, or why it stays as it is. */
type Decision =
  | { readonly kind: 'integer'; readonly rule: Rule }
  | { readonly kind: 'stored'; readonly weights: StoredWeights }
  | { readonly kind: 'float'; readonly reason: string | undefined };

function decide(graph: Graph, op: Op, treatment: Treatment): Decision {
  const { scheme, byRule } = treatment;
  const type = activationTypeOf(scheme);
  if (type !== undefined) {
    const rule = ruleOf(op, type);
    if (rule === undefined) return { kind: 'float', reason: noRule(op, type) };
    const reason = obstacle(graph, op, rule);
    return reason === undefined ? { kind: 'integer', rule } : { kind: 'float', reason };
  }
  if (scheme === 'float')
    return { kind: 'float', reason: byRule ? 'a rule of the recipe keeps it in float' : undefined };
  const found = storedWeightsOf(graph, op, treatment);
  return typeof found === 'object' ? { kind: 'stored', weights: found } : { kind: 'float', reason: found };
}

/**
 * What becomes of each op. Ops that compute with integers only, or look at shapes, are neither quantized nor counted as kept in float.
 * @throws Problem `recipe/invalid` for a rule that no op matches and that is not optional, or types that do not go together.
 */
export function selectOps(graph: Graph, recipe: Recipe): Selection {
  const unmatched = unmatchedRules(recipe, graph).find(({ optional }) => optional !== true);
  if (unmatched !== undefined) {
    const text = `No op of the model matches the rule ${JSON.stringify(unmatched)}.`;
    throw new Problem('recipe/invalid', text, { rule: unmatched });
  }
  const rules = new Map<OpId, Rule>();
  const stored = new Map<OpId, StoredWeights>();
  const keptFloat: KeptFloat[] = [];
  const treatments = graph.ops.map((op) => treatmentOf(recipe, op, graph));
  graph.ops.forEach((op, index) => {
    const id = index as OpId;
    if (readsShapeOnly(op) || !touchesFloat(graph, op)) return;
    const decision = decide(graph, op, treatments[index] as Treatment);
    if (decision.kind === 'integer') rules.set(id, decision.rule);
    else if (decision.kind === 'stored') stored.set(id, decision.weights);
    else if (decision.reason !== undefined) {
      const byRule = treatments[index]?.scheme === 'float' && treatments[index].byRule;
      keptFloat.push({ op: id, reason: decision.reason, byRule });
    }
  });
  for (const [op, { because, name }] of variablesInFloat(graph, rules)) {
    rules.delete(op);
    const reason = `another op of its variable “${name}” stays in float (op ${because})`;
    keptFloat.push({ op, reason, byRule: treatments[because]?.byRule === true });
  }
  keptFloat.sort((a, b) => a.op - b.op);
  const type = activationTypeOfRecipe(recipe) ?? 'int8';
  return { type, rules, stored, keptFloat, treatment: (id) => treatments[id] as Treatment };
}

/** Whether the recipe quantizes activations, so that it needs their ranges. */
export function needsRanges(recipe: Recipe): boolean {
  return activationTypeOfRecipe(recipe) !== undefined;
}

function describeOp(graph: Graph, { op, reason }: KeptFloat): string {
  const kept = graph.ops[op] as Op;
  const output = kept.outputs.find(isPresent);
  const name = output === undefined ? '' : ` “${tensorAt(graph, output).name}”`;
  return `${opName(kept)} (op ${op}${name}): ${reason}`;
}

/**
 * Refuses what the recipe cannot be done with, without a single run of the model: a strict one with an op that would stay
 * in float, with the words of TensorFlow's strict mode, one that changes nothing, and ranges for what the model has not.
 * @throws Problem `quantize/unsupported` that names every such op, and those of `selectOps` and `checkGivenRanges`.
 */
export function checkRecipe(graph: Graph, recipe: Recipe): Selection {
  const selection = selectOps(graph, recipe);
  const { keptFloat, rules, stored, type } = selection;
  const list = keptFloat.map((kept) => describeOp(graph, kept));
  const [first] = keptFloat;
  if (recipe.fallback === 'strict' && first !== undefined) {
    const prefix = type === 'int16' ? 'Quantization to 16x8-bit' : 'Quantization';
    const kind = opName(graph.ops[first.op] as Op);
    const text = `${prefix} not yet supported for op: '${kind}'. The recipe is strict, and these would stay in float: ${list.join('; ')}.`;
    throw new Problem('quantize/unsupported', text, { keptFloat });
  }
  if (rules.size + stored.size === 0) {
    const why = list.length === 0 ? '' : ` ${list.join('; ')}.`;
    throw new Problem('quantize/unsupported', `No op of this model can become ${recipe.mode}.${why}`, {
      keptFloat,
    });
  }
  checkGivenRanges(graph, rules, recipe);
  return selection;
}
