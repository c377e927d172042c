import { toBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { ModelProtoSchema } from '../../src/core/formats/onnx/generated/onnx_pb.ts';
import type { OnnxModel } from '../../src/core/formats/onnx/graph.ts';
import { writeOnnx } from '../../src/core/formats/onnx/write.ts';
import { normalizeOnnx } from '../../src/core/onnx/normalize.ts';
import type { NormalizedOnnx } from '../../src/core/onnx/normalized.ts';
import { type GraphParts, modelOf } from './onnx-graphs.ts';
import { noiseOf, relativeDifference, runOnnx } from './onnx-runtime.ts';

/** Normalizes a model and has onnxruntime run it before and after. */
export async function compared(
  model: OnnxModel,
): Promise<{ normalized: NormalizedOnnx; difference: number }> {
  const normalized = normalizeOnnx(model);
  const { graph, values, opset } = normalized;
  const feeds = new Map(
    graph.inputs.flatMap(({ name }) => {
      const type = values.get(name);
      return type === undefined ? [] : [[name, noiseOf(type)] as const];
    }),
  );
  const expected = await runOnnx(toBinary(ModelProtoSchema, model.proto), feeds);
  const given = await runOnnx(writeOnnx(graph, opset), feeds);
  const differences = [...expected].map(([name, value]) => {
    expect(given.get(name)?.shape).toEqual(value.shape);
    expect(values.get(name)?.shape).toEqual(value.shape);
    return relativeDifference(given.get(name), value);
  });
  return { normalized, difference: Math.max(...differences) };
}

/** Types of the nodes that are left, once onnxruntime has answered the same. */
export async function typesLeft(parts: GraphParts, opset = 17): Promise<readonly string[]> {
  const { normalized, difference } = await compared(modelOf(parts, opset));
  expect(difference).toBeLessThanOrEqual(1e-5);
  return normalized.graph.nodes.map(({ type }) => type);
}
