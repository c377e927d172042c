import { Builder, type Offset } from 'flatbuffers';
import type { Graph, Model, Quant, Signature, Tensor } from '../../model/types.ts';
import { placeAppended } from './appended.ts';
import { storedDtype } from './dtypes.ts';
import * as fb from './generated/tflite_generated.ts';
import { operatorCodeOf, writeOperator } from './operators.ts';
import type { StoredTensor } from './read.ts';

/**
 * Numbers the buffers of a file. Buffer 0 is the empty sentinel that all tensors without data share; tensors whose
 * `data` is the same object share a buffer, as they did when the model was read.
 */
class BufferTable {
  readonly #index = new Map<Uint8Array, number>();

  indexOf(data: Uint8Array | undefined): number {
    if (data === undefined || data.length === 0) return 0;
    const known = this.#index.get(data);
    if (known !== undefined) return known;
    const index = this.#index.size + 1;
    this.#index.set(data, index);
    return index;
  }

  /** The data vector is absent, not empty, for the sentinel: readers take an empty one for a constant of 0 bytes. */
  write(builder: Builder): Offset {
    const offsets = [...this.#index.keys()].map((data) => {
      // The generated code ignores the schema's force_align of 16, which XNNPACK and microcontrollers rely on.
      builder.prep(16, data.length);
      const vector = builder.createByteVector(data);
      return fb.Buffer.createBuffer(builder, vector, 0n, 0n);
    });
    return fb.Model.createBuffersVector(builder, [fb.Buffer.createBuffer(builder, 0, 0n, 0n), ...offsets]);
  }
}

/** Entries of Model.operator_codes in order of first use. */
class CodeTable {
  readonly #entries = new Map<
    string,
    { readonly index: number; readonly code: ReturnType<typeof operatorCodeOf> }
  >();

  indexOf(op: Graph['ops'][number]): number {
    const code = operatorCodeOf(op);
    const key = `${code.code} ${code.version} ${code.customCode ?? ''}`;
    const entry = this.#entries.get(key) ?? { index: this.#entries.size, code };
    this.#entries.set(key, entry);
    return entry.index;
  }

  write(builder: Builder): Offset {
    const largestOldCode = 127;
    const offsets = [...this.#entries.values()].map(({ code: { code, customCode, version } }) => {
      const custom = customCode === undefined ? 0 : builder.createString(customCode);
      return fb.OperatorCode.createOperatorCode(
        builder,
        Math.min(code, largestOldCode),
        custom,
        version,
        code,
      );
    });
    return fb.Model.createOperatorCodesVector(builder, offsets);
  }
}

/** Zero for an empty list: absent vectors are shorter, and some readers take an empty one for a statement. */
function optional<T>(values: ArrayLike<T> | undefined, create: (values: T[]) => Offset): Offset {
  return values === undefined || values.length === 0 ? 0 : create(Array.from(values));
}

function writeQuant(builder: Builder, quant: Quant | undefined, stored: StoredTensor | undefined): Offset {
  const details = stored?.quantDetails?.pack(builder) ?? 0;
  if (quant === undefined && details === 0) return 0;
  const q = fb.QuantizationParameters;
  const min = optional(quant?.min, (values) => q.createMinVector(builder, values));
  const max = optional(quant?.max, (values) => q.createMaxVector(builder, values));
  const scale = optional(quant?.scale, (values) => q.createScaleVector(builder, values));
  const zeroPoint = optional(quant?.zeroPoint, (values) =>
    q.createZeroPointVector(builder, values.map(BigInt)),
  );
  const detailsType = stored?.quantDetailsType ?? fb.QuantizationDetails.NONE;
  return q.createQuantizationParameters(
    builder,
    min,
    max,
    scale,
    zeroPoint,
    detailsType,
    details,
    quant?.axis ?? 0,
  );
}

function writeTensor(builder: Builder, tensor: Tensor, buffers: BufferTable): Offset {
  const stored = tensor.passthrough as StoredTensor | undefined;
  const name = builder.createString(tensor.name);
  const shape = fb.Tensor.createShapeVector(builder, [...tensor.shape]);
  const signature = optional(tensor.shapeSignature, (values) =>
    fb.Tensor.createShapeSignatureVector(builder, values),
  );
  const quantization = writeQuant(builder, tensor.quant, stored);
  const sparsity = stored?.sparsity?.pack(builder) ?? 0;
  const variants = optional(stored?.variantTensors, (values) =>
    fb.Tensor.createVariantTensorsVector(
      builder,
      values.map((variant) => variant.pack(builder)),
    ),
  );
  const t = fb.Tensor;
  t.startTensor(builder);
  t.addShape(builder, shape);
  t.addType(builder, storedDtype(tensor.dtype));
  t.addBuffer(builder, buffers.indexOf(tensor.data));
  t.addName(builder, name);
  t.addQuantization(builder, quantization);
  t.addIsVariable(builder, tensor.isVariable ?? false);
  t.addSparsity(builder, sparsity);
  t.addShapeSignature(builder, signature);
  t.addHasRank(builder, stored?.hasRank ?? true);
  t.addVariantTensors(builder, variants);
  return t.endTensor(builder);
}

function writeGraph(
  builder: Builder,
  graph: Graph,
  tables: { buffers: BufferTable; codes: CodeTable },
): Offset {
  const s = fb.SubGraph;
  const tensors = graph.tensors.map((tensor) => writeTensor(builder, tensor, tables.buffers));
  const ops = graph.ops.map((op) => writeOperator(builder, op, tables.codes.indexOf(op)));
  const name = builder.createString(graph.name);
  const tensorVector = s.createTensorsVector(builder, tensors);
  const inputs = s.createInputsVector(builder, [...graph.inputs]);
  const outputs = s.createOutputsVector(builder, [...graph.outputs]);
  const opVector = s.createOperatorsVector(builder, ops);
  const debugIndex = (graph.passthrough as number | undefined) ?? -1;
  return s.createSubGraph(builder, tensorVector, inputs, outputs, opVector, name, debugIndex);
}

function writeSignature(builder: Builder, signature: Signature): Offset {
  const maps = (args: Signature['inputs']) =>
    args.map(({ name, tensor }) => fb.TensorMap.createTensorMap(builder, builder.createString(name), tensor));
  const s = fb.SignatureDef;
  const inputs = s.createInputsVector(builder, maps(signature.inputs));
  const outputs = s.createOutputsVector(builder, maps(signature.outputs));
  const key = builder.createString(signature.key);
  s.startSignatureDef(builder);
  s.addInputs(builder, inputs);
  s.addOutputs(builder, outputs);
  s.addSignatureKey(builder, key);
  s.addSubgraphIndex(builder, signature.graph);
  return s.endSignatureDef(builder);
}

/**
 * Writes a `.tflite` file. The same model gives the same bytes; a model that was read and not changed is equal tensor by
 * tensor and op by op when read again, though not byte by byte, because vtables and padding are the writer's own.
 * @throws Problem `export/refused` when an op has no place in the format.
 */
export function writeTflite(model: Model): Uint8Array {
  const builder = new Builder(1 << 16);
  const tables = { buffers: new BufferTable(), codes: new CodeTable() };
  const m = fb.Model;
  const graphs = m.createSubgraphsVector(
    builder,
    model.graphs.map((graph) => writeGraph(builder, graph, tables)),
  );
  const metadata = optional(model.metadata, (entries) =>
    m.createMetadataVector(
      builder,
      entries.map(({ name, data }) =>
        fb.Metadata.createMetadata(builder, builder.createString(name), tables.buffers.indexOf(data)),
      ),
    ),
  );
  const signatures = optional(model.signatures, (list) =>
    m.createSignatureDefsVector(
      builder,
      list.map((signature) => writeSignature(builder, signature)),
    ),
  );
  const codes = tables.codes.write(builder);
  const description = builder.createString(model.description);
  const buffers = tables.buffers.write(builder);
  m.startModel(builder);
  m.addVersion(builder, 3);
  m.addOperatorCodes(builder, codes);
  m.addSubgraphs(builder, graphs);
  m.addDescription(builder, description);
  m.addBuffers(builder, buffers);
  m.addMetadata(builder, metadata);
  m.addSignatureDefs(builder, signatures);
  m.finishModelBuffer(builder, m.endModel(builder));
  return withAppended(builder.asUint8Array(), model.appended);
}

function withAppended(bytes: Uint8Array, archive: Uint8Array | undefined): Uint8Array {
  if (archive === undefined) return bytes;
  const file = new Uint8Array(bytes.length + archive.length);
  file.set(bytes);
  file.set(placeAppended(archive, bytes.length), bytes.length);
  return file;
}
