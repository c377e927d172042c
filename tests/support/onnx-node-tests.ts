/** ONNX's backend node tests: small models with the outputs that they must give. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { OnnxModel } from '../../src/core/formats/onnx/graph.ts';
import { readOnnx } from '../../src/core/formats/onnx/read.ts';
import type { TensorData } from '../../src/core/model/types.ts';
import { storedTensor } from './onnx-runtime.ts';
import { shared } from './shared.ts';

export interface NodeTest {
  readonly name: string;
  readonly ops: string;
  readonly bytes: Uint8Array;
  readonly model: OnnxModel;
  /** By the names of the graph's inputs. */
  readonly inputs: ReadonlyMap<string, TensorData>;
  /** In the order of the graph's outputs. */
  readonly outputs: readonly TensorData[];
  /** onnxruntime gives something else than `outputs`. */
  readonly disputed: boolean;
}

/** A line of the index. */
export type NodeTestEntry = Pick<NodeTest, 'name' | 'ops' | 'disputed'>;

const folder = 'onnx-node-tests';

/** Names and operators of all tests. */
export function nodeTestIndex(): readonly NodeTestEntry[] {
  const [, ...lines] = readFileSync(shared(folder, 'index.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [name = '', ops = ''] = line.split(',');
    return { name, ops, disputed: line.endsWith(',differs') };
  });
}

export function readNodeTest(entry: NodeTestEntry): NodeTest {
  const { name } = entry;
  const bytes = new Uint8Array(readFileSync(shared(folder, name, 'model.onnx')));
  const model = readOnnx(bytes);
  const given = tensors(name, 'input');
  const inputs = new Map(
    model.graph.inputs.flatMap((input, k) => {
      const value = given[k];
      return value === undefined ? [] : [[input.name, value] as const];
    }),
  );
  return { ...entry, bytes, model, inputs, outputs: tensors(name, 'output') };
}

function tensors(name: string, kind: 'input' | 'output'): readonly TensorData[] {
  const data = shared(folder, name, 'test_data_set_0');
  if (!existsSync(data)) return [];
  const files = readdirSync(data).filter((file) => file.startsWith(`${kind}_`));
  return files.map((_, k) => {
    const bytes = new Uint8Array(readFileSync(shared(folder, name, 'test_data_set_0', `${kind}_${k}.pb`)));
    return storedTensor(bytes);
  });
}

/** The model with those of its inputs that `isConstant` names stored in it. */
export function withConstants(test: NodeTest, isConstant: (name: string) => boolean): OnnxModel {
  const { graph } = test.model;
  const stored = [...test.inputs].filter(([name]) => isConstant(name));
  return {
    ...test.model,
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !isConstant(name)),
      constants: new Map([...graph.constants, ...stored]),
    },
  };
}
