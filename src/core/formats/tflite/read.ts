import { checkModel } from '../../model/check.ts';
import type {
  Argument,
  Graph,
  MetadataEntry,
  Model,
  Quant,
  Signature,
  Tensor,
  TensorId,
} from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { readAppended } from './appended.ts';
import { CheckedByteBuffer } from './checked-buffer.ts';
import { readDtype } from './dtypes.ts';
import * as fb from './generated/tflite_generated.ts';
import { type OperatorCode, readOperator, readOperatorCode } from './operators.ts';

/** What a tensor of the file holds besides our own fields; `Tensor.passthrough` of a tensor that was read. */
export interface StoredTensor {
  readonly hasRank: boolean;
  readonly sparsity: fb.SparsityParametersT | null;
  readonly variantTensors: readonly fb.VariantSubTypeT[];
  readonly quantDetailsType: fb.QuantizationDetails;
  readonly quantDetails: fb.QuantizationParametersT['details'];
}

function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Problem('file/invalid', `The file is damaged: ${what} is missing.`, { missing: what });
  }
  return value;
}

function list<T>(length: number, at: (index: number) => T | null, what: string): T[] {
  return Array.from({ length }, (_, index) => present(at(index), `${what} ${index}`));
}

/** Bytes of each buffer; `undefined` for activations. Views of the file, not copies. */
function readBuffers(model: fb.Model, file: Uint8Array): (Uint8Array | undefined)[] {
  return list(model.buffersLength(), (i) => model.buffers(i), 'buffer').map((buffer, index) => {
    const offset = Number(buffer.offset());
    if (offset > 1) {
      const size = Number(buffer.size());
      if (offset + size > file.length) {
        throw new Problem('file/truncated', `The file is cut off: buffer ${index} lies behind its end.`, {
          buffer: index,
          offset,
          size,
        });
      }
      return file.subarray(offset, offset + size);
    }
    const data = buffer.dataArray();
    return data === null || data.length === 0 ? undefined : data;
  });
}

function readZeroPoints(table: fb.QuantizationParameters): Int32Array {
  return Int32Array.from({ length: table.zeroPointLength() }, (_, i) => {
    const value = table.zeroPoint(i) ?? 0n;
    if (value !== BigInt.asIntN(32, value)) {
      throw new Problem('model/invalid', `A zero point of ${value} does not fit 32 bits.`, {
        zeroPoint: String(value),
      });
    }
    return Number(value);
  });
}

function readQuant(table: fb.QuantizationParameters | null): Quant | undefined {
  const scale = table?.scaleArray();
  if (!table || !scale || scale.length === 0) return undefined;
  const min = table.minArray();
  const max = table.maxArray();
  return {
    scale: scale.slice(),
    zeroPoint: readZeroPoints(table),
    axis: table.quantizedDimension(),
    ...(min && min.length > 0 && { min: min.slice() }),
    ...(max && max.length > 0 && { max: max.slice() }),
  };
}

function readStoredTensor(tensor: fb.Tensor): StoredTensor {
  const quantization = tensor.quantization();
  const detailsType = quantization?.detailsType() ?? fb.QuantizationDetails.NONE;
  const details = quantization
    ? fb.unionToQuantizationDetails(detailsType, (table) => quantization.details(table))
    : null;
  return {
    hasRank: tensor.hasRank(),
    sparsity: tensor.sparsity()?.unpack() ?? null,
    variantTensors: list(tensor.variantTensorsLength(), (i) => tensor.variantTensors(i), 'variant').map((v) =>
      v.unpack(),
    ),
    quantDetailsType: detailsType,
    quantDetails: details?.unpack() ?? null,
  };
}

function readTensor(tensor: fb.Tensor, buffers: readonly (Uint8Array | undefined)[]): Tensor {
  const name = tensor.name() ?? '';
  const index = tensor.buffer();
  if (index >= buffers.length) {
    throw new Problem(
      'model/invalid',
      `Tensor “${name}” points at buffer ${index}; the file has ${buffers.length}.`,
      { tensor: name, buffer: index },
    );
  }
  if (tensor.externalBuffer() !== 0) {
    throw new Problem(
      'model/invalid',
      `Tensor “${name}” keeps its values in a second file. Export the model as one file.`,
      { tensor: name },
    );
  }
  const data = buffers[index];
  const quant = readQuant(tensor.quantization());
  const signature = tensor.shapeSignatureArray();
  return {
    name,
    shape: Array.from(tensor.shapeArray() ?? []),
    dtype: readDtype(tensor.type()),
    ...(signature && signature.length > 0 && { shapeSignature: Array.from(signature) }),
    ...(data !== undefined && { data }),
    ...(quant !== undefined && { quant }),
    ...(tensor.isVariable() && { isVariable: true }),
    passthrough: readStoredTensor(tensor) satisfies StoredTensor,
  };
}

function ids(array: Int32Array | null): TensorId[] {
  return Array.from(array ?? [], (id) => id as TensorId);
}

function readGraph(
  graph: fb.SubGraph,
  buffers: readonly (Uint8Array | undefined)[],
  codes: readonly OperatorCode[],
): Graph {
  return {
    name: graph.name() ?? '',
    inputs: ids(graph.inputsArray()),
    outputs: ids(graph.outputsArray()),
    tensors: list(graph.tensorsLength(), (i) => graph.tensors(i), 'tensor').map((t) =>
      readTensor(t, buffers),
    ),
    ops: list(graph.operatorsLength(), (i) => graph.operators(i), 'operator').map((o) =>
      readOperator(o, codes),
    ),
    passthrough: graph.debugMetadataIndex(),
  };
}

function readArguments(length: number, at: (index: number) => fb.TensorMap | null): Argument[] {
  return list(length, at, 'signature argument').map((map) => ({
    name: map.name() ?? '',
    tensor: map.tensorIndex() as TensorId,
  }));
}

function readSignature(signature: fb.SignatureDef): Signature {
  return {
    key: signature.signatureKey() ?? '',
    graph: signature.subgraphIndex(),
    inputs: readArguments(signature.inputsLength(), (i) => signature.inputs(i)),
    outputs: readArguments(signature.outputsLength(), (i) => signature.outputs(i)),
  };
}

function readMetadata(model: fb.Model, buffers: readonly (Uint8Array | undefined)[]): MetadataEntry[] {
  return list(model.metadataLength(), (i) => model.metadata(i), 'metadata entry').map((entry) => ({
    name: entry.name() ?? '',
    data: buffers[entry.buffer()] ?? new Uint8Array(0),
  }));
}

function checkHeader(file: Uint8Array): void {
  if (file.length === 0) throw new Problem('file/empty', 'The file is empty (0 bytes).');
  const identifier = String.fromCharCode(...file.subarray(4, 8));
  if (identifier !== 'TFL3') {
    throw new Problem('file/unknown', `This is not a TensorFlow Lite model: bytes 4 to 7 are not “TFL3”.`, {
      identifier,
    });
  }
  if (file.length < 32)
    throw new Problem('file/truncated', `The file is cut off after ${file.length} bytes.`, {
      bytes: file.length,
    });
}

function readModel(file: Uint8Array): Model {
  const model = fb.Model.getRootAsModel(new CheckedByteBuffer(file));
  if (model.version() !== 3) {
    throw new Problem('file/invalid', `Version ${model.version()} of the model format is not known; 3 is.`, {
      version: model.version(),
    });
  }
  const buffers = readBuffers(model, file);
  const codes = list(model.operatorCodesLength(), (i) => model.operatorCodes(i), 'operator code').map(
    readOperatorCode,
  );
  const appended = readAppended(file);
  return {
    description: model.description() ?? '',
    graphs: list(model.subgraphsLength(), (i) => model.subgraphs(i), 'graph').map((g) =>
      readGraph(g, buffers, codes),
    ),
    signatures: list(model.signatureDefsLength(), (i) => model.signatureDefs(i), 'signature').map(
      readSignature,
    ),
    metadata: readMetadata(model, buffers),
    ...(appended !== undefined && { appended }),
  };
}

/**
 * Reads a `.tflite` file. Constants are views of `file`, which must not change afterwards.
 * @throws Problem `file/…` when the bytes are no intact file, `model/invalid` when the model in it contradicts itself.
 */
export function readTflite(file: Uint8Array): Model {
  checkHeader(file);
  const model = readIntact(file);
  checkModel(model);
  return model;
}

/** The runtime makes typed arrays straight from what the file says, and they refuse what cannot be. */
function readIntact(file: Uint8Array): Model {
  // Flatbuffers align to the start of the file, typed arrays to the start of its memory: a file inside a zip may differ.
  const aligned = file.byteOffset % 8 === 0 ? file : file.slice();
  try {
    return readModel(aligned);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('file/invalid', 'The file is damaged: it has a list that is misplaced or too long.');
  }
}
