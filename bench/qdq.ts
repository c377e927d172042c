/** ONNX twins of an int8 model for runtimes that read ONNX: in float, and quantized in the QDQ form. */
import type { OnnxGraph, OnnxNode } from '../src/core/formats/onnx/graph.ts';
import { writeOnnx } from '../src/core/formats/onnx/write.ts';
import { inputName, Lowering } from '../src/core/lower/lowering.ts';
import { lowererOf } from '../src/core/lower/table.ts';
import { elementCount } from '../src/core/model/data.ts';
import { mainGraph, tensorAt } from '../src/core/model/graph.ts';
import type { Graph, Model, TensorData } from '../src/core/model/types.ts';

interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

function lowered(graph: Graph): OnnxGraph {
  const to = new Lowering(graph);
  graph.ops.forEach((op, index) => {
    to.enter(op, index);
    lowererOf(op)?.(op, to);
  });
  const described = (id: Graph['inputs'][number], name: string) => {
    const { dtype, shape } = tensorAt(graph, id);
    return { name, dtype, shape };
  };
  const outputs = graph.outputs.map((id) => described(id, to.node('Identity', [to.value(id)])));
  const inputs = graph.inputs.map((id) => described(id, inputName(id)));
  return { inputs, outputs, constants: to.constants, nodes: to.nodes };
}

/** Adds nodes and constants for quantizing. */
class Quantizer {
  readonly nodes: OnnxNode[] = [];
  readonly constants: Map<string, TensorData>;
  readonly scales = new Map<string, Scale>();

  constructor(constants: ReadonlyMap<string, TensorData>) {
    this.constants = new Map(constants);
  }

  constant(name: string, shape: readonly number[], data: Float32Array | Int8Array | Int32Array): string {
    const dtype = data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'int32';
    this.constants.set(name, { shape, dtype, data });
    return name;
  }

  add(type: string, name: string, inputs: readonly string[], axis?: number): string {
    const attributes = axis === undefined ? {} : { axis: { int: axis } };
    this.nodes.push({ name, type, inputs, outputs: [name], attributes });
    return name;
  }

  /** A value rounded to int8 and back. */
  activation(value: string, given: Scale): string {
    const scale = this.constant(`${value}/scale`, [], Float32Array.of(given.scale));
    const zero = this.constant(`${value}/zero`, [], Int8Array.of(given.zeroPoint));
    const integers = this.add('QuantizeLinear', `${value}/q`, [value, scale, zero]);
    const result = this.add('DequantizeLinear', `${value}/dq`, [integers, scale, zero]);
    this.scales.set(result, given);
    return result;
  }

  /** Convolution weights and bias as int8 and int32, one scale an output channel. */
  weights(node: OnnxNode): readonly string[] {
    const [input = '', name = '', bias] = node.inputs;
    const weights = this.constants.get(name);
    if (weights === undefined || !(weights.data instanceof Float32Array)) return node.inputs;
    const channels = weights.shape[0] as number;
    const size = elementCount(weights.shape) / channels;
    const { data } = weights;
    const scales = Float32Array.from({ length: channels }, (_, c) =>
      Math.max(
        1e-12,
        data.subarray(c * size, (c + 1) * size).reduce((m, w) => Math.max(m, Math.abs(w)), 0) / 127,
      ),
    );
    const integers = Int8Array.from(data, (w, i) => Math.round(w / (scales[Math.floor(i / size)] as number)));
    const q = this.constant(`${node.name}/w`, weights.shape, integers);
    const s = this.constant(`${node.name}/ws`, [channels], scales);
    const z = this.constant(`${node.name}/wz`, [channels], new Int8Array(channels));
    const result = [input, this.add('DequantizeLinear', `${node.name}/wdq`, [q, s, z], 0)];
    const values = bias === undefined ? undefined : this.constants.get(bias)?.data;
    if (bias === undefined || !(values instanceof Float32Array)) return [...result, ...(bias ? [bias] : [])];
    const unit = scales.map((scale) => scale * (this.scales.get(input)?.scale ?? 1));
    const whole = Int32Array.from(values, (b, c) => Math.round(b / (unit[c] as number)));
    const bq = this.constant(`${node.name}/b`, [channels], whole);
    const bs = this.constant(`${node.name}/bs`, [channels], unit);
    const bz = this.constant(`${node.name}/bz`, [channels], new Int32Array(channels));
    return [...result, this.add('DequantizeLinear', `${node.name}/bdq`, [bq, bs, bz], 0)];
  }
}

/** The attributes that a node keeps: onnxruntime's quantized average does not know dilations, which are all 1 here. */
function attributesOf({ type, attributes }: OnnxNode): OnnxNode['attributes'] {
  if (type !== 'AveragePool') return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'dilations'));
}

/** The op that a node was made for. */
function opOf(name: string): number {
  return Number(/^op(\d+)\//.exec(name)?.[1] ?? -1);
}

/** Every activation that passes from an op to another is quantized with the scale that it has in the int8 model. */
function quantized(graph: OnnxGraph, scaleOf: (op: number) => Scale | undefined, input: Scale): OnnxGraph {
  const to = new Quantizer(graph.constants);
  const renamed = new Map<string, string>();
  for (const { name } of graph.inputs) renamed.set(name, to.activation(name, input));
  const crosses = (node: OnnxNode) =>
    node.type !== 'Transpose' &&
    graph.nodes.some((other) => opOf(other.name) !== opOf(node.name) && other.inputs.includes(node.name));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => renamed.get(name) ?? name);
    const own = { ...node, inputs, attributes: attributesOf(node) };
    to.nodes.push(node.type === 'Conv' ? { ...own, inputs: to.weights(own) } : own);
    const scale = scaleOf(opOf(node.name));
    if (node.type === 'Transpose') {
      const passed = to.scales.get(inputs[0] ?? '');
      if (passed !== undefined) to.scales.set(node.name, passed);
    } else if (scale !== undefined && crosses(node)) renamed.set(node.name, to.activation(node.name, scale));
  }
  return { ...graph, constants: to.constants, nodes: to.nodes };
}

/** @param float - the int8 model's float twin, whose tensors have the same names */
export function onnxTwins(
  int8: Model,
  float: Model,
): { readonly float: Uint8Array; readonly qdq: Uint8Array } {
  const [own, twin] = [mainGraph(int8), mainGraph(float)];
  const byName = new Map(own.tensors.map(({ name, quant }) => [name, quant]));
  const scaleOfTensor = (graph: Graph, id: Graph['inputs'][number] | undefined): Scale | undefined => {
    const quant = id === undefined ? undefined : byName.get(tensorAt(graph, id).name);
    const scale = quant?.scale[0];
    return scale === undefined ? undefined : { scale, zeroPoint: (quant?.zeroPoint[0] ?? 0) % 128 };
  };
  const graph = lowered(twin);
  const input = scaleOfTensor(twin, twin.inputs[0]) ?? { scale: 1 / 128, zeroPoint: 0 };
  const qdq = quantized(graph, (op) => scaleOfTensor(twin, twin.ops[op]?.outputs[0]), input);
  return { float: writeOnnx(graph), qdq: writeOnnx(qdq) };
}
