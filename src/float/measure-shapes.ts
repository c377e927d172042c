import type { InferenceSession } from 'onnxruntime-web/wasm';
import type { MeasuredType, MeasureRequest } from '../core/execute/executor.ts';
import { elementCount } from '../core/model/data.ts';
import type { Dtype } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { toOrt } from './elements.ts';
import { type OpenSession, quiet } from './executor.ts';
import { runtimeProblem } from './problems.ts';

/**
 * Runs a file once on zeros.
 * @param opened - makes a session of a file's bytes.
 * @throws Problem `compute/…` or `model/unsupported-op` when the runtime refuses the file, or where a value came out empty.
 */
export async function measureShapes(
  { file, inputs, values }: MeasureRequest,
  opened: (bytes: Uint8Array) => Promise<OpenSession>,
): Promise<ReadonlyMap<string, MeasuredType>> {
  const open = await opened(file.withOutputs(values));
  const { session, turns } = open;
  try {
    const feeds = zeros(inputs, open);
    const results = await turns.take(() => session.run(feeds, quiet));
    return new Map(values.map((name) => [name, typeOf(name, results)]));
  } catch (error) {
    throw runtimeProblem(error);
  } finally {
    void turns.take(() => session.release());
  }
}

/** The file's own types count: half floats are float32 in `inputs`. */
function zeros(
  inputs: MeasureRequest['inputs'],
  { session, Tensor }: OpenSession,
): InferenceSession.OnnxValueMapType {
  const shapes = new Map(inputs.map(({ name, shape }) => [name, shape]));
  return Object.fromEntries(
    session.inputMetadata.map((input) => {
      const type = input.isTensor ? input.type : 'float32';
      const shape = shapes.get(input.name) ?? [];
      const data = toOrt(new Float32Array(elementCount(shape)), type);
      // The constructor's overloads tie each type's name to its array, as `toOrt` does.
      return [input.name, new Tensor(type as 'float32', data as Float32Array, shape)];
    }),
  );
}

function typeOf(name: string, results: InferenceSession.OnnxValueMapType): MeasuredType {
  const { type, dims = [] } = results[name] ?? {};
  if (type !== undefined && !dims.includes(0)) return { dtype: type as Dtype, shape: dims };
  const text = `“${name}” is [${dims}] in a run on zeros, so its size seems to depend on values.`;
  throw new Problem('compute/runtime', text, { name, dims });
}
