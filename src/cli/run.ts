import { join } from 'node:path';
import { batchOf, withBatch } from '../core/execute/batch.ts';
import { readNpy, writeNpy } from '../core/formats/npy.ts';
import { inMemory } from '../core/formats/random-access.ts';
import { originalShape, valueFromArray } from '../core/images/array-fit.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import { inverse, permuteData, permuted } from '../core/model/permute.ts';
import type { Graph, Model, Sample, Tensor, TensorData, TensorId } from '../core/model/types.ts';
import { Problem } from '../core/problem.ts';
import { type Arguments, type CommandSpec, listOption, textOption, usageProblem } from './arguments.ts';
import { activations, arithmeticOption, openExecutor, parseArithmetic, runnable } from './executors.ts';
import { readBytes, writeBytes } from './files.ts';
import { modelOptions, readModel } from './model-file.ts';
import { note } from './output.ts';

export const runSpec: CommandSpec = {
  name: 'run',
  usage: 'MODEL --input [NAME=]FILE.npy … --output OUT.npy [--dump DIR]',
  summary:
    'Runs a float or int8 model once on raw tensors. A model with several inputs takes --input once for each, in order or\n' +
    'by name; several outputs are written as OUT.npy, OUT.1.npy, OUT.2.npy … Arrays of several samples along the first\n' +
    'dimension are run at once. An ONNX model takes and gives arrays as its file has them.',
  positionals: [1, 1],
  options: {
    ...modelOptions,
    input: {
      type: 'string',
      short: 'i',
      multiple: true,
      value: '[NAME=]FILE',
      help: 'a tensor, with its type and shape',
    },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'where the first output goes' },
    dump: { type: 'string', value: 'DIR', help: 'write every intermediate tensor to DIR/<tensor index>.npy' },
    arithmetic: arithmeticOption,
  },
};

/** Argument names of the signature first, then tensor names. */
function inputPosition(model: Model, name: string): number {
  const graph = mainGraph(model);
  const argument = model.signatures.find((s) => s.graph === 0)?.inputs.find((input) => input.name === name);
  const byArgument = argument === undefined ? -1 : graph.inputs.indexOf(argument.tensor);
  return byArgument >= 0 ? byArgument : graph.inputs.findIndex((id) => tensorAt(graph, id).name === name);
}

/**
 * An array given without the batch dimension of 1, or with another spelling of the same shape, is taken as meant; so is one
 * in the order of dimensions of the ONNX file.
 */
function fitShape(given: TensorData, graph: Graph, id: TensorId): TensorData {
  const tensor = tensorAt(graph, id);
  const { shape } = tensor;
  // Types that TensorFlow Lite has none of (int64 inputs, doubles, halves) are its nearest in the translation.
  const value =
    tensor.origin === undefined ? given : valueFromArray(given, { ...tensor, shape: given.shape });
  const significant = (sizes: readonly number[]) => sizes.filter((size) => size !== 1).join();
  if (significant(value.shape) === significant(shape)) return { ...value, shape };
  const order = tensor.origin?.order;
  const [first = 1, ...rest] = originalShape(tensor);
  const original = [value.shape.length > rest.length ? (value.shape[0] ?? first) : first, ...rest];
  if (order === undefined || significant(value.shape) !== significant(original)) return value;
  return { ...value, shape: permuted(original, order), data: permuteData(value.data, original, order) };
}

/** An output as the file has it that the model was translated from. */
function asInFile(value: TensorData, tensor: Tensor): TensorData {
  const order = tensor.origin?.order;
  if (order === undefined) return value;
  const back = inverse(order);
  return { ...value, shape: permuted(value.shape, back), data: permuteData(value.data, value.shape, back) };
}

async function readInputs(model: Model, given: readonly string[]): Promise<Sample> {
  const graph = mainGraph(model);
  const values: (TensorData | undefined)[] = graph.inputs.map(() => undefined);
  for (const [index, text] of given.entries()) {
    const [, name, path = ''] = /^(?:([^=]+)=)?(.*)$/s.exec(text) ?? [];
    const position = name === undefined ? index : inputPosition(model, name);
    const id = graph.inputs[position];
    if (id === undefined) {
      const names = graph.inputs.map((input) => `“${tensorAt(graph, input).name}”`).join(', ');
      const what = name === undefined ? `input ${index + 1}` : `input “${name}”`;
      throw new Problem('model/inputs', `The model has no ${what}; its inputs are ${names}.`, {
        input: name ?? index,
      });
    }
    values[position] = fitShape(await readNpy(inMemory(readBytes(path))), graph, id);
  }
  return values.map((value, position) => {
    if (value !== undefined) return value;
    const { name } = tensorAt(graph, graph.inputs[position] as TensorId);
    throw new Problem('model/inputs', `Nothing was given for input “${name}”.`, { input: name });
  });
}

function outputPath(first: string, index: number): string {
  return index === 0 ? first : `${first.replace(/\.npy$/, '')}.${index}.npy`;
}

/** `zeropoint run` */
export async function run(args: Arguments): Promise<void> {
  const output = textOption(args, 'output');
  const dump = textOption(args, 'dump');
  if (output === undefined && dump === undefined)
    throw usageProblem('--output or --dump is needed.', runSpec);
  const arithmetic = parseArithmetic(args);
  const model = runnable((await readModel(args.positionals[0] ?? '', args)).model);
  const inputs = await readInputs(model, listOption(args, 'input'));
  const count = batchOf(model, inputs);
  const batched = count === 1 ? model : withBatch(model, count);
  const taps = dump === undefined ? [] : activations(model);
  const executor = await openExecutor(batched, { taps, arithmetic });
  const outputs = await executor.execute(inputs, (id, value) => {
    if (dump !== undefined) writeBytes(join(dump, `${id}.npy`), writeNpy(value));
  });
  executor.dispose();
  if (output !== undefined)
    for (const [i, value] of outputs.entries()) {
      const tensor = tensorAt(mainGraph(model), mainGraph(model).outputs[i] as TensorId);
      writeBytes(outputPath(output, i), writeNpy(asInFile(value, tensor)));
    }
  const files = output === undefined ? [] : outputs.map((_, i) => outputPath(output, i));
  note([...files, ...(dump === undefined ? [] : [`${taps.length} tensors in ${dump}`])].join(', '));
}
