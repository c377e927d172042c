import type { Env, InferenceSession } from 'onnxruntime-web/wasm';
import type { Executor, FloatRuntime, ShapeRuntime } from '../core/execute/executor.ts';
import type { LoweredModel } from '../core/lower/lower.ts';
import { mainGraph } from '../core/model/graph.ts';
import type { Model, TensorId } from '../core/model/types.ts';
import { usesVariables } from '../core/model/variables.ts';
import { OnnxExecutor, type OpenSession, quiet } from './executor.ts';
import { fileExecutor } from './file-executor.ts';
import { measureShapes } from './measure-shapes.ts';
import { refuseTooLarge } from './memory.ts';
import { ownExecutor, refuseUnknownOps } from './own-kernels.ts';
import { runtimeProblem } from './problems.ts';
import { type Piece, SegmentedExecutor } from './segmented-executor.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { Turns } from './turns.ts';
import { openWithVariables } from './variables-executor.ts';

type Ort = typeof import('onnxruntime-web/wasm');

export interface FloatRuntimeOptions {
  /** Where a browser finds the runtime's wasm. Node finds it beside the package. */
  readonly wasmPaths?: Env.WasmPrefixOrFilePaths;
}

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['wasm'],
  // The highest level at which a tensor's bits do not depend on which others are watched: 'all' also fuses a
  // convolution with the sum after it, which rounds otherwise.
  graphOptimizationLevel: 'extended',
  ...quiet,
};

/**
 * The float reference: a model becomes ONNX and runs on onnxruntime-web's wasm kernels, in a browser as in Node; one that
 * comes from an ONNX file is that file. Ops that onnxruntime lacks run on our own float kernels between them. The runtime (14 MB) is loaded with the first model, so
 * that what computes nothing does not pay for it.
 */
export function createFloatRuntime(options: FloatRuntimeOptions = {}): FloatRuntime & ShapeRuntime {
  const turns = new Turns();
  let loading: Promise<Ort> | undefined;
  const opened = async (bytes: Uint8Array, model?: Model): Promise<OpenSession> => {
    loading ??= load(options);
    const ort = await loading;
    const session = await turns
      .take(() => ort.InferenceSession.create(bytes, sessionOptions))
      .catch((error: unknown) => {
        throw runtimeProblem(error, model);
      });
    return { session, turns, Tensor: ort.Tensor };
  };
  const onnx = async (model: Model, { model: part, taps, lowered }: Segment & { lowered: LoweredModel }) =>
    new OnnxExecutor({ model, part, taps, lowered, ...(await opened(lowered.bytes, model)) });
  const executorOf = (model: Model, segment: Segment): Promise<Executor> | Executor => {
    const { lowered, model: part, taps, firstOp } = segment;
    return lowered === undefined ? ownExecutor(part, taps, firstOp) : onnx(model, { ...segment, lowered });
  };
  const translated = async (model: Model, taps: readonly TensorId[]): Promise<Executor> => {
    refuseTooLarge(model, taps);
    const segments = segmentsOf(model, taps);
    refuseUnknownOps(segments);
    const pieces: Piece[] = [];
    for (const segment of segments)
      pieces.push({ graph: mainGraph(segment.model), executor: await executorOf(model, segment) });
    return new SegmentedExecutor(model, pieces, taps);
  };
  return {
    create: async (model, taps, choices = {}) => {
      if (usesVariables(mainGraph(model)))
        return openWithVariables(model, choices, (without) => translated(without, taps));
      return model.original === undefined
        ? translated(model, taps)
        : fileExecutor({ file: model.original, model, taps }, { opened, translated });
    },
    measureShapes: (request) => measureShapes(request, opened),
  };
}

async function load({ wasmPaths }: FloatRuntimeOptions): Promise<Ort> {
  const ort = await import('onnxruntime-web/wasm');
  // Sums are split by thread: with more than one, bits would depend on the machine and on the page's isolation.
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'fatal';
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  return ort;
}
