import { allocate, bytesOf, elementCount } from '../../src/core/model/data.ts';
import type { Dtype, Sample, Shape, TensorData } from '../../src/core/model/types.ts';
import { withFixedShapes } from './tflite-patch.ts';

/**
 * LiteRT (TensorFlow Lite with XNNPACK) as an oracle: a TensorFlow Lite that is not ours runs the files we write. The
 * package's own entry point refuses int8, so its WebAssembly module is used directly, in Node and in a browser alike.
 */
export interface LiteRt {
  /**
   * Compiles the default signature of a model for the CPU.
   * @throws Error with LiteRT's own message for a file it refuses.
   */
  load(tflite: Uint8Array): LiteRtModel;
}

export interface LiteRtModel {
  /** @param inputs - one value per model input, in the file's order. */
  execute(inputs: Sample): Sample;
  /** Frees the model's memory; LiteRT's heap is not garbage collected. */
  dispose(): void;
}

/** The embind classes of the module that are used here. Everything that LiteRT returns is owned by the caller. */
interface Deletable {
  delete(): void;
}
interface Vector extends Deletable {
  size(): number;
  get(index: number): number;
  push_back(value: number): void;
}
interface ElementType {
  readonly value: number;
}
interface Layout extends Deletable {
  dimensions(): Vector;
}
interface TensorType extends Deletable {
  elementType(): ElementType;
  layout(): Layout;
}
interface TensorBuffer extends Deletable {
  lock(mode: unknown): number;
  unlock(): void;
  tensorType(): TensorType;
  packedSize(): number;
}
interface WasmModel extends Deletable {
  getInputTensorType(signature: number, input: number): TensorType;
}
interface CompiledModel extends Deletable {
  run(signature: number, inputs: readonly TensorBuffer[]): readonly TensorBuffer[];
}
interface Wasm {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  readonly LiteRtEnvironment: { create(gpu: null): unknown };
  loadModel(environment: unknown, address: number, bytes: number): WasmModel;
  compileModel(
    environment: unknown,
    model: WasmModel,
    options: { readonly accelerator: 'wasm'; readonly cpuOptions?: { readonly numThreads: number } },
  ): CompiledModel;
  readonly VectorInt32: new () => Vector;
  readonly LiteRtLayout: { create(dimensions: Vector): Layout };
  readonly LiteRtRankedTensorType: { create(type: ElementType, layout: Layout): TensorType };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: unknown };
  readonly LiteRtTensorBufferLockMode: { readonly READ: unknown; readonly WRITE: unknown };
  readonly LiteRtTensorBuffer: {
    createManaged(environment: unknown, memory: unknown, type: TensorType, bytes: number): TensorBuffer;
  };
}
/** The function that the module's script exports. */
export type LiteRtFactory = (options: {
  wasmBinary: Uint8Array;
  print(line: string): void;
  printErr(line: string): void;
  mainScriptUrlOrBlob?: string;
}) => Promise<Wasm>;

/** For the module that has threads: how many a model gets, and the address of the module's script, which they run. */
export interface LiteRtThreads {
  readonly count: number;
  readonly script: string;
}

/** litert::ElementType. */
const dtypes: Readonly<Record<number, Dtype>> = {
  1: 'float32',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  6: 'bool',
  7: 'int16',
  9: 'int8',
};

/**
 * Starts the WebAssembly module (about 0.15 s).
 * @param factory - what its script exports.
 */
export async function startLiteRt(
  factory: LiteRtFactory,
  wasmBinary: Uint8Array,
  threads?: LiteRtThreads,
): Promise<LiteRt> {
  const quiet = (): void => {};
  const wasm = await factory({
    wasmBinary,
    print: quiet,
    printErr: quiet,
    ...(threads && { mainScriptUrlOrBlob: threads.script }),
  });
  const environment = wasm.LiteRtEnvironment.create(null);
  const options = {
    accelerator: 'wasm',
    ...(threads && { cpuOptions: { numThreads: threads.count } }),
  } as const;
  return {
    load: (tflite) => loadModel(wasm, environment, { tflite, options }),
  };
}

interface Loading {
  readonly tflite: Uint8Array;
  readonly options: Parameters<Wasm['compileModel']>[2];
}

function loadModel(wasm: Wasm, environment: unknown, { tflite, options }: Loading): LiteRtModel {
  const bytes = withFixedShapes(tflite);
  const address = wasm._malloc(bytes.length);
  wasm.HEAPU8.set(bytes, address);
  const model = wasm.loadModel(environment, address, bytes.length);
  const compiled = wasm.compileModel(environment, model, options);
  return {
    execute: (inputs) => {
      const buffers = inputs.map((input, n) =>
        inputBuffer(wasm, environment, input, model.getInputTensorType(0, n)),
      );
      const outputs = compiled.run(0, buffers);
      const values = outputs.map((buffer) => readBuffer(wasm, buffer));
      for (const buffer of [...buffers, ...outputs]) buffer.delete();
      return values;
    },
    dispose: () => {
      compiled.delete();
      model.delete();
      wasm._free(address);
    },
  };
}

function inputBuffer(
  wasm: Wasm,
  environment: unknown,
  { shape, dtype, data }: TensorData,
  expected: TensorType,
): TensorBuffer {
  const elementType = expected.elementType();
  if (dtypes[elementType.value] !== dtype)
    throw new Error(`The model wants ${dtypes[elementType.value]}, not ${dtype}.`);
  const type = tensorType(wasm, elementType, shape);
  const bytes = bytesOf(data);
  const buffer = wasm.LiteRtTensorBuffer.createManaged(
    environment,
    wasm.LiteRtTensorBufferType.HOST_MEMORY,
    type,
    bytes.length,
  );
  wasm.HEAPU8.set(bytes, buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE));
  buffer.unlock();
  expected.delete();
  type.delete();
  return buffer;
}

function tensorType(wasm: Wasm, elementType: ElementType, shape: Shape): TensorType {
  const dimensions = new wasm.VectorInt32();
  for (const size of shape) dimensions.push_back(size);
  const layout = wasm.LiteRtLayout.create(dimensions);
  const type = wasm.LiteRtRankedTensorType.create(elementType, layout);
  dimensions.delete();
  layout.delete();
  return type;
}

function readBuffer(wasm: Wasm, buffer: TensorBuffer): TensorData {
  const type = buffer.tensorType();
  const layout = type.layout();
  const dimensions = layout.dimensions();
  const shape = Array.from({ length: dimensions.size() }, (_, n) => dimensions.get(n));
  const dtype = dtypes[type.elementType().value];
  if (dtype === undefined)
    throw new Error(`LiteRT gave a tensor of element type ${type.elementType().value}.`);
  for (const object of [dimensions, layout, type]) object.delete();

  const data = allocate(dtype, elementCount(shape));
  const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
  bytesOf(data).set(wasm.HEAPU8.subarray(address, address + data.byteLength));
  buffer.unlock();
  return { shape, dtype, data };
}
