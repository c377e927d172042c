import { calibrate } from '../calibrate/calibrate.ts';
import type { Call } from '../call.ts';
import type { FloatRuntime } from '../execute/executor.ts';
import type { OnnxNode } from '../formats/onnx/graph.ts';
import { isPresent, mainGraph, tensorAt } from '../model/graph.ts';
import type { SampleSource } from '../model/samples.ts';
import type { Model, TensorId } from '../model/types.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import { Problem } from '../problem.ts';
import type { Range } from '../qdq/grid.ts';
import { nameOf } from '../qdq/nodes.ts';
import type { QdqOptions, QuantizedOnnx } from '../qdq/options.ts';
import { writeDynamic } from '../qdq/write-dynamic.ts';
import { valuesToMeasure, writeQdq } from '../qdq/write-qdq.ts';
import type { Quantized } from '../quantize/quantize.ts';
import type { Recipe } from '../quantize/recipe.ts';
import { checkOnnxRecipe, type OnnxChoice } from './onnx-choice.ts';
import { modelOfValues } from './onnx-values.ts';

export interface OnnxJob extends OnnxChoice {
  readonly onnx: NormalizedOnnx;
  /** The translation, float and prepared. */
  readonly float: Model;
  /** What the recipe made of it: values that it gives a grid get the same range here. */
  readonly quantized: Quantized;
  readonly recipe: Recipe;
  /** For ranges; not looked at where the recipe quantizes weights alone. */
  readonly samples?: SampleSource;
}

interface Tools {
  readonly runtime: FloatRuntime;
  readonly call?: Call;
}

/**
 * The ONNX file of a model that came as one, quantized by a recipe: its own graph, with its names and its layout.
 * @throws Problem `quantize/unsupported` for a recipe that has no counterpart, `images/none` without samples where ranges
 * are needed, and those of `calibrate`, `writeQdq` and `writeDynamic`.
 */
export async function quantizeOnnx(job: OnnxJob, tools: Tools): Promise<QuantizedOnnx> {
  const { onnx, recipe, activations, symmetric } = job;
  const perChannel = recipe.weights === 'per-channel';
  const keepFloat = nodesKeptFloat(job);
  const options = { activations, symmetric, perChannel, keepFloat };
  const quantization = checkOnnxRecipe(recipe);
  switch (quantization) {
    case 'dynamic':
      return writeDynamic(onnx, { compute: 'integer', perChannel, keepFloat });
    case 'weights':
      return writeDynamic(onnx, { compute: 'float', perChannel, keepFloat });
    case 'static':
      return writeQdq(onnx, await rangesOf(job, tools, options), options);
    default:
      return quantization satisfies never;
  }
}

/** Nodes of the ops that the recipe's rules leave in float, by the names that the writer knows them by. */
function nodesKeptFloat({ onnx, float, quantized }: OnnxJob): ReadonlySet<string> {
  const graph = mainGraph(float);
  const valuesOf = (ids: readonly TensorId[]): readonly string[] =>
    ids.filter(isPresent).flatMap((id) => tensorAt(graph, id).origin?.name ?? []);
  const makers = new Map(
    onnx.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  const kept = new Set<OnnxNode>();
  for (const { op, byRule } of quantized.keptFloat) {
    const { inputs = [], outputs = [] } = byRule ? (graph.ops[op] ?? {}) : {};
    // An op may be several nodes, a convolution and what follows it: all that lie between its inputs and its outputs.
    const seen = new Set(valuesOf(inputs));
    const open = [...valuesOf(outputs)];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = seen.has(name) ? undefined : makers.get(name);
      seen.add(name);
      if (node === undefined) continue;
      kept.add(node);
      open.push(...node.inputs);
    }
  }
  return new Set([...kept].map(nameOf));
}

/** Of every value that the writer asks for: that of the grid that the recipe chose, and else what the samples reach. */
async function rangesOf(
  { onnx, float, quantized, samples }: OnnxJob,
  { runtime, call }: Tools,
  options: QdqOptions,
): Promise<ReadonlyMap<string, Range>> {
  const chosen = new Map(gridRanges(quantized.model));
  const missing = valuesToMeasure(onnx, options).filter((name) => !chosen.has(name));
  if (missing.length === 0) return chosen;
  if (samples === undefined) {
    const text = `${missing.length} ranges of the ONNX file are measured on pictures, and there are none.`;
    throw new Problem('images/none', text, { values: missing });
  }
  const values = modelOfValues(onnx, float, missing);
  const { byTensor } = await calibrate(values, samples, { runtime, ...(call && { call }) });
  const measured = [...byTensor].map(([id, { min, max }]) => {
    const { name, origin } = tensorAt(mainGraph(values), id);
    return [origin?.name ?? name, { min, max }] as const;
  });
  return new Map([...measured, ...chosen]);
}

/** What the integers of a quantized model's activations can stand for, by the value of the file that each is. */
function gridRanges(model: Model): readonly (readonly [string, Range])[] {
  const graph = mainGraph(model);
  return graph.tensors.flatMap(({ data, origin, quant, dtype }) => {
    const [scale, zeroPoint] = [quant?.scale[0], quant?.zeroPoint[0]];
    if (data !== undefined || origin === undefined || scale === undefined || zeroPoint === undefined)
      return [];
    if (dtype !== 'int8' && dtype !== 'uint8') return [];
    const low = dtype === 'int8' ? -128 : 0;
    return [[origin.name, { min: (low - zeroPoint) * scale, max: (low + 255 - zeroPoint) * scale }] as const];
  });
}
