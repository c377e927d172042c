import { isPresent, tensorAt } from '../model/graph.ts';
import type { Graph, Op, OpId, TensorId } from '../model/types.ts';
import { dataInputs, type Rule, ruleOf } from './rules.ts';

/** An op that stays in float, and why. */
export interface KeptFloat {
  readonly op: OpId;
  readonly reason: string;
}

export interface Selection {
  readonly rules: ReadonlyMap<OpId, Rule>;
  readonly keptFloat: readonly KeptFloat[];
}

function isFloat(graph: Graph, id: TensorId | undefined): boolean {
  return isPresent(id) && tensorAt(graph, id).dtype === 'float32';
}

function isFloatConstant(graph: Graph, id: TensorId | undefined): boolean {
  return isPresent(id) && isFloat(graph, id) && tensorAt(graph, id).data !== undefined;
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
  const activation = 'activation' in op.options ? op.options.activation : 'NONE';
  if (activation === 'TANH' || activation === 'SIGN_BIT')
    return `integer kernels have no fused ${activation}`;
  return undefined;
}

function touchesFloat(graph: Graph, op: Op): boolean {
  return [...op.inputs, ...op.outputs].some((id) => isFloat(graph, id));
}

/** Which ops become int8. Ops that compute with integers only are neither quantized nor counted as kept in float. */
export function selectOps(graph: Graph): Selection {
  const rules = new Map<OpId, Rule>();
  const keptFloat: KeptFloat[] = [];
  graph.ops.forEach((op, index) => {
    const id = index as OpId;
    if (!touchesFloat(graph, op)) return;
    const rule = ruleOf(op);
    const reason =
      rule === undefined ? 'TensorFlow Lite has no int8 quantization for it' : obstacle(graph, op, rule);
    if (rule !== undefined && reason === undefined) rules.set(id, rule);
    else keptFloat.push({ op: id, reason: reason ?? '' });
  });
  return { rules, keptFloat };
}
