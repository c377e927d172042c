import type { OnnxModel } from '../formats/onnx/graph.ts';
import { holdsGraph } from '../formats/onnx/types.ts';
import { Problem } from '../problem.ts';
import type { NormalizedOnnx, ValueType } from './normalized.ts';
import { nodeName } from './problems.ts';
import { type PropagateOptions, propagate, type TypedGraph } from './propagate.ts';
import { Draft } from './rewrite/draft.ts';
import { makeWindowsExplicit } from './rewrite/explicit-windows.ts';
import { foldIntoConsumers, foldIntoProducers } from './rewrite/fold-affine.ts';
import { joinNormalizations } from './rewrite/join-normalizations.ts';
import { joinPads } from './rewrite/join-pads.ts';
import { pruned } from './rewrite/prune.ts';
import { raisedFrom6 } from './rewrite/raise-6.ts';
import { removeIdle } from './rewrite/remove.ts';
import { holdsAny, isDouble, isHalf, single, withoutDoubles, withoutHalves } from './rewrite/single.ts';
import { type BoundInputs, bindInputs, type Sizes } from './sizes.ts';
import { suggestSizes } from './suggest-sizes.ts';
import { untoldOf } from './untold.ts';

/** What a person decides about a model before anything is known of its shapes. */
export interface NormalizeOptions {
  /** Sizes of what the file leaves open, by their names or as `input[dimension]`. */
  readonly sizes?: Sizes;
  /** Types of values that `untoldOf` a problem asks for, as a run showed them. */
  readonly told?: ReadonlyMap<string, ValueType>;
}

/**
 * An ONNX model made ready to be translated or quantized: every size known, constants computed, what only training needs
 * removed, BatchNormalization and explicit Pads in the convolutions that they belong to.
 * @throws Problem `model/dynamic-shape` listing the sizes that must be given, `model/invalid` naming the node that is
 * wrong, `model/unsupported-op` naming the nodes that stand in the way; `untoldOf` gives what a run of the file could tell of them.
 */
export function normalizeOnnx(
  file: OnnxModel,
  { sizes = new Map(), told = new Map() }: NormalizeOptions = {},
): NormalizedOnnx {
  refuseInnerGraphs(file);
  const bound = bindInputs(file, sizes, (open) =>
    suggestSizes(open, (tried) => isConsistent(file, sizes, tried)),
  );
  const typed = raisedFrom6(
    pruned(withoutDoubles(typedGraph(file, bound, { measured: (name) => told.get(name) }))),
  );
  const draft = new Draft(typed);
  for (const pass of passes) pass(draft);
  const { graph, values, opset } = pruned(draft.finish());
  return { file, opset, graph, values, notes: [...notesOf(file, bound, values), ...notesOn(told)] };
}

/**
 * Pads are joined once all padding is explicit. A normalization belongs to the layer before it, if there is one; only what
 * is left of them looks at the layer after it.
 */
const passes = [
  removeIdle,
  makeWindowsExplicit,
  joinPads,
  foldIntoProducers,
  joinNormalizations,
  foldIntoConsumers,
];

function typedGraph(
  { graph, opset, told }: OnnxModel,
  { types, names }: BoundInputs,
  { measured, ...limit }: Pick<PropagateOptions, 'foldLimit' | 'measured'> = {},
): TypedGraph {
  const outputs = new Map(graph.outputs.map((value) => [value.name, value]));
  return propagate(withoutHalves(graph), {
    ...limit,
    opset,
    inputs: new Map([...types].map(([name, type]) => [name, single(type, isHalf)])),
    told: (name) => {
      const { dtype, shape } = told.get(name) ?? outputs.get(name) ?? {};
      const sizes = shape?.flatMap((dim) => (typeof dim === 'number' ? dim : (names.get(dim) ?? [])));
      if (dtype === undefined || sizes === undefined || sizes.length !== shape?.length) return undefined;
      return single({ dtype, shape: sizes }, isHalf);
    },
    measured: (name) => {
      const type = measured?.(name);
      return type && single(type, isHalf);
    },
  });
}

/** Shapes are computed from short lists; weights need not be, to see whether they fit. */
const shapeArithmetic = { foldLimit: 2 ** 16 };

/** Whether the model's shapes fit together with these sizes added to those given. */
function isConsistent(file: OnnxModel, given: Sizes, tried: Sizes): boolean {
  try {
    const bound = bindInputs(file, new Map([...given, ...tried]), () => []);
    typedGraph(file, bound, shapeArithmetic);
    return true;
  } catch (error) {
    // What follows from unknown operators is not looked at; all else fits.
    if (error instanceof Problem) return untoldOf(error) !== undefined;
    throw error;
  }
}

/** Branches and loops see values around them by name, so nothing around them could be changed. */
function refuseInnerGraphs({ graph }: OnnxModel): void {
  const nodes = graph.nodes.filter(({ attributes }) =>
    Object.values(attributes).some(
      (value) => typeof value === 'object' && 'opaque' in value && holdsGraph(value.opaque),
    ),
  );
  if (nodes.length === 0) return;
  const text = `The model branches or loops while it runs: ${nodes.map(nodeName).join(', ')}. Only straight graphs are read. Simplify the model for fixed input sizes, e.g. with onnxsim.`;
  const details = nodes.map(({ name, type, outputs }) => ({ node: name, type, outputs }));
  throw new Problem('model/unsupported-op', text, { nodes: details });
}

function notesOn(told: ReadonlyMap<string, ValueType>): readonly string[] {
  if (told.size === 0) return [];
  const list = [...told].map(([name, { shape }]) => `“${name}” is [${shape}]`).join(', ');
  return [`Shapes that the file does not tell are those of a run on zeros: ${list}.`];
}

function notesOf(
  file: OnnxModel,
  bound: BoundInputs,
  values: ReadonlyMap<string, ValueType>,
): readonly string[] {
  const notes: string[] = [];
  const batch = file.graph.inputs.some(({ shape }) => typeof shape?.[0] === 'string');
  if (batch && [...bound.types.values()].some(({ shape }) => shape[0] === 1))
    notes.push('The batch, whose size the file leaves open, is 1.');
  if (holdsAny(file.graph, isHalf))
    notes.push('Half floats are computed as float32; a quantized .onnx has float32 inputs and outputs.');
  if (holdsAny(file.graph, isDouble))
    notes.push('float64 is computed as float32; a quantized .onnx has float32 inputs and outputs.');
  for (const { name, shape } of file.graph.outputs) {
    const own = values.get(name)?.shape ?? [];
    const differs =
      shape !== undefined &&
      (shape.length !== own.length || shape.some((dim, i) => typeof dim === 'number' && dim !== own[i]));
    if (differs)
      notes.push(`The file says that the output “${name}” has the shape [${shape}]; it has [${own}].`);
  }
  return notes;
}
