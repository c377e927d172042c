import { gzipSync } from 'fflate';
import type { Comparison } from '../evaluate/compare.ts';
import { type SampleResult, worstFirst } from '../evaluate/outputs.ts';
import { elementCount } from '../model/data.ts';
import { mainGraph, opName, tensorAt } from '../model/graph.ts';
import type { SkippedSample } from '../model/samples.ts';
import type { Graph, Tensor } from '../model/types.ts';
import { outcomeOf } from '../quantize/outcome.ts';
import { errorFacts } from './facts.ts';
import { findingsOf } from './findings.ts';
import type { ReportInput } from './input.ts';
import { layerRows } from './layers.ts';
import type {
  EvaluationFacts,
  FileSize,
  ModelFacts,
  Report,
  Skipped,
  TensorFacts,
  WorstSample,
} from './report.ts';

/** Samples listed as the worst. */
const worstCount = 10;

function sizeOf(bytes: Uint8Array): FileSize {
  return { bytes: bytes.length, gzip: gzipSync(bytes, { level: 9, mtime: 0 }).length };
}

function tensorFacts({ name, shape, dtype, quant }: Tensor): TensorFacts {
  const [scale] = quant?.scale ?? [];
  const [zeroPoint] = quant?.zeroPoint ?? [];
  return {
    name,
    shape,
    dtype,
    ...(scale !== undefined && { scale }),
    ...(zeroPoint !== undefined && { zeroPoint }),
  };
}

function modelFacts(name: string, float: Graph, quantized: Graph): ModelFacts {
  const ops: Record<string, number> = {};
  for (const op of float.ops) ops[opName(op)] = (ops[opName(op)] ?? 0) + 1;
  const constants = float.tensors.filter(({ data, dtype }) => data !== undefined && dtype === 'float32');
  return {
    name,
    inputs: quantized.inputs.map((id) => tensorFacts(tensorAt(quantized, id))),
    outputs: quantized.outputs.map((id) => tensorFacts(tensorAt(quantized, id))),
    ops,
    parameters: constants.reduce((sum, { shape }) => sum + elementCount(shape), 0),
  };
}

function skippedFacts(list: readonly SkippedSample[]): readonly Skipped[] {
  return list.map(({ name, problem }) => ({ name, code: problem.code, reason: problem.message }));
}

function worstSample({ index, name, label, answers, error }: SampleResult): WorstSample {
  return {
    index,
    name,
    ...(label !== undefined && { label }),
    ...(answers && { answers: { float: answers.reference.class, quantized: answers.candidate.class } }),
    error: errorFacts(error),
  };
}

function evaluationFacts(
  { outputs, layers }: Comparison,
  classNames: readonly string[] | undefined,
): EvaluationFacts {
  return {
    samples: outputs.samples,
    skipped: skippedFacts(outputs.skipped),
    float: outputs.reference,
    quantized: outputs.candidate,
    ...(outputs.agreement && { agreement: outputs.agreement }),
    outputs: outputs.outputs.flatMap((figures) => (figures === undefined ? [] : [errorFacts(figures)])),
    worst: worstFirst(outputs.results).slice(0, worstCount).map(worstSample),
    ...(classNames && { classNames }),
    layerSamples: layers.samples,
  };
}

export function createReport(input: ReportInput): Report {
  const { name, float, quantized, recipe, statistics, files, comparison, classNames, notes = [] } = input;
  const layers = layerRows(input);
  return {
    version: 1,
    model: modelFacts(name, mainGraph(float), mainGraph(quantized.model)),
    recipe,
    outcome: outcomeOf(quantized.model),
    files: { float: sizeOf(files.float), quantized: sizeOf(files.quantized) },
    calibration: { samples: statistics.samples, skipped: skippedFacts(statistics.skipped) },
    ...(comparison && { evaluation: evaluationFacts(comparison, classNames) }),
    layers,
    findings: findingsOf(input, layers),
    notes,
  };
}
