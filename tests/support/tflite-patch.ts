import { ByteBuffer } from 'flatbuffers';
import { Model } from '../../src/core/formats/tflite/generated/tflite/model.ts';

/**
 * Changes to a .tflite made in its bytes, so that an oracle sees the very file that was written and not a file that
 * went through our own reader and writer.
 */

/** Positions of fields in a flatbuffers table (2 · field number + 4), from the schema's order. */
const subGraphOutputs = 8;
const modelSignatureDefs = 18;
const tensorShape = 4;
const tensorShapeSignature = 18;

/**
 * A copy whose first subgraph's outputs are `outputs`, in that order, so that a runtime hands out any tensor. Signatures
 * are dropped, because they name the old outputs. Name op outputs only: LiteRT returns garbage for a graph input.
 */
export function withOutputs(tflite: Uint8Array, outputs: readonly number[]): Uint8Array<ArrayBuffer> {
  const start = Math.ceil(tflite.length / 4) * 4;
  const bytes = new Uint8Array(start + 4 + 4 * outputs.length);
  bytes.set(tflite);
  new Int32Array(bytes.buffer, start).set([outputs.length, ...outputs]);

  const view = new DataView(bytes.buffer);
  const buffer = new ByteBuffer(bytes);
  const model = Model.getRootAsModel(buffer);
  const field = fieldPosition(buffer, model.subgraphs(0)?.bb_pos, subGraphOutputs);
  if (field === undefined) throw new Error('The model has no subgraph with outputs.');
  view.setUint32(field, start - field, true);
  const signatures = fieldPosition(buffer, model.bb_pos, modelSignatureDefs);
  if (signatures !== undefined) view.setUint32(buffer.__indirect(signatures), 0, true);
  return bytes;
}

/**
 * A copy in which no tensor of the first subgraph has an unknown dimension: shape_signature repeats the shape. LiteRT's
 * helpers refuse tensors whose signature holds −1.
 */
export function withFixedShapes(tflite: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = tflite.slice();
  const buffer = new ByteBuffer(bytes);
  const subgraph = Model.getRootAsModel(buffer).subgraphs(0);
  for (let t = 0; t < (subgraph?.tensorsLength() ?? 0); t++) {
    const table = subgraph?.tensors(t)?.bb_pos;
    const shape = fieldPosition(buffer, table, tensorShape);
    const signature = fieldPosition(buffer, table, tensorShapeSignature);
    if (shape === undefined || signature === undefined) continue;
    const from = buffer.__vector(shape);
    if (buffer.__vector_len(shape) !== buffer.__vector_len(signature))
      throw new Error(`Tensor ${t}: shape and signature differ in rank.`);
    bytes.copyWithin(buffer.__vector(signature), from, from + 4 * buffer.__vector_len(shape));
  }
  return bytes;
}

function fieldPosition(buffer: ByteBuffer, table: number | undefined, field: number): number | undefined {
  const offset = table === undefined ? 0 : buffer.__offset(table, field);
  return table === undefined || offset === 0 ? undefined : table + offset;
}
