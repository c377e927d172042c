import type { Builder, Offset } from 'flatbuffers';
import { unknownBuiltinName } from '../../model/graph.ts';
import type { KnownKind, Op, OpOf, TensorId } from '../../model/types.ts';
import { Problem } from '../../problem.ts';
import type { OptionsCodec, StoredOptions } from './codec.ts';
import * as fb from './generated/tflite_generated.ts';
import { codecs } from './options.ts';

/** Kinds of `OptionsByKind` whose options table has nothing that we interpret. */
const kindsWithoutOptions = [
  'LOGISTIC',
  'TANH',
  'RELU',
  'RELU6',
  'RELU_N1_TO_1',
  'RELU_0_TO_1',
  'PRELU',
  'HARD_SWISH',
  'ABS',
  'EXP',
  'LOG',
  'SQRT',
  'RSQRT',
  'LOG_SOFTMAX',
  'SQUARED_DIFFERENCE',
  'MAXIMUM',
  'MINIMUM',
  'ARG_MAX',
  'ARG_MIN',
  'EQUAL',
  'NOT_EQUAL',
  'GREATER',
  'GREATER_EQUAL',
  'LESS',
  'LESS_EQUAL',
  'PAD',
  'PADV2',
  'TRANSPOSE',
  'EXPAND_DIMS',
  'SLICE',
  'TILE',
  'BROADCAST_TO',
  'REVERSE_V2',
  'SELECT',
  'SELECT_V2',
  'GATHER_ND',
  'TOPK_V2',
  'SPACE_TO_BATCH_ND',
  'BATCH_TO_SPACE_ND',
  'DYNAMIC_UPDATE_SLICE',
  'SCATTER_ND',
  'EMBEDDING_LOOKUP',
  'CAST',
  'SHAPE',
  'RANK',
  'FILL',
  'ELU',
  'NEG',
  'FLOOR',
  'CEIL',
  'ROUND',
  'SIN',
  'COS',
  'SQUARE',
  'SIGN',
  'POW',
  'FLOOR_DIV',
  'FLOOR_MOD',
  'LOGICAL_AND',
  'LOGICAL_OR',
  'LOGICAL_NOT',
  'ADD_N',
  'ZEROS_LIKE',
  'QUANTIZE',
  'DEQUANTIZE',
  'READ_VARIABLE',
  'ASSIGN_VARIABLE',
] as const satisfies readonly KnownKind[];

const knownKinds: ReadonlySet<string> = new Set<string>([...kindsWithoutOptions, ...Object.keys(codecs)]);

/** What an operator of the file holds besides our own fields; `Op.passthrough` of an op that was read. */
interface StoredOperator {
  readonly code: number;
  readonly customCode: string | undefined;
  readonly optionsType: fb.BuiltinOptions;
  readonly options: StoredOptions | null;
  readonly options2Type: fb.BuiltinOptions2;
  readonly options2: StoredOptions | null;
  readonly customOptions: Uint8Array | undefined;
  readonly customOptionsFormat: fb.CustomOptionsFormat;
  readonly mutatingVariableInputs: readonly boolean[];
  readonly debugMetadataIndex: number;
}

/** An entry of Model.operator_codes. */
export interface OperatorCode {
  readonly code: number;
  readonly customCode: string | undefined;
  readonly version: number;
}

/** Old files hold codes below 127 in the deprecated byte, new ones in the int; the larger is meant (schema_utils.cc). */
export function readOperatorCode(entry: fb.OperatorCode): OperatorCode {
  const code = Math.max(entry.builtinCode(), entry.deprecatedBuiltinCode());
  return { code, customCode: entry.customCode() ?? undefined, version: entry.version() };
}

function nameOf({ code, customCode }: OperatorCode): string {
  if (code === fb.BuiltinOperator.CUSTOM) return `CUSTOM:${customCode ?? ''}`;
  return fb.BuiltinOperator[code] ?? unknownBuiltinName(code);
}

function ids(array: Int32Array | null): TensorId[] {
  return Array.from(array ?? [], (id) => id as TensorId);
}

function readStored(operator: fb.Operator, code: OperatorCode): StoredOperator {
  if (operator.largeCustomOptionsOffset() > 1n) {
    throw new Problem(
      'model/invalid',
      `${nameOf(code)} keeps its options outside the model file, which is not supported.`,
    );
  }
  const optionsType = operator.builtinOptionsType();
  const options2Type = operator.builtinOptions2Type();
  const options = fb.unionToBuiltinOptions(optionsType, (table) => operator.builtinOptions(table));
  const options2 = fb.unionToBuiltinOptions2(options2Type, (table) => operator.builtinOptions2(table));
  return {
    code: code.code,
    customCode: code.customCode,
    optionsType,
    options: options?.unpack() ?? null,
    options2Type,
    options2: options2?.unpack() ?? null,
    customOptions: operator.customOptionsArray()?.slice(),
    customOptionsFormat: operator.customOptionsFormat(),
    mutatingVariableInputs: Array.from(
      { length: operator.mutatingVariableInputsLength() },
      (_, i) => operator.mutatingVariableInputs(i) ?? false,
    ),
    debugMetadataIndex: operator.debugMetadataIndex(),
  };
}

/** One operator of the file; kinds that we do not know stay opaque and are written back untouched. */
export function readOperator(operator: fb.Operator, codes: readonly OperatorCode[]): Op {
  const code = codes[operator.opcodeIndex()];
  if (code === undefined) {
    throw new Problem(
      'model/invalid',
      `An operator refers to operator code ${operator.opcodeIndex()}; the file has ${codes.length}.`,
    );
  }
  const name = nameOf(code);
  const intermediates = ids(operator.intermediatesArray());
  const passthrough = readStored(operator, code);
  const common = {
    inputs: ids(operator.inputsArray()),
    outputs: ids(operator.outputsArray()),
    version: code.version,
    ...(intermediates.length > 0 && { intermediates }),
    passthrough,
  };
  if (!knownKinds.has(name)) return { ...common, kind: 'OPAQUE', name, options: {} };
  const kind = name as KnownKind;
  return { ...common, kind, options: readOptions(kind, passthrough) } as OpOf<typeof kind>;
}

function codecOf(kind: KnownKind): OptionsCodec<unknown> | undefined {
  return codecs[kind] as OptionsCodec<unknown> | undefined;
}

function readOptions(kind: KnownKind, stored: StoredOperator): unknown {
  const codec = codecOf(kind);
  if (codec === undefined) return {};
  if (stored.options === null) return codec.read(codec.create());
  if (stored.optionsType !== codec.type) {
    const found = fb.BuiltinOptions[stored.optionsType];
    throw new Problem(
      'model/invalid',
      `${kind} carries options of another operator (${found}); the file is damaged.`,
      { kind, found },
    );
  }
  return codec.read(stored.options);
}

/** The entry of Model.operator_codes that `op` needs. */
export function operatorCodeOf(op: Op): OperatorCode {
  if (op.kind !== 'OPAQUE')
    return { code: fb.BuiltinOperator[op.kind], customCode: undefined, version: op.version };
  const stored = op.passthrough as StoredOperator | undefined;
  if (stored === undefined) {
    throw new Problem(
      'export/refused',
      `${op.name} did not come from a TensorFlow Lite file and cannot be written to one.`,
      { op: op.name },
    );
  }
  return { code: stored.code, customCode: stored.customCode, version: op.version };
}

/** Absent where the file had none; 16 is the alignment that the schema asks for custom options. */
function writeBytes(builder: Builder, bytes: Uint8Array | undefined): Offset {
  if (bytes === undefined) return 0;
  builder.prep(16, bytes.length);
  return builder.createByteVector(bytes);
}

/** An op that was read without an options table, and still has the defaults, is written without one. */
function isLeftOut(op: Op, stored: StoredOperator | undefined, codec: OptionsCodec<unknown>): boolean {
  return (
    stored?.options === null && JSON.stringify(op.options) === JSON.stringify(codec.read(codec.create()))
  );
}

function storedOptionsOf(
  op: Op,
  stored: StoredOperator | undefined,
): { type: fb.BuiltinOptions; table: StoredOptions | null } {
  const codec = op.kind === 'OPAQUE' ? undefined : codecOf(op.kind);
  if (codec === undefined || isLeftOut(op, stored, codec)) {
    return { type: stored?.optionsType ?? fb.BuiltinOptions.NONE, table: stored?.options ?? null };
  }
  return { type: codec.type, table: codec.write(op.options, stored?.options ?? codec.create()) };
}

/** Writes one operator that uses entry `codeIndex` of Model.operator_codes. */
export function writeOperator(builder: Builder, op: Op, codeIndex: number): Offset {
  const stored = op.passthrough as StoredOperator | undefined;
  const { type, table } = storedOptionsOf(op, stored);
  const options = table?.pack(builder) ?? 0;
  const options2 = stored?.options2?.pack(builder) ?? 0;
  const customOptions = writeBytes(builder, stored?.customOptions);
  const inputs = fb.Operator.createInputsVector(builder, [...op.inputs]);
  const outputs = fb.Operator.createOutputsVector(builder, [...op.outputs]);
  const mutating = stored?.mutatingVariableInputs ?? [];
  const mutatingVector =
    mutating.length > 0 ? fb.Operator.createMutatingVariableInputsVector(builder, [...mutating]) : 0;
  const intermediates =
    op.intermediates === undefined
      ? 0
      : fb.Operator.createIntermediatesVector(builder, [...op.intermediates]);

  fb.Operator.startOperator(builder);
  fb.Operator.addOpcodeIndex(builder, codeIndex);
  fb.Operator.addInputs(builder, inputs);
  fb.Operator.addOutputs(builder, outputs);
  fb.Operator.addBuiltinOptionsType(builder, type);
  fb.Operator.addBuiltinOptions(builder, options);
  fb.Operator.addCustomOptions(builder, customOptions);
  fb.Operator.addCustomOptionsFormat(
    builder,
    stored?.customOptionsFormat ?? fb.CustomOptionsFormat.FLEXBUFFERS,
  );
  fb.Operator.addMutatingVariableInputs(builder, mutatingVector);
  fb.Operator.addIntermediates(builder, intermediates);
  fb.Operator.addBuiltinOptions2Type(builder, stored?.options2Type ?? fb.BuiltinOptions2.NONE);
  fb.Operator.addBuiltinOptions2(builder, options2);
  fb.Operator.addDebugMetadataIndex(builder, stored?.debugMetadataIndex ?? -1);
  return fb.Operator.endOperator(builder);
}
