import { isPresent, mainGraph, onnxPrefix, tensorAt } from '../model/graph.ts';
import type { Model } from '../model/types.ts';
import { isQuantized, prepare } from '../prepare/prepare.ts';
import { type Outcome, outcomeOf } from '../quantize/outcome.ts';
import { quantize } from '../quantize/quantize.ts';
import type { Recipe } from '../quantize/recipe.ts';
import { cmsisNn, litert, tflm, xnnpack } from './cpu-targets.ts';
import { edgeTpu } from './edge-tpu.ts';
import { ethosU } from './ethos-u.ts';
import { type Place, rewriteOf } from './rewrites.ts';
import { type Cell, fallback, isBetter, missing, type Target, type TargetId } from './target.ts';
import { type Arithmetic, type OpView, viewOf } from './view.ts';

/** The columns of the table, in order. */
export const targets: readonly Target[] = [litert, xnnpack, tflm, cmsisNn, edgeTpu, ethosU];

/** One op of the quantized model on every target. */
export interface NodeRow {
  readonly op: number;
  readonly kind: string;
  /** Of its output. */
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly cells: Readonly<Record<TargetId, Cell>>;
  /** An exact rewrite of the float model, where it makes the verdict of some targets better, and which. */
  readonly rewrite?: string;
}

/** What a quantized model meets on each target. */
export interface Assessment {
  readonly outcome: Outcome;
  readonly nodes: readonly NodeRow[];
}

/** Nobody has measured ranges yet; which ops become integers does not depend on them. */
const anyRange = { min: -1, max: 1 };

/** Everything behind the first op that the compiler does not take stays on the CPU; a QUANTIZE of the input does not count. */
function withEdgeTpuCut(rows: readonly NodeRow[]): readonly NodeRow[] {
  const cut = rows.find(
    ({ op, kind, cells }) => cells['edge-tpu'].verdict !== 'native' && !(op === 0 && kind === 'QUANTIZE'),
  );
  if (cut === undefined) return rows;
  const behind = fallback(`it stands behind op ${cut.op}, at which the compiler stops`);
  return rows.map((row) =>
    row.op > cut.op && row.cells['edge-tpu'].verdict === 'native'
      ? { ...row, cells: { ...row.cells, 'edge-tpu': behind } }
      : row,
  );
}

/** A node of a translated model that TensorFlow Lite has no ops for runs on no target. */
function assessOn(target: Target, view: OpView): Cell {
  return view.kind.startsWith(onnxPrefix)
    ? missing('TensorFlow Lite has no such operator')
    : target.assess(view);
}

/** A rewrite that brings the op nearer to native on some targets, and their names. */
function usefulRewrite(view: OpView, cells: NodeRow['cells'], place: Place): string | undefined {
  const rewrite = rewriteOf(view, place);
  if (rewrite === undefined) return undefined;
  const better = targets.filter(({ id, assess }) =>
    rewrite.views.every((instead) => isBetter(assess(instead).verdict, cells[id].verdict)),
  );
  if (better.length === 0) return undefined;
  return `${rewrite.text} (better on ${better.map(({ title }) => title).join(', ')})`;
}

/** What the first quantized op of a model computes in. */
function integersOf(views: readonly OpView[]): Place['integers'] {
  return views
    .map(({ arithmetic }) => arithmetic)
    .find((arithmetic) => arithmetic === 'int8' || arithmetic === 'int16' || arithmetic === 'uint8');
}

function nodesOf(model: Model): readonly NodeRow[] {
  const graph = mainGraph(model);
  const views = graph.ops.map((op) => viewOf(graph, op));
  const place = { graph, integers: integersOf(views) };
  const rows = views.map((view, index): NodeRow => {
    const cells = Object.fromEntries(
      targets.map((target) => [target.id, assessOn(target, view)]),
    ) as NodeRow['cells'];
    const output = view.op.outputs.find(isPresent);
    const name = output === undefined ? '' : tensorAt(graph, output).name;
    const rewrite = usefulRewrite(view, cells, place);
    const { kind, arithmetic } = view;
    const row = { op: index, kind, name, arithmetic, cells };
    return rewrite === undefined ? row : { ...row, rewrite };
  });
  return withEdgeTpuCut(rows);
}

/**
 * Node by node, what a model gets on each target, before anything is calibrated. A float model is looked at as the recipe
 * would quantize it; a quantized one as it is.
 *
 * A statement about operators, types and shapes. Limits of memory, and those that depend on scales, are not in it.
 * @throws Problem as `prepare` and `quantize`.
 */
export function assessTargets(model: Model, recipe: Recipe): Assessment {
  if (isQuantized(model)) return { outcome: outcomeOf(model), nodes: nodesOf(model) };
  // What a strict recipe refuses is what the table is to show.
  const dummy: Recipe = { ...recipe, fallback: 'float', defaultRange: recipe.defaultRange ?? anyRange };
  const { model: quantized } = quantize(prepare(model).model, new Map(), dummy);
  return { outcome: outcomeOf(quantized), nodes: nodesOf(quantized) };
}
