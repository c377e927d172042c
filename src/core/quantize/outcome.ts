import { isCompiledForEdgeTpu } from '../model/edge-tpu.ts';
import { isPresent, mainGraph, producers, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, Model, Op, OpId, TensorId } from '../model/types.ts';
import { readsShapeOnly } from './rules.ts';

/** What a quantized file truly is, from its tensors alone, whatever it was asked to be. */
export interface Outcome {
  /** “strict int8”, “int8 with 2 float islands”, “dynamic range” … */
  readonly name: string;
  /** One plain sentence. */
  readonly sentence: string;
  /** Ops that compute in integers. */
  readonly integerOps: number;
  /** Ops that compute in float, hybrid ones among them. */
  readonly floatOps: number;
  /** Ops whose kernels take integer weights beside float activations. */
  readonly hybridOps: number;
  /** Groups of float ops that float tensors connect. */
  readonly floatIslands: number;
}

const integers: ReadonlySet<Dtype> = new Set<Dtype>(['int8', 'uint8', 'int16']);

/** What one op's tensors say. */
interface Facts {
  /** Type of its quantized activations. */
  readonly activation: Dtype | undefined;
  readonly float: boolean;
  /** Type of constants that its kernel takes as integers although its activations are float. */
  readonly hybrid: Dtype | undefined;
  /** Type of the constant that it widens, for a DEQUANTIZE. */
  readonly widens: Dtype | undefined;
  readonly weights: Dtype | undefined;
}

/** Conversions, and ops that look at shapes. */
function computesNothing(op: Op): boolean {
  return op.kind === 'QUANTIZE' || op.kind === 'DEQUANTIZE' || readsShapeOnly(op);
}

function factsOf(graph: Graph, op: Op): Facts {
  const tensors = [...op.inputs, ...op.outputs].filter(isPresent).map((id) => tensorAt(graph, id));
  const activations = tensors.filter(({ data }) => data === undefined);
  const activation = activations.find(
    ({ dtype, quant }) => quant !== undefined && integers.has(dtype),
  )?.dtype;
  const stored = tensors.find(({ data, quant }) => data !== undefined && quant !== undefined)?.dtype;
  const half = tensors.find(({ data, dtype }) => data !== undefined && dtype === 'float16')?.dtype;
  const isWidening = op.kind === 'DEQUANTIZE' && (stored ?? half) !== undefined;
  const float = activations.some(({ dtype }) => dtype === 'float32');
  return {
    activation,
    float: float && activation === undefined && !computesNothing(op),
    hybrid: float && !isWidening ? stored : undefined,
    widens: isWidening ? (stored ?? half) : undefined,
    weights: stored,
  };
}

/** Number of groups of float ops, where two that share a float activation are in one. */
function islandsOf(graph: Graph, floatOps: readonly OpId[]): number {
  const parent = new Map<OpId, OpId>(floatOps.map((id) => [id, id]));
  const rootOf = (id: OpId): OpId => {
    const next = parent.get(id) ?? id;
    return next === id ? id : rootOf(next);
  };
  const firstReader = new Map<TensorId, OpId>();
  const made = producers(graph);
  for (const id of floatOps) {
    for (const input of (graph.ops[id] as Op).inputs.filter(isPresent)) {
      if (tensorAt(graph, input).data !== undefined || tensorAt(graph, input).dtype !== 'float32') continue;
      const maker = made.get(input);
      const other = maker !== undefined && parent.has(maker) ? maker : firstReader.get(input);
      firstReader.set(input, firstReader.get(input) ?? id);
      if (other !== undefined) parent.set(rootOf(id), rootOf(other));
    }
  }
  return new Set(floatOps.map(rootOf)).size;
}

const integerNames: Readonly<Partial<Record<Dtype, string>>> = {
  int8: 'int8',
  int16: 'int16 activations',
  uint8: 'uint8 (legacy)',
};

function islandText(islands: number): string {
  return `${islands} float ${islands === 1 ? 'island' : 'islands'}`;
}

/** Type that most ops compute with; uint8 at the ends of an int8 model is a matter of two conversions. */
function mainType(facts: readonly Facts[]): Dtype | undefined {
  const counts = new Map<Dtype, number>();
  for (const { activation } of facts)
    if (activation !== undefined) counts.set(activation, (counts.get(activation) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function integerOutcome(type: Dtype, islands: number, int4: boolean): Pick<Outcome, 'name' | 'sentence'> {
  const base = integerNames[type] ?? type;
  const strict = type === 'int8' ? 'strict int8' : base;
  const name = islands === 0 ? strict : `${base} with ${islandText(islands)}`;
  const weights = int4 ? ', int4 weights' : '';
  const sentence =
    islands === 0
      ? 'Every op computes in integers.'
      : `Integers, but for ${islandText(islands)} between a DEQUANTIZE and a QUANTIZE.`;
  return { name: name + weights, sentence };
}

const compiledOutcome: Pick<Outcome, 'name' | 'sentence'> = {
  name: 'Edge TPU-compiled',
  sentence: 'Its layers are machine code inside a custom op.',
};

function floatOutcome(facts: readonly Facts[]): Pick<Outcome, 'name' | 'sentence'> {
  const hybrid = facts.find((fact) => fact.hybrid !== undefined)?.hybrid;
  const widened = facts.find((fact) => fact.widens !== undefined && fact.widens !== 'float16')?.widens;
  const bits = (hybrid ?? widened) === 'int4' ? ', int4' : '';
  if (hybrid !== undefined) {
    const sentence = 'Integer weights; kernels quantize the float activations row by row while they run.';
    return { name: `dynamic range${bits}`, sentence };
  }
  if (widened !== undefined)
    return { name: `weights only${bits}`, sentence: 'Integer weights that are widened to float before use.' };
  if (facts.some(({ widens }) => widens === 'float16'))
    return { name: 'float16', sentence: 'Constants in half precision; everything computes in float.' };
  return { name: 'float', sentence: 'Nothing is quantized.' };
}

/** The true name of what a model's first graph is. */
export function outcomeOf(model: Model): Outcome {
  const graph = mainGraph(model);
  const facts = graph.ops.map((op) => factsOf(graph, op));
  const computing = facts.map((fact, id) => ({ ...fact, id: id as OpId, op: graph.ops[id] as Op }));
  const integerOps = computing.filter(
    ({ activation, op }) => activation !== undefined && !computesNothing(op),
  ).length;
  const floatOps = computing.filter(({ float }) => float).map(({ id }) => id);
  const floatIslands = islandsOf(graph, floatOps);
  const type = integerOps > 0 ? mainType(facts) : undefined;
  const int4 = facts.some(({ weights }) => weights === 'int4');
  const readable = type === undefined ? floatOutcome(facts) : integerOutcome(type, floatIslands, int4);
  const named = isCompiledForEdgeTpu(model) ? compiledOutcome : readable;
  const hybridOps = facts.filter(({ hybrid }) => hybrid !== undefined).length;
  return { ...named, integerOps, floatOps: floatOps.length, hybridOps, floatIslands };
}
