import type { Attributes, OnnxNode } from '../formats/onnx/graph.ts';
import type { TensorData } from '../model/types.ts';
import type { ValueType } from '../onnx/normalized.ts';
import type { Problem } from '../problem.ts';
import { floatOf, intOf } from './choice.ts';
import { type Draft, int64s, scalar } from './draft.ts';

/** What a rule writes to and may look at. */
export interface Raising {
  /** Operator set of the file. */
  readonly opset: number;
  readonly draft: Draft;
  /** Types of values; a rule adds those it makes, constants apart. */
  readonly values: Map<string, ValueType>;
  readonly constant: (name: string) => TensorData | undefined;
  readonly refuse: (node: OnnxNode, why: string) => Problem;
}

interface Rule {
  /** The operator set from which on nodes have the form that set 13 knows. */
  readonly since: number;
  readonly raise: (node: OnnxNode, raising: Raising) => void;
}

/** What changed in form or meaning from set 6 to 13. Source: ONNX 1.17, docs/Changelog.md. */
export const raisings: Readonly<Record<string, Rule>> = {
  Add: { since: 7, raise: stretch },
  Sub: { since: 7, raise: stretch },
  Mul: { since: 7, raise: stretch },
  Div: { since: 7, raise: stretch },
  Pow: { since: 7, raise: stretch },
  And: { since: 7, raise: stretch },
  Or: { since: 7, raise: stretch },
  Xor: { since: 7, raise: stretch },
  Equal: { since: 7, raise: stretch },
  Greater: { since: 7, raise: stretch },
  Less: { since: 7, raise: stretch },
  PRelu: { since: 7, raise: stretchSlope },
  Gemm: { since: 7, raise: (node, { draft }) => draft.keep(without(node, ['broadcast'])) },
  BatchNormalization: { since: 9, raise: normalization },
  Dropout: { since: 12, raise: (node, { draft }) => draft.keep({ ...node, attributes: {} }) },
  Upsample: { since: 10, raise: upsample },
  Resize: { since: 11, raise: resize },
  Slice: { since: 10, raise: (node, at) => listsToInputs(node, at, ['starts', 'ends', 'axes']) },
  TopK: { since: 10, raise: topK },
  Pad: { since: 11, raise: pad },
  Clip: { since: 11, raise: clip },
  Scatter: { since: 11, raise: (node, { draft }) => draft.keep({ ...node, type: 'ScatterElements' }) },
  Softmax: { since: 13, raise: flattened },
  LogSoftmax: { since: 13, raise: flattened },
  Hardmax: { since: 13, raise: flattened },
  Squeeze: { since: 13, raise: (node, at) => listsToInputs(node, at, ['axes']) },
  Unsqueeze: { since: 13, raise: (node, at) => listsToInputs(node, at, ['axes']) },
  ReduceSum: { since: 13, raise: (node, at) => listsToInputs(node, at, ['axes']) },
  Split: { since: 13, raise: (node, at) => listsToInputs(node, at, ['split']) },
};

function without(node: OnnxNode, names: readonly string[]): OnnxNode {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => !names.includes(name)),
  );
  return { ...node, attributes };
}

/** Lists of integers that were attributes become inputs, in this order; those that are absent are left out at the end. */
function listsToInputs(node: OnnxNode, { draft }: Raising, names: readonly string[]): void {
  const inputs = names.flatMap((name) => {
    const value = node.attributes[name];
    const given = typeof value === 'object' && 'ints' in value;
    return given ? [draft.constant(`${node.outputs[0]}_${name}`, int64s(value.ints))] : [];
  });
  draft.keep({ ...without(node, names), inputs: [...node.inputs, ...inputs] });
}

function topK(node: OnnxNode, { draft }: Raising): void {
  const k = draft.constant(`${node.outputs[0]}_k`, int64s([intOf(node, 'k', 1)]));
  draft.keep({ ...without(node, ['k']), inputs: [...node.inputs, k] });
}

/** A number as an input; only float32 is written. */
function floatInput(node: OnnxNode, at: Raising, name: string): string {
  const dtype = at.values.get(node.inputs[0] ?? '')?.dtype;
  if (dtype !== 'float32') throw at.refuse(node, `its values are of type ${dtype}`);
  return at.draft.constant(`${node.outputs[0]}_${name}`, scalar(floatOf(node, name, 0)));
}

function clip(node: OnnxNode, at: Raising): void {
  const given = (name: string): string => (name in node.attributes ? floatInput(node, at, name) : '');
  const inputs = [...node.inputs, given('min'), given('max')];
  while (inputs.at(-1) === '') inputs.pop();
  at.draft.keep({ ...without(node, ['min', 'max']), inputs });
}

function pad(node: OnnxNode, at: Raising): void {
  const pads = node.attributes.pads;
  if (typeof pads !== 'object' || !('ints' in pads)) throw at.refuse(node, 'it has no pads');
  const inputs = [...node.inputs, at.draft.constant(`${node.outputs[0]}_pads`, int64s(pads.ints))];
  if (floatOf(node, 'value', 0) !== 0) inputs.push(floatInput(node, at, 'value'));
  at.draft.keep({ ...without(node, ['pads', 'value']), inputs });
}

/** Source of the positions: onnxruntime, core/providers/cpu/tensor/upsamplebase.h, what it does before set 11. */
function resize(node: OnnxNode, { draft, constant }: Raising): void {
  const [x = '', scales = ''] = node.inputs;
  const shrinks = [...(constant(scales)?.data ?? [])].some((scale) => scale < 1);
  const mode = node.attributes.mode ?? 'nearest';
  const attributes: Attributes = {
    mode,
    coordinate_transformation_mode: 'asymmetric',
    ...(mode === 'nearest' && { nearest_mode: shrinks ? 'ceil' : 'floor' }),
  };
  draft.keep({ ...node, type: 'Resize', inputs: [x, '', scales], attributes });
}

function upsample(node: OnnxNode, at: Raising): void {
  const { scales } = node.attributes;
  if (at.opset >= 9) {
    resize(node, at);
    return;
  }
  if (typeof scales !== 'object' || !('floats' in scales)) throw at.refuse(node, 'it has no scales');
  const { length } = scales.floats;
  const data = Float32Array.from(scales.floats);
  const name = at.draft.constant(`${node.outputs[0]}_scales`, { dtype: 'float32', shape: [length], data });
  resize({ ...node, inputs: [...node.inputs, name] }, at);
}

function normalization(node: OnnxNode, at: Raising): void {
  if (intOf(node, 'spatial', 1) === 0) throw at.refuse(node, 'it is not spatial');
  at.draft.keep(without(node, ['spatial', 'is_test', 'consumed_inputs']));
}

/** Before set 13 everything from `axis` on counted as one dimension. */
function flattened(node: OnnxNode, { draft, values, refuse }: Raising): void {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const type = values.get(x);
  if (type === undefined) throw refuse(node, 'its shape is not known');
  const { shape } = type;
  const given = intOf(node, 'axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  const inner = shape.slice(axis);
  const wide = inner.flatMap((size, i) => (size === 1 ? [] : [axis + i]));
  if (wide.length <= 1) {
    const only = wide[0] ?? Math.min(axis, shape.length - 1);
    draft.keep({ ...node, attributes: { axis: { int: only } } });
    return;
  }
  const size = inner.reduce((a, b) => a * b, 1);
  const [flat, result] = [draft.names.fresh(`${y}_flat`), draft.names.fresh(`${y}_of_flat`)];
  // The first size stays open, so that a batch of any size goes through.
  const to = draft.constant(`${y}_flat_shape`, int64s([-1, size]));
  const back = draft.constant(`${y}_shape`, int64s([-1, ...shape.slice(1)]));
  const rows = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  for (const name of [flat, result]) values.set(name, { ...type, shape: [rows, size] });
  draft.add('Reshape', [x, to], [flat]);
  draft.keep({ ...node, inputs: [flat], outputs: [result], attributes: { axis: { int: 1 } } });
  draft.add('Reshape', [result, back], [y]);
}

/** Set 6 stretches the second operand only when asked to, and may begin at an inner dimension. */
function stretch(node: OnnxNode, at: Raising): void {
  const [one = '', other = ''] = node.inputs;
  const axis = intOf(node, 'axis', -1);
  const [rank, shape] = [at.values.get(one)?.shape.length ?? 0, at.values.get(other)?.shape ?? []];
  const behind = axis < 0 ? 0 : rank - axis - shape.length;
  const inputs = [one, behind > 0 ? reshaped(other, behind, at) : other];
  at.draft.keep({ ...without(node, ['broadcast', 'axis', 'consumed_inputs']), inputs });
}

/** Set 6 counts the slopes of PRelu along dimension 1. */
function stretchSlope(node: OnnxNode, at: Raising): void {
  const [x = '', slope = ''] = node.inputs;
  const shape = at.values.get(slope)?.shape ?? [];
  const behind = (at.values.get(x)?.shape.length ?? 0) - 2;
  const perChannel = shape.length === 1 && (shape[0] ?? 1) > 1 && behind > 0;
  const inputs = [x, perChannel ? reshaped(slope, behind, at) : slope];
  at.draft.keep({ ...without(node, ['consumed_inputs']), inputs });
}

/** A value with `count` more dimensions of size 1 behind. */
function reshaped(name: string, count: number, { draft, values, constant }: Raising): string {
  const type = values.get(name);
  const shape = [...(type?.shape ?? []), ...Array<number>(count).fill(1)];
  const value = constant(name);
  if (value !== undefined) return draft.constant(`${name}_stretched`, { ...value, shape });
  const result = draft.names.fresh(`${name}_stretched`);
  if (type !== undefined) values.set(result, { ...type, shape });
  draft.add('Reshape', [name, draft.constant(`${result}_shape`, int64s(shape))], [result]);
  return result;
}
