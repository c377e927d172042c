import type { OnnxValue } from '../core/formats/onnx/graph.ts';
import type { NormalizedOnnx } from '../core/onnx/normalized.ts';

/** What an ONNX file says of itself, before it is translated. Plain JSON. */
export interface OnnxFacts {
  readonly opset: number;
  readonly irVersion: number;
  /** Program and version. */
  readonly producer: string;
  /** Operators with how often each stands in the file, most frequent first. */
  readonly nodes: readonly (readonly [operator: string, count: number])[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

export function onnxFacts({ file: { graph, opset, proto } }: NormalizedOnnx): OnnxFacts {
  const counts = new Map<string, number>();
  for (const { type, domain } of graph.nodes) {
    const name = domain === undefined ? type : `${domain}.${type}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    opset,
    irVersion: Number(proto.irVersion),
    producer: [proto.producerName, proto.producerVersion].filter((part) => part !== '').join(' '),
    nodes: [...counts].sort((a, b) => b[1] - a[1]),
    inputs: graph.inputs,
    outputs: graph.outputs,
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
  };
}

function valueText({ name, dtype, shape }: OnnxValue): string {
  return `${name}  ${dtype} ${shape === undefined ? 'of any shape' : `[${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`}`;
}

/** The facts as a section of text. */
export function onnxSection(onnx: NormalizedOnnx): string {
  const { opset, irVersion, producer, nodes, inputs, outputs, metadata } = onnxFacts(onnx);
  const made = producer === '' ? '' : `, made by ${producer}`;
  return [
    `the ONNX file: operator set ${opset}, IR version ${irVersion}${made}`,
    ...inputs.map((value) => `  input   ${valueText(value)}`),
    ...outputs.map((value) => `  output  ${valueText(value)}`),
    `  nodes   ${nodes.map(([name, count]) => `${count} ${name}`).join(', ')}`,
    ...Object.entries(metadata).map(([key, value]) => `  ${key}: ${value}`),
    'translated to TensorFlow Lite:',
  ].join('\n');
}
