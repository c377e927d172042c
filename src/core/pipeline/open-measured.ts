import type { ShapeRuntime } from '../execute/executor.ts';
import { withOutputs } from '../formats/onnx/outputs.ts';
import { readOnnx } from '../formats/onnx/read.ts';
import type { ValueType } from '../onnx/normalized.ts';
import { type Untold, untoldOf } from '../onnx/untold.ts';
import { Problem } from '../problem.ts';
import { type OpenedModel, type OpenOptions, openModel } from './open-model.ts';

/** A file, what else is known of it, and what can run it. */
export interface MeasuredOpening extends Omit<OpenOptions, 'told'> {
  /** What messages call the file. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly runtime: ShapeRuntime;
}

/**
 * Opens a model; where the shapes of what unknown operators make are missing, a run of the file tells them.
 * @throws Problem as `openModel`, with the runtime's reason where that cannot run the file either.
 */
export async function openMeasured(opening: MeasuredOpening): Promise<OpenedModel> {
  const { name, bytes } = opening;
  try {
    return openModel(name, bytes, opening);
  } catch (error) {
    const untold = error instanceof Problem ? untoldOf(error) : undefined;
    if (untold === undefined) throw error;
    const told = await measured(opening, untold).catch((reason: unknown) => {
      throw withReason(error as Problem, reason);
    });
    return openModel(name, bytes, { ...opening, told });
  }
}

function measured(
  { bytes, external, runtime }: MeasuredOpening,
  { values, inputs }: Untold,
): Promise<ReadonlyMap<string, ValueType>> {
  const onnx = readOnnx(bytes, external);
  const file = { withOutputs: (names: readonly string[]) => withOutputs(onnx, names) };
  return runtime.measureShapes({ file, inputs, values });
}

function withReason({ code, message, details }: Problem, reason: unknown): unknown {
  if (!(reason instanceof Problem)) return reason;
  const text = `${message} A run in onnxruntime does not tell them: ${reason.message}`;
  return new Problem(code, text, { ...details, reason: { code: reason.code, ...reason.details } });
}
