import type { ShapeRuntime } from '../core/execute/executor.ts';
import { detect } from '../core/formats/detect.ts';
import { externalFilesOf } from '../core/formats/onnx/read.ts';
import type { Model } from '../core/model/types.ts';
import type { NormalizedOnnx } from '../core/onnx/normalized.ts';
import { openMeasured } from '../core/pipeline/open-measured.ts';
import type { FileFormat } from '../core/pipeline/open-model.ts';
import { type Prepared, prepare } from '../core/prepare/prepare.ts';
import { inspectModel } from '../core/report/inspect.ts';
import { readWhole } from '../core/samples/open-file.ts';
import type { GivenFile, OpenedModel, OpenRequest } from './api.ts';
import { sampleFile } from './given-samples.ts';

/** A model that is open. */
export interface OpenModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly prepared: Prepared;
  /** What the model was translated from. */
  readonly onnx?: NormalizedOnnx;
  /** What it can be written as. */
  readonly formats: readonly FileFormat[];
  /** Why it cannot be written as a `.tflite`, node by node. */
  readonly missing: readonly string[];
  readonly notes: readonly string[];
}

function nameOf({ path }: GivenFile): string {
  return path.split('/').at(-1) ?? path;
}

interface Part {
  readonly given: GivenFile;
  readonly bytes: Uint8Array;
}

/** The files beside a model that it has its weights in, by the place that it names. */
async function partsOf(bytes: Uint8Array, beside: readonly GivenFile[]): Promise<ReadonlyMap<string, Part>> {
  const parts = new Map<string, Part>();
  if (detect(bytes).kind !== 'onnx') return parts;
  for (const location of externalFilesOf(bytes)) {
    // Folders may have been lost on the way here, or come before the model's own.
    const name = location.split('/').at(-1);
    const given =
      beside.find(({ path }) => path === location || path.endsWith(`/${location}`)) ??
      beside.find((file) => nameOf(file) === name);
    if (given !== undefined) parts.set(location, { given, bytes: await readWhole(sampleFile(given)) });
  }
  return parts;
}

/** Reads a model that a person gave. @throws Problem as `openMeasured` and `prepare`. */
export async function openGivenModel(
  { file, beside = [], sizes = {} }: OpenRequest,
  runtime: ShapeRuntime,
): Promise<OpenModel & { readonly info: OpenedModel }> {
  const name = nameOf(file);
  const bytes = await readWhole(sampleFile(file));
  const parts = await partsOf(bytes, beside);
  const { model, onnx, formats, missing, notes } = await openMeasured({
    name,
    bytes,
    runtime,
    external: (location) => parts.get(location)?.bytes,
    sizes: new Map(Object.entries(sizes)),
  });
  const taken = [...parts.values()];
  const inspection = inspectModel(model);
  const info: OpenedModel = {
    name,
    formats,
    bytes: taken.reduce((sum, part) => sum + part.bytes.length, bytes.length),
    taken: taken.map(({ given }) => given.path),
    inspection: { ...inspection, notes: [...notes, ...inspection.notes] },
  };
  const prepared = prepare(model);
  return { name, bytes, model, prepared, formats, missing, notes, ...(onnx && { onnx }), info };
}
