import { writeOnnx } from '../../src/core/formats/onnx/write.ts';
import type { NormalizedOnnx } from '../../src/core/onnx/normalized.ts';
import type { Range } from '../../src/core/qdq/grid.ts';
import { OnnxSession, type Values } from './onnx-runtime.ts';

/** Extremes of every float value of a graph over some samples: it runs with all of them as outputs. */
export async function rangesOf(
  { graph, values, opset }: NormalizedOnnx,
  samples: readonly Values[],
): Promise<ReadonlyMap<string, Range>> {
  const outputs = graph.nodes
    .flatMap((node) => node.outputs)
    .filter((name) => values.get(name)?.dtype === 'float32')
    .map((name) => ({ name, dtype: 'float32' as const }));
  const session =
    outputs.length === 0 ? undefined : await OnnxSession.of(writeOnnx({ ...graph, outputs }, opset));
  const ranges = new Map<string, Range>();
  for (const sample of samples)
    for (const [name, { data }] of [...sample, ...((await session?.run(sample)) ?? [])]) {
      if (data.length === 0) continue;
      let { min, max } = ranges.get(name) ?? { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
      for (const element of data) {
        const real = Number(element);
        if (real < min) min = real;
        if (real > max) max = real;
      }
      ranges.set(name, { min, max });
    }
  await session?.release();
  return ranges;
}
