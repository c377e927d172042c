import type { OnnxNode } from '../../formats/onnx/graph.ts';
import type { Dtype } from '../../model/types.ts';
import { clipBounds, cutsOf, padOf, permutationOf } from '../node-attributes.ts';
import type { NodeView } from '../node-view.ts';
import type { Draft } from './draft.ts';

/** Takes out nodes that hand on their first input unchanged: Identity, Dropout, no-op Casts, reshapes to the same shape. */
export function removeIdle(draft: Draft): void {
  for (const node of draft.nodes) {
    // An earlier removal may have given the node other inputs.
    const current = draft.has(node) ? node : draft.makerOf(node.outputs[0] ?? '');
    if (current === undefined) continue;
    const joined = current.type === 'Cast' ? castThrough(draft, current) : current;
    if (isIdle(draft, joined)) bypass(draft, joined);
  }
}

function isIdle(draft: Draft, node: OnnxNode): boolean {
  const { inputs, outputs, type, domain } = node;
  const [input = '', output = ''] = [inputs[0], outputs[0]];
  const [from, to] = [draft.values.get(input), draft.values.get(output)];
  if (domain !== undefined || from === undefined || from.dtype !== to?.dtype) return false;
  if (from.shape.join() !== to.shape.join()) return false;
  const rest = outputs.slice(1);
  if (rest.some((name) => draft.isOutput(name) || draft.readersOf(name).length > 0)) return false;
  return idleRules[type]?.(draft.view(node)) ?? false;
}

const always = () => true;
const single = ({ node }: NodeView) => node.inputs.length === 1;

/** What makes a node idle whose result has the type and shape of its input. */
const idleRules: Readonly<Record<string, (view: NodeView) => boolean>> = {
  Identity: always,
  Cast: always,
  CastLike: always,
  Reshape: always,
  Flatten: always,
  Squeeze: always,
  Unsqueeze: always,
  Expand: always,
  Tile: always,
  // Only a file that goes on training says so with a constant true.
  Dropout: (view) => !view.has(2) || Number(view.constant(2)?.data[0] ?? 1) === 0,
  Clip: (view) => {
    const bounds = clipBounds(view);
    return bounds?.min === Number.NEGATIVE_INFINITY && bounds.max === Number.POSITIVE_INFINITY;
  },
  Slice: (view) => cutsOf(view).every(({ step }) => step === 1),
  Pad: (view) => {
    const { before, after } = padOf(view);
    return [...before, ...after].every((count) => count === 0);
  },
  Transpose: (view) => permutationOf(view).every((axis, i) => axis === i),
  Split: ({ node }) => node.outputs.length === 1,
  Concat: single,
  Sum: single,
  Mean: single,
  Max: single,
  Min: single,
};

/** Lets everyone read the node's input instead of its output. The model's outputs keep their names. */
function bypass(draft: Draft, node: OnnxNode): void {
  const [input = '', output = ''] = [node.inputs[0], node.outputs[0]];
  if (!draft.isOutput(output)) {
    draft.replace(node);
    draft.redirect(output, input);
    return;
  }
  const constant = draft.constants.get(input);
  const maker = draft.makerOf(input);
  if (constant !== undefined) {
    draft.constants.set(output, constant);
    draft.replace(node);
  } else if (maker !== undefined && !draft.isOutput(input)) {
    draft.replace(node);
    draft.replace(maker, {
      ...maker,
      outputs: maker.outputs.map((name) => (name === input ? output : name)),
    });
    draft.redirect(input, output);
  }
}

/** Whole numbers of how many bits a type holds exactly, with a sign or without. */
const exactBits: Readonly<Partial<Record<Dtype, { readonly bits: number; readonly signed: boolean }>>> = {
  bool: { bits: 1, signed: false },
  uint8: { bits: 8, signed: false },
  uint16: { bits: 16, signed: false },
  uint32: { bits: 32, signed: false },
  int8: { bits: 7, signed: true },
  int16: { bits: 15, signed: true },
  int32: { bits: 31, signed: true },
  int64: { bits: 63, signed: true },
};
const mantissa: Readonly<Partial<Record<Dtype, number>>> = { float32: 24, float64: 53 };

/** Whether every value of one type is a value of the other. */
function holds(wide: Dtype, narrow: Dtype): boolean {
  const floatBits = mantissa[wide];
  const own = mantissa[narrow];
  const from = exactBits[narrow];
  if (floatBits !== undefined) return (own ?? from?.bits ?? Number.POSITIVE_INFINITY) <= floatBits;
  const to = exactBits[wide];
  return from !== undefined && to !== undefined && from.bits <= to.bits && (to.signed || !from.signed);
}

/** A Cast of a Cast reads the first one's input where that loses nothing on its way. */
function castThrough(draft: Draft, node: OnnxNode): OnnxNode {
  const [middle = ''] = node.inputs;
  const first = draft.makerOf(middle);
  const [origin = ''] = first?.type === 'Cast' ? first.inputs : [];
  const [from, through] = [draft.values.get(origin)?.dtype, draft.values.get(middle)?.dtype];
  if (from === undefined || through === undefined || !holds(through, from)) return node;
  const direct = { ...node, inputs: [origin] };
  draft.replace(node, direct);
  return direct;
}
