export type ProtobufKind = 'onnx' | 'saved-model' | 'frozen-graph' | 'coreml' | 'caffe';

interface Field {
  readonly number: number;
  /** Bytes of a length-delimited field, as far as they are there. */
  readonly content: Uint8Array | undefined;
}

/** More fields than this are not needed to tell the kinds apart; a frozen graph has one for each node. */
const MAX_FIELDS = 200;
/** Core ML has the highest numbers, 3000 and a few more. */
const MAX_NUMBER = 3100;

/**
 * Which of the model formats that are protobuf messages without a signature this is, from the numbers of the fields
 * at its top: ModelProto (onnx.proto), SavedModel and GraphDef (TensorFlow), Model (Core ML), NetParameter (Caffe).
 */
export function protobufKind(bytes: Uint8Array): ProtobufKind | undefined {
  const fields = readFields(bytes);
  if (fields === undefined || fields.length === 0) return undefined;
  const numbers = new Set(fields.map((field) => field.number));
  const first = fields[0];
  if (first?.number === 1 && first.content === undefined) {
    const second = fields.find((field) => field.number === 2)?.content;
    if ([...numbers].some((number) => number >= 200)) return 'coreml';
    if ([7, 8].some((number) => numbers.has(number))) return 'onnx';
    if (isDescription(second)) return 'coreml';
    return isMessage(second) ? 'saved-model' : undefined;
  }
  const layer = fields.find((field) => field.number === 100)?.content;
  if ((first?.number === 100 || isText(first?.content)) && isNode(layer)) return 'caffe';
  const onlyGraph = [...numbers].every((number) => number >= 1 && number <= 4);
  return onlyGraph && isNode(first?.content) ? 'frozen-graph' : undefined;
}

/** A NodeDef begins with its name (1) and its op (2), both text. */
function isNode(bytes: Uint8Array | undefined): boolean {
  const fields = bytes === undefined ? undefined : readFields(bytes);
  return (
    fields?.[0]?.number === 1 &&
    fields[1]?.number === 2 &&
    isText(fields[0].content) &&
    isText(fields[1].content)
  );
}

/** Core ML's ModelDescription has outputs (10) and metadata (100); TensorFlow's MetaGraphDef has no such fields. */
function isDescription(bytes: Uint8Array | undefined): boolean {
  const fields = bytes === undefined ? [] : (readFields(bytes) ?? []);
  return fields.some(({ number }) => number === 10 || number === 100);
}

function isText(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

function isMessage(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && (readFields(bytes)?.length ?? 0) > 0;
}

/** The fields at the top of a message; `undefined` when the bytes cannot be one. The last field may be cut off. */
function readFields(bytes: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length && fields.length < MAX_FIELDS) {
    const tag = readVarint(bytes, at);
    const number = Math.floor((tag?.value ?? 0) / 8);
    if (tag === undefined || number < 1 || number > MAX_NUMBER) return undefined;
    const payload = readPayload(bytes, tag.next, tag.value % 8);
    if (payload === undefined) return undefined;
    fields.push({ number, content: payload.content });
    at = payload.next;
  }
  return fields;
}

function readPayload(
  bytes: Uint8Array,
  at: number,
  wireType: number,
): { readonly content: Uint8Array | undefined; readonly next: number } | undefined {
  if (wireType === 1 || wireType === 5) return { content: undefined, next: at + (wireType === 1 ? 8 : 4) };
  const varint = wireType === 0 || wireType === 2 ? readVarint(bytes, at) : undefined;
  if (varint === undefined) return undefined;
  if (wireType === 0) return { content: undefined, next: varint.next };
  const next = varint.next + varint.value;
  return { content: bytes.subarray(varint.next, next), next };
}

function readVarint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, next: at + i + 1 };
  }
  return undefined;
}
