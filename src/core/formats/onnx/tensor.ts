import { create } from '@bufbuild/protobuf';
import { allocate, byteLength, bytesOf, elementCount, elementsOf } from '../../model/data.ts';
import type { Dtype, Elements, TensorData } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from './generated/onnx_pb.ts';
import { dtypeOf, heldType } from './types.ts';

/** Finds a file that stands beside the model by the place that the model gives, e.g. `model.onnx.data`. */
export type ExternalFiles = (location: string) => Uint8Array | undefined;

/** A constant as ONNX stores it. Half floats are written as float32, as they are held. */
export function tensorProto(name: string, { dtype, shape, data }: TensorData): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: heldType(dtype),
    dims: shape.map(BigInt),
    rawData: bytesOf(data),
  });
}

/**
 * The value of a stored tensor, in whichever of ONNX's encodings it is: raw bytes, a list of numbers, or a file beside
 * the model. Raw bytes are not copied where they are aligned. Half floats are widened, packed integers take a byte each.
 * @throws Problem `model/external-data` when its file was not given or is too short, `model/invalid` for a type or a
 * number of elements that cannot be.
 */
export function readTensor(proto: TensorProto, external: ExternalFiles): TensorData {
  const dtype = dtypeOf(proto.dataType, proto.name);
  const shape = proto.dims.map(Number);
  const count = elementCount(shape);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(count))
    throw wrong(proto, `has the shape [${shape}]`);
  const stored = proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
  const raw = stored ? externalBytes(proto, external) : proto.rawData;
  if (raw.length === 0 && count > 0) return { dtype, shape, data: listed(proto, dtype, count) };
  if (raw.length < (byteLength(shape, dtype) ?? Number.POSITIVE_INFINITY))
    throw wrong(proto, `has the shape [${shape}] of ${dtype}, but ${raw.length} bytes`);
  return { dtype, shape, data: elementsOf(raw, dtype, count) };
}

function wrong(proto: TensorProto, what: string): Problem {
  return new Problem('model/invalid', `The constant “${proto.name}” ${what}.`, { name: proto.name });
}

/** Elements of a tensor that is stored as a list of numbers. */
function listed(proto: TensorProto, dtype: Dtype, count: number): Elements {
  const packed = dtype === 'int4' || dtype === 'uint4';
  const numbers = listOf(proto, dtype);
  if (numbers.length !== (packed ? Math.ceil(count / 2) : count))
    throw wrong(proto, `has ${count} elements in its shape, but ${numbers.length} in its data`);
  if (packed) return elementsOf(Uint8Array.from(numbers, Number), dtype, count);
  // Half floats are listed as their bits.
  if (dtype === 'float16' || dtype === 'bfloat16')
    return elementsOf(bytesOf(Uint16Array.from(numbers, Number)), dtype, count);
  const data = allocate(dtype, count);
  // The list's kind of number is that of the type's array.
  data.set(numbers as never);
  return data;
}

function listOf(proto: TensorProto, dtype: Dtype): readonly number[] | readonly bigint[] {
  switch (dtype) {
    case 'float32':
      return proto.floatData;
    case 'float64':
      return proto.doubleData;
    case 'int64':
      return proto.int64Data;
    case 'uint64':
      return proto.uint64Data;
    case 'uint32':
      return proto.uint64Data.map(Number);
    case 'string':
      throw wrong(proto, 'holds texts, which nothing here computes with');
    default:
      return proto.int32Data;
  }
}

function externalBytes(proto: TensorProto, external: ExternalFiles): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const details = { name: proto.name, location };
  const file = external(location);
  if (file === undefined) {
    const text = `The weights of this model are in a second file, “${location}”. Give both files together.`;
    throw new Problem('model/external-data', text, details);
  }
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.length - offset);
  if (offset >= 0 && length >= 0 && offset + length <= file.length)
    return file.subarray(offset, offset + length);
  const text = `“${location}” has ${file.length} bytes; “${proto.name}” is said to be at ${offset} … ${offset + length}. The file is not the one that belongs to this model, or it ends too early.`;
  throw new Problem('model/external-data', text, { ...details, offset, length, bytes: file.length });
}
