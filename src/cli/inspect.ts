import { readLabels, readTfliteMetadata } from '../core/formats/tflite/metadata/read.ts';
import type { NormalizedOnnx } from '../core/onnx/normalized.ts';
import type { TensorSummary } from '../core/report/describe.ts';
import { type Inspection, inspectModel } from '../core/report/inspect.ts';
import { type Column, formatTable } from '../core/report/table.ts';
import type { Arguments, CommandSpec } from './arguments.ts';
import { modelOptions, readModel } from './model-file.ts';
import { onnxFacts, onnxSection } from './onnx-facts.ts';
import { print, printJson } from './output.ts';

export const inspectSpec: CommandSpec = {
  name: 'inspect',
  usage: 'MODEL [--json]',
  summary: 'Shows what a model holds: inputs, outputs, operators, weights, quantization, metadata.',
  positionals: [1, 1],
  options: { ...modelOptions, json: { type: 'boolean', help: 'print JSON' } },
};

function describeTensor({ tensor, name, shape, dtype, quant }: TensorSummary): string {
  const head = `${tensor}  ${name}  ${dtype} [${shape.join(', ')}]`;
  if (quant === undefined) return head;
  const { scale } = quant;
  if (typeof scale === 'number') return `${head}  scale ${scale}, zero point ${quant.zeroPoint}`;
  return `${head}  ${scale.channels} scales along dimension ${scale.axis}, ${scale.min} to ${scale.max}`;
}

const opColumns: readonly Column[] = [
  { title: 'op', align: 'right' },
  { title: 'operator', align: 'left' },
  { title: 'output', align: 'left' },
  { title: 'bytes', align: 'right' },
  { title: 'tensor', align: 'left' },
];

function opTable({ summary }: Inspection): string {
  const rows = summary.ops.map(({ op, kind, version, constantBytes, outputs: [output] }) => [
    String(op),
    `${kind} v${version}`,
    output === undefined ? '' : `${output.dtype} [${output.shape.join(', ')}]`,
    constantBytes > 0 ? constantBytes.toLocaleString('en') : '',
    output === undefined ? '' : `${output.tensor}  ${output.name}`,
  ]);
  return formatTable(opColumns, rows).join('\n');
}

interface Inspected {
  readonly path: string;
  readonly bytes: number;
  readonly inspection: Inspection;
  readonly onnx?: NormalizedOnnx | undefined;
}

function formatInspection({ path, bytes, inspection, onnx }: Inspected): string {
  const { summary, outcome, notes, keptFloat } = inspection;
  const operators = summary.operators.map(({ kind, count }) => `${count} ${kind}`).join(', ');
  const sections = [
    `${path}: ${outcome.name} ${onnx === undefined ? 'TensorFlow Lite' : 'ONNX'} model, ${bytes.toLocaleString('en')} bytes, ${summary.parameters.toLocaleString('en')} constants`,
    ...(onnx === undefined ? [] : [onnxSection(onnx)]),
    `inputs\n${summary.inputs.map((tensor) => `  ${describeTensor(tensor)}`).join('\n')}`,
    `outputs\n${summary.outputs.map((tensor) => `  ${describeTensor(tensor)}`).join('\n')}`,
    `operators: ${operators}`,
    opTable(inspection),
  ];
  if (keptFloat.length > 0) {
    const list = keptFloat.map(({ op, kind, reason }) => `  op ${op} ${kind}: ${reason}`);
    sections.push(`would stay in float when quantized\n${list.join('\n')}`);
  }
  if (notes.length > 0) sections.push(notes.map((note) => `note: ${note}`).join('\n'));
  return sections.join('\n\n');
}

/** `zeropoint inspect` */
export async function inspect(args: Arguments): Promise<void> {
  const { path, bytes, model, onnx, notes } = await readModel(args.positionals[0] ?? '', args);
  const described = inspectModel(model);
  const inspection = { ...described, notes: [...notes, ...described.notes] };
  if (args.values.json !== true)
    return print(formatInspection({ path, bytes: bytes.length, inspection, onnx }));
  const labels = await readLabels(model, 0);
  printJson({
    file: path,
    bytes: bytes.length,
    ...inspection,
    ...(onnx && { onnx: onnxFacts(onnx) }),
    tfliteMetadata: readTfliteMetadata(model),
    ...(labels !== undefined && { labels: labels.length }),
  });
}
