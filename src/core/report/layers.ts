import type { TensorStatistics } from '../calibrate/statistics.ts';
import { counterparts, samePositions } from '../evaluate/correspondence.ts';
import { isPresent, mainGraph, opName, producers, tensorAt } from '../model/graph.ts';
import type { Dtype, Graph, Op, OpId, Quant, TensorId } from '../model/types.ts';
import { limits } from '../quantize/params.ts';
import { weightRuleOf } from '../quantize/rules.ts';
import type { ActivationType } from '../quantize/scheme.ts';
import { clippedShare } from '../ranges/distribution.ts';
import { errorFacts } from './facts.ts';
import type { ReportInput } from './input.ts';
import type { LayerRow, WeightFacts } from './report.ts';

/** For activations of the quantized graph, those of the float graph that they stand for. */
export function floatTensors({ float, quantized }: ReportInput): ReadonlyMap<TensorId, TensorId> {
  return counterparts(mainGraph(quantized.model), samePositions(float, quantized.model));
}

/** The real interval that rounds onto the integers of a type without clipping. */
function gridInterval(
  { scale, zeroPoint }: { scale: number; zeroPoint: number },
  type: ActivationType,
): { min: number; max: number } {
  const [lowest, highest] = limits[type];
  return { min: (lowest - 0.5 - zeroPoint) * scale, max: (highest + 0.5 - zeroPoint) * scale };
}

function isActivationType(dtype: Dtype): dtype is ActivationType {
  return Object.hasOwn(limits, dtype);
}

function perTensorOf(quant: Quant | undefined): { scale: number; zeroPoint: number } | undefined {
  const [scale] = quant?.scale ?? [];
  const [zeroPoint] = quant?.zeroPoint ?? [];
  return scale === undefined || zeroPoint === undefined ? undefined : { scale, zeroPoint };
}

function weightFacts(graph: Graph, op: Op): WeightFacts | undefined {
  const id = op.inputs[weightRuleOf(op)?.input ?? -1];
  const { data, quant } = isPresent(id) ? tensorAt(graph, id) : {};
  if (data === undefined || quant === undefined) return undefined;
  const { scale } = quant;
  return {
    bytes: data.length,
    scales: scale.length,
    smallestScale: scale.reduce((a, b) => Math.min(a, b)),
    largestScale: scale.reduce((a, b) => Math.max(a, b)),
  };
}

function observed({ min, max, minFrom, maxFrom }: TensorStatistics): NonNullable<LayerRow['observed']> {
  return { min, max, minFrom, maxFrom };
}

/** The range that the tensor's grid was made from, and where it comes from: what a person or the training set goes first. */
function rangeOf({ float, recipe, ranges }: ReportInput, id: TensorId): LayerRow['range'] {
  const { name, fakeQuant } = tensorAt(mainGraph(float), id);
  const hand = recipe.ranges[name];
  if (hand !== undefined) return { ...hand, from: 'hand' };
  if (fakeQuant !== undefined) return { min: fakeQuant.min, max: fakeQuant.max, from: 'training' };
  return ranges.get(id);
}

/** What calibration and the chosen range say about the float tensor behind an op's output. */
function rangeFacts(
  input: ReportInput,
  id: TensorId | undefined,
  grid: { min: number; max: number } | undefined,
): Pick<LayerRow, 'range' | 'observed' | 'clipped'> {
  if (id === undefined) return {};
  const [range, known] = [rangeOf(input, id), input.statistics.byTensor.get(id)];
  const share = known && grid && clippedShare(known, grid);
  return {
    ...(range && { range }),
    ...(known && { observed: observed(known) }),
    ...(share && { clipped: share.below + share.above }),
  };
}

/** What the comparison says about an op and its output. */
function errorsOf(
  { comparison }: ReportInput,
  op: OpId,
  output: TensorId,
): Pick<LayerRow, 'local' | 'accumulated' | 'milliseconds'> {
  const local = comparison?.layers.ops.find((error) => error.op === op);
  const tensor = comparison?.layers.tensors.find((error) => error.candidate === output);
  return {
    ...(local && { local: errorFacts(local.local), milliseconds: local.milliseconds }),
    ...(tensor && { accumulated: errorFacts(tensor.accumulated) }),
  };
}

/** Name of the float tensor that an op of the same kind makes in the float model, by which a recipe finds the layer. */
function sourceName({ float }: ReportInput, source: TensorId | undefined, kind: string): string | undefined {
  const graph = mainGraph(float);
  const maker = source === undefined ? undefined : producers(graph).get(source);
  const op = maker === undefined ? undefined : graph.ops[maker];
  if (op === undefined || source === undefined || opName(op) !== kind) return undefined;
  return tensorAt(graph, source).name;
}

/** One row per op of the quantized model. */
export function layerRows(input: ReportInput): readonly LayerRow[] {
  const graph = mainGraph(input.quantized.model);
  const sources = floatTensors(input);
  return graph.ops.flatMap((op, index) => {
    const output = op.outputs.find(isPresent);
    if (output === undefined) return [];
    const { name, shape, dtype, quant } = tensorAt(graph, output);
    const params = perTensorOf(quant);
    const weights = weightFacts(graph, op);
    const source = sourceName(input, sources.get(output), opName(op));
    const grid = params && isActivationType(dtype) ? gridInterval(params, dtype) : undefined;
    return [
      {
        op: index,
        kind: opName(op),
        name,
        ...(source !== undefined && { source }),
        shape,
        dtype,
        ...params,
        ...rangeFacts(input, sources.get(output), grid),
        ...errorsOf(input, index as OpId, output),
        ...(weights && { weights }),
      },
    ];
  });
}
