import { strFromU8 } from 'fflate';
import type { Model } from '../../../model/types.ts';
import { Problem } from '../../../problem.ts';
import { inMemory } from '../../random-access.ts';
import { readZipEntries, readZipEntry } from '../../zip.ts';
import { CheckedByteBuffer } from '../checked-buffer.ts';
import * as fb from './generated/metadata_generated.ts';

/** What a TFLite metadata entry says about one input or output. */
export interface TensorFacts {
  readonly name: string;
  readonly description: string;
  /** Pixel value x becomes (x − mean) / std; one entry, or one per channel. The same for float and quantized models. */
  readonly normalization?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly colorSpace?: 'rgb' | 'grey';
  /** Names of label files in the archive behind the model. */
  readonly labelFiles: readonly string[];
}

/** The readable part of a model's TFLite metadata, in order of the graph's inputs and outputs. */
export interface TfliteMetadata {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
}

const entryName = 'TFLITE_METADATA';

function normalizationOf(tensor: fb.TensorMetadata): TensorFacts['normalization'] {
  for (let i = 0; i < tensor.processUnitsLength(); i++) {
    const unit = tensor.processUnits(i);
    if (unit?.optionsType() !== fb.ProcessUnitOptions.NormalizationOptions) continue;
    const options: fb.NormalizationOptions | null = unit.options(new fb.NormalizationOptions());
    const mean = Array.from(options?.meanArray() ?? []);
    const std = Array.from(options?.stdArray() ?? []);
    if (mean.length > 0 && std.length > 0) return { mean, std };
  }
  return undefined;
}

function colorSpaceOf(tensor: fb.TensorMetadata): TensorFacts['colorSpace'] {
  const content = tensor.content();
  if (content?.contentPropertiesType() !== fb.ContentProperties.ImageProperties) return undefined;
  const image: fb.ImageProperties | null = content.contentProperties(new fb.ImageProperties());
  switch (image?.colorSpace()) {
    case fb.ColorSpaceType.RGB:
      return 'rgb';
    case fb.ColorSpaceType.GRAYSCALE:
      return 'grey';
    default:
      return undefined;
  }
}

function labelFilesOf(tensor: fb.TensorMetadata): readonly string[] {
  const files = Array.from({ length: tensor.associatedFilesLength() }, (_, i) => tensor.associatedFiles(i));
  return files
    .filter((file) => file?.type() === fb.AssociatedFileType.TENSOR_AXIS_LABELS)
    .flatMap((file) => file?.name() ?? []);
}

function factsOf(tensor: fb.TensorMetadata | null): TensorFacts {
  if (tensor === null) return { name: '', description: '', labelFiles: [] };
  const normalization = normalizationOf(tensor);
  const colorSpace = colorSpaceOf(tensor);
  return {
    name: tensor.name() ?? '',
    description: tensor.description() ?? '',
    labelFiles: labelFilesOf(tensor),
    ...(normalization !== undefined && { normalization }),
    ...(colorSpace !== undefined && { colorSpace }),
  };
}

/**
 * The TFLite metadata of a model; `undefined` where it has none. Damaged metadata counts as none: it is only advice, and the
 * model stands without it.
 */
export function readTfliteMetadata(model: Model): TfliteMetadata | undefined {
  const entry = model.metadata.find(({ name }) => name === entryName);
  if (entry === undefined || entry.data.length < 8) return undefined;
  try {
    const metadata = fb.ModelMetadata.getRootAsModelMetadata(new CheckedByteBuffer(entry.data));
    const graph = metadata.subgraphMetadata(0);
    return {
      name: metadata.name() ?? '',
      description: metadata.description() ?? '',
      inputs: Array.from({ length: graph?.inputTensorMetadataLength() ?? 0 }, (_, i) =>
        factsOf(graph?.inputTensorMetadata(i) ?? null),
      ),
      outputs: Array.from({ length: graph?.outputTensorMetadataLength() ?? 0 }, (_, i) =>
        factsOf(graph?.outputTensorMetadata(i) ?? null),
      ),
    };
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Longest label file that is read, unpacked. */
const labelLimit = 16 << 20;

/** Class names of output `index` from the label file behind the model; `undefined` where there is none. */
export async function readLabels(model: Model, index: number): Promise<readonly string[] | undefined> {
  const name = readTfliteMetadata(model)?.outputs[index]?.labelFiles[0];
  if (name === undefined || model.appended === undefined) return undefined;
  const archive = inMemory(model.appended);
  const entry = (await readZipEntries(archive)).find((candidate) => candidate.name === name);
  if (entry === undefined) return undefined;
  const bytes = await readZipEntry(archive, entry, labelLimit);
  return strFromU8(bytes).trim().split(/\r?\n/);
}
