import type { Attributes, OnnxNode } from '../formats/onnx/graph.ts';
import { softmaxOf } from '../onnx/node-attributes.ts';
import type { NodeView } from '../onnx/node-view.ts';
import type { ValueType } from '../onnx/normalized.ts';
import { resizeOf } from '../onnx/resize-settings.ts';
import type { Problem } from '../problem.ts';
import { type Draft, int64s, scalar } from './draft.ts';

/** What a rule writes to. */
export interface Raising {
  readonly draft: Draft;
  /** Types of values; a rule adds those it makes, constants apart. */
  readonly values: Map<string, ValueType>;
  readonly refuse: (view: NodeView, why: string) => Problem;
}

interface Rule {
  /** The operator set from which on nodes have the form that set 13 knows. */
  readonly since: number;
  readonly raise: (view: NodeView, raising: Raising) => void;
}

/** What changed in form or meaning from set 7 to 13. Source: ONNX 1.17, docs/Changelog.md. */
export const raisings: Readonly<Record<string, Rule>> = {
  BatchNormalization: { since: 9, raise: normalization },
  Dropout: { since: 12, raise: ({ node }, { draft }) => draft.keep({ ...node, attributes: {} }) },
  Upsample: { since: 10, raise: resize },
  Resize: { since: 11, raise: resize },
  Slice: { since: 10, raise: (view, at) => listsToInputs(view, at, ['starts', 'ends', 'axes']) },
  TopK: { since: 10, raise: topK },
  Pad: { since: 11, raise: pad },
  Clip: { since: 11, raise: clip },
  Scatter: { since: 11, raise: ({ node }, { draft }) => draft.keep({ ...node, type: 'ScatterElements' }) },
  Softmax: { since: 13, raise: flattened },
  LogSoftmax: { since: 13, raise: flattened },
  Hardmax: { since: 13, raise: flattened },
  Squeeze: { since: 13, raise: (view, at) => listsToInputs(view, at, ['axes']) },
  Unsqueeze: { since: 13, raise: (view, at) => listsToInputs(view, at, ['axes']) },
  ReduceSum: { since: 13, raise: (view, at) => listsToInputs(view, at, ['axes']) },
  Split: { since: 13, raise: (view, at) => listsToInputs(view, at, ['split']) },
};

function without(node: OnnxNode, names: readonly string[]): OnnxNode {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => !names.includes(name)),
  );
  return { ...node, attributes };
}

/** Lists of integers that were attributes become inputs, in this order. */
function listsToInputs(view: NodeView, { draft }: Raising, names: readonly string[]): void {
  const { node } = view;
  const inputs = names.flatMap((name) => {
    const list = view.ints(name);
    return list === undefined ? [] : [draft.constant(`${node.outputs[0]}_${name}`, int64s(list))];
  });
  draft.keep({ ...without(node, names), inputs: [...node.inputs, ...inputs] });
}

function topK(view: NodeView, { draft }: Raising): void {
  const { node } = view;
  const k = draft.constant(`${node.outputs[0]}_k`, int64s([view.int('k') ?? 1]));
  draft.keep({ ...without(node, ['k']), inputs: [...node.inputs, k] });
}

/** A number that was an attribute; '' where it is not given. Only float32 is written. */
function floatInput(view: NodeView, { draft, refuse }: Raising, name: string): string {
  const value = view.float(name);
  if (value === undefined) return '';
  const { dtype } = view.type(0);
  if (dtype !== 'float32') throw refuse(view, `its values are of type ${dtype}`);
  return draft.constant(`${view.node.outputs[0]}_${name}`, scalar(value));
}

function clip(view: NodeView, at: Raising): void {
  const inputs = [...view.node.inputs, floatInput(view, at, 'min'), floatInput(view, at, 'max')];
  while (inputs.at(-1) === '') inputs.pop();
  at.draft.keep({ ...without(view.node, ['min', 'max']), inputs });
}

function pad(view: NodeView, at: Raising): void {
  const { node } = view;
  const pads = at.draft.constant(`${node.outputs[0]}_pads`, int64s(view.ints('pads') ?? []));
  const value = floatInput(view, at, 'value');
  const inputs = [...node.inputs, pads, ...(value === '' ? [] : [value])];
  at.draft.keep({ ...without(node, ['pads', 'value']), inputs });
}

/** Nearest neighbours before set 11 lie downwards when enlarging, upwards when reducing; a node can say one of them. */
function resize(view: NodeView, { draft, refuse }: Raising): void {
  const { node } = view;
  const { mode, scales } = resizeOf(view);
  const shrinks = scales.some((scale) => scale < 1);
  if (mode === 'nearest' && shrinks && scales.some((scale) => scale > 1))
    throw refuse(view, 'it enlarges one dimension and reduces another');
  const given = view.floats('scales');
  const name =
    given === undefined
      ? (node.inputs[1] ?? '')
      : draft.constant(`${node.outputs[0]}_scales`, {
          dtype: 'float32',
          shape: [given.length],
          data: Float32Array.from(given),
        });
  const attributes: Attributes = {
    mode,
    coordinate_transformation_mode: 'asymmetric',
    ...(mode === 'nearest' && { nearest_mode: shrinks ? 'ceil' : 'floor' }),
  };
  draft.keep({ ...node, type: 'Resize', inputs: [node.inputs[0] ?? '', '', name], attributes });
}

function normalization(view: NodeView, { draft, refuse }: Raising): void {
  if ((view.int('spatial') ?? 1) === 0) throw refuse(view, 'it is not spatial');
  draft.keep(without(view.node, ['spatial']));
}

/** Before set 13 everything from `axis` on counted as one dimension. */
function flattened(view: NodeView, { draft, values }: Raising): void {
  const { node } = view;
  const type = view.type(0);
  const { shape } = type;
  const { axis } = softmaxOf(view);
  const inner = shape.slice(axis);
  const wide = inner.flatMap((size, i) => (size === 1 ? [] : [axis + i]));
  if (wide.length <= 1 && axis < shape.length) {
    draft.keep({ ...node, attributes: { axis: { int: wide[0] ?? axis } } });
    return;
  }
  const [y = ''] = node.outputs;
  const size = inner.reduce((a, b) => a * b, 1);
  const [flat, result] = [draft.names.fresh(`${y}_flat`), draft.names.fresh(`${y}_of_flat`)];
  const to = draft.constant(`${y}_flat_shape`, int64s([-1, size]));
  const back = draft.constant(`${y}_shape`, int64s(forAnyBatch(shape)));
  const rows = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  for (const name of [flat, result]) values.set(name, { ...type, shape: [rows, size] });
  draft.add('Reshape', [node.inputs[0] ?? '', to], [flat]);
  draft.keep({ ...node, inputs: [flat], outputs: [result], attributes: { axis: { int: 1 } } });
  draft.add('Reshape', [result, back], [y]);
}

/** So that a batch of any size goes through. */
function forAnyBatch(shape: readonly number[]): readonly number[] {
  return [-1, ...shape.slice(1)];
}
