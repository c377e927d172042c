import { isCompiledForEdgeTpu } from '../model/edge-tpu.ts';
import { onnxPrefix } from '../model/graph.ts';
import type { Model } from '../model/types.ts';
import { compiledText, isQuantized, prepare } from '../prepare/prepare.ts';
import { Problem } from '../problem.ts';
import { type Outcome, outcomeOf } from '../quantize/outcome.ts';
import { defaultRecipe } from '../quantize/recipe.ts';
import { selectOps } from '../quantize/select.ts';
import { describeModel, type ModelSummary } from './describe.ts';

/** What can be said about a model without running it. */
export interface Inspection {
  readonly summary: ModelSummary;
  /** quantized: its activations are integers already. float: they are not, whatever its weights are stored as. */
  readonly state: 'float' | 'quantized';
  /** What the file truly is: “strict int8”, “dynamic range”, “float” … */
  readonly outcome: Outcome;
  readonly notes: readonly string[];
  /** Ops that would stay in float when this model is quantized, by position, with the reason. */
  readonly keptFloat: readonly { readonly op: number; readonly kind: string; readonly reason: string }[];
}

function unknownNote(summary: ModelSummary): readonly string[] {
  const names = summary.operators
    // Nodes of an ONNX file are told of when it is opened, each by its name.
    .filter(({ known, kind }) => !known && !kind.startsWith(onnxPrefix))
    .map(({ kind, count }) => `${count} × ${kind}`);
  return names.length === 0
    ? []
    : [`Operators that are not known here are kept as they are: ${names.join(', ')}.`];
}

/** Looks at a model as a whole. A model that cannot be prepared is still described, with the problem as a note. */
export function inspectModel(model: Model): Inspection {
  const summary = describeModel(model);
  const unknown = isCompiledForEdgeTpu(model) ? [compiledText] : unknownNote(summary);
  const outcome = outcomeOf(model);
  if (isQuantized(model)) return { summary, state: 'quantized', outcome, notes: unknown, keptFloat: [] };
  try {
    const prepared = prepare(model);
    const [graph] = prepared.model.graphs;
    const keptFloat = graph === undefined ? [] : selectOps(graph, defaultRecipe).keptFloat;
    const { ops } = describeModel(prepared.model);
    return {
      summary,
      state: 'float',
      outcome,
      notes: [...prepared.notes.map(({ text }) => text), ...unknown],
      keptFloat: keptFloat.map(({ op, reason }) => ({ op, kind: ops[op]?.kind ?? '', reason })),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { summary, state: 'float', outcome, notes: [error.message, ...unknown], keptFloat: [] };
  }
}
