import { rewriteOnnx } from '../formats/onnx/rewrite.ts';
import type { NormalizedOnnx } from '../onnx/normalized.ts';
import type { Range } from './grid.ts';
import { insertQdq } from './insert.ts';
import { withOpenBatch } from './open-batch.ts';
import { raiseOpset } from './opset.ts';
import type { QdqOptions, QuantizedOnnx } from './options.ts';
import { Planner } from './plan.ts';

/**
 * An ONNX file quantized as onnxruntime's static quantization in QDQ format does it: its graph with pairs of QuantizeLinear and
 * DequantizeLinear, weights as int8 and biases as int32 behind DequantizeLinear.
 * @param ranges - of float values of the graph, by name. A node that needs one that is missing stays in float.
 * @throws Problem `model/already-quantized`, `model/not-finite`, `range/not-finite`, or `export/refused` where a node has
 * no counterpart in operator set 13.
 */
export function writeQdq(
  onnx: NormalizedOnnx,
  ranges: ReadonlyMap<string, Range>,
  options: QdqOptions = {},
): QuantizedOnnx {
  const raised = raiseOpset(onnx);
  const plan = new Planner(raised, ranges, options).plan();
  const graph = withOpenBatch(onnx.file, insertQdq(raised, plan, options));
  const bytes = rewriteOnnx(onnx.file, { graph, opset: raised.opset, types: raised.values });
  return { bytes, floatNodes: plan.floatNodes };
}

/** The values of the graph whose ranges `writeQdq` asks for when all nodes that can be quantized are to be. */
export function valuesToMeasure(onnx: NormalizedOnnx, options: QdqOptions = {}): readonly string[] {
  const raised = raiseOpset(onnx);
  const anything = new Map([...raised.values.keys()].map((name) => [name, { min: 0, max: 1 }]));
  const { owners } = new Planner(raised, anything, options).plan();
  const isMeasured = (name: string): boolean => onnx.values.has(name) && !onnx.graph.constants.has(name);
  return [...new Set(owners.values())].filter(isMeasured);
}
