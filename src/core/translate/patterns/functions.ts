import type { Attributes, OnnxNode } from '../../formats/onnx/graph.ts';
import { erfc } from '../../model/erf.ts';
import { clipBounds } from '../../onnx/node-attributes.ts';
import type { NodeView } from '../../onnx/node-view.ts';
import type { Draft } from '../../onnx/rewrite/draft.ts';

/** An activation that has an op of its own. */
interface Known {
  readonly type: string;
  readonly attributes: Attributes;
  readonly compute: (x: number) => number;
}

const relu6 = (x: number): number => Math.min(Math.max(x, 0), 6);
const byTanh = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const known: readonly Known[] = [
  { type: 'HardSwish', attributes: {}, compute: (x) => (x * relu6(x + 3)) / 6 },
  { type: 'Gelu', attributes: { approximate: 'none' }, compute: (x) => (x / 2) * erfc(-x / Math.SQRT2) },
  { type: 'Gelu', attributes: { approximate: 'tanh' }, compute: (x) => (x / 2) * (1 + Math.tanh(byTanh(x))) },
  { type: 'Relu', attributes: {}, compute: (x) => Math.max(x, 0) },
  { type: 'Clip', attributes: { min: { float: 0 }, max: { float: 6 } }, compute: relu6 },
];

type Compute = (operands: readonly number[], view: NodeView) => number;

/** What nodes compute of one element of each operand. */
const elementwise: Readonly<Record<string, Compute>> = {
  Add: ([a = 0, b = 0]) => a + b,
  Sub: ([a = 0, b = 0]) => a - b,
  Mul: ([a = 0, b = 0]) => a * b,
  Div: ([a = 0, b = 0]) => a / b,
  Pow: ([a = 0, b = 0]) => a ** b,
  Max: (all) => Math.max(...all),
  Min: (all) => Math.min(...all),
  Neg: ([a = 0]) => -a,
  Relu: ([a = 0]) => Math.max(a, 0),
  Sigmoid: ([a = 0]) => 1 / (1 + Math.exp(-a)),
  Tanh: ([a = 0]) => Math.tanh(a),
  Erf: ([a = 0]) => 1 - erfc(a),
  Clip: ([a = 0], view) => {
    const { min, max } = clipBounds(view) ?? { min: Number.NaN, max: Number.NaN };
    return Math.min(Math.max(a, min), max);
  },
  HardSigmoid: ([a = 0], view) =>
    Math.min(Math.max((view.float('alpha') ?? 0.2) * a + (view.float('beta') ?? 0.5), 0), 1),
};

/** Longest way of writing one of these: GELU by tanh. */
const mostNodes = 12;

/** Where functions are compared: densely where they bend, and far out. */
const points: readonly number[] = [
  ...Array.from({ length: 97 }, (_, i) => (i - 48) / 6),
  ...[10, 30, 100, 1000].flatMap((x) => [-x, x]),
];
/** Of 1 and the value. Constants in files are float32 or have six digits; the two forms of GELU differ by 5e-4. */
const tolerance = 2e-6;

/**
 * HardSwish, GELU and the like written out as sums, products and limits of one value. They are known by what they compute
 * at a hundred points, so that every way of writing them is found.
 */
export function nameFunctions(draft: Draft): void {
  const order = new Map(draft.nodes.map((node, index) => [node, index]));
  for (const root of draft.nodes.toReversed()) {
    if (!draft.has(root)) continue;
    const found = find(draft, root, order);
    if (found === undefined) continue;
    const { type, attributes } = found.known;
    const { name, outputs } = root;
    draft.replace(root, { name, type, inputs: [found.input], outputs, attributes });
    for (const node of found.inside) if (node !== root) draft.replace(node);
  }
}

interface Found {
  readonly known: Known;
  readonly input: string;
  readonly inside: readonly OnnxNode[];
}

/** Grows a cone of element-wise nodes from `root` upwards until what it computes of its one input is known. */
function find(draft: Draft, root: OnnxNode, order: ReadonlyMap<OnnxNode, number>): Found | undefined {
  if (!isElementwise(draft, root)) return undefined;
  const inside = [root];
  while (inside.length <= mostNodes) {
    const leaves = leavesOf(draft, inside);
    const [input] = leaves;
    if (leaves.length === 1 && input !== undefined && inside.length > 1) {
      const match = known.find(({ compute }) => equals(draft, { root, input, inside }, compute));
      if (match !== undefined) return { known: match, input, inside };
    }
    const next = leaves
      .map((leaf) => draft.makerOf(leaf))
      .filter((maker) => maker !== undefined)
      .filter((maker) => isElementwise(draft, maker) && isHidden(draft, maker, inside))
      .sort((a, b) => (order.get(b) ?? 0) - (order.get(a) ?? 0))[0];
    if (next === undefined) return undefined;
    inside.push(next);
  }
  return undefined;
}

/** Whether the node works on each element alone, with float32 operands of one shape and single numbers. */
function isElementwise(draft: Draft, { type, domain, inputs, outputs }: OnnxNode): boolean {
  const result = draft.values.get(outputs[0] ?? '');
  if (domain !== undefined || !Object.hasOwn(elementwise, type) || result?.dtype !== 'float32') return false;
  return inputs.every((name) => {
    if (name === '') return true;
    const constant = draft.constants.get(name);
    return constant === undefined
      ? draft.values.get(name)?.shape.join() === result.shape.join()
      : constant.data.length === 1;
  });
}

function leavesOf(draft: Draft, inside: readonly OnnxNode[]): readonly string[] {
  const made = new Set(inside.flatMap(({ outputs }) => outputs));
  const read = inside.flatMap(({ inputs }) => inputs);
  return [...new Set(read.filter((name) => name !== '' && !made.has(name) && !draft.constants.has(name)))];
}

/** Whether nobody outside the cone sees what the node makes. */
function isHidden(draft: Draft, { outputs }: OnnxNode, inside: readonly OnnxNode[]): boolean {
  return outputs.every(
    (name) => !draft.isOutput(name) && draft.readersOf(name).every((reader) => inside.includes(reader)),
  );
}

interface Cone {
  readonly root: OnnxNode;
  readonly input: string;
  readonly inside: readonly OnnxNode[];
}

function equals(draft: Draft, cone: Cone, compute: (x: number) => number): boolean {
  return points.every((x) => {
    const wanted = compute(x);
    return Math.abs(computed(draft, cone, x) - wanted) <= tolerance * Math.max(1, Math.abs(wanted));
  });
}

function computed(draft: Draft, { root, input, inside }: Cone, x: number): number {
  const numberOf = (name: string): number => {
    if (name === input) return x;
    const constant = draft.constants.get(name);
    if (constant !== undefined) return Number(constant.data[0]);
    const maker = inside.find(({ outputs }) => outputs.includes(name));
    return maker === undefined ? Number.NaN : apply(maker);
  };
  const apply = (node: OnnxNode): number => {
    const operands = node.inputs.filter((name) => name !== '').map(numberOf);
    return elementwise[node.type]?.(operands, draft.view(node)) ?? Number.NaN;
  };
  return apply(root);
}
