import { expect, test } from 'vitest';
import type { TensorData } from '../src/core/model/types.ts';
import { floats, type GraphParts, integers, modelOf, node, weights } from './support/onnx-graphs.ts';
import { differenceOf } from './support/translated.ts';

/** Operators and forms that the ONNX project's own tests do not cover, held against onnxruntime. */
interface Case extends Omit<GraphParts, 'inputs'>, Partial<Pick<GraphParts, 'inputs'>> {
  readonly name: string;
  readonly opset?: number;
}

const plain = ['Celu', 'Cos', 'Erf', 'Mish', 'Round', 'Selu', 'Sign', 'Sin', 'Softplus', 'Softsign'];
const reductions = ['ReduceL1', 'ReduceL2', 'ReduceLogSumExp', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare'];
const comparisons = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];
const numbers = { zero: floats(0), half: floats(0.5), two: floats(2) };

function number(value: number): TensorData {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}

/** An op with attributes that takes x and makes y. */
function single(type: string, written: Parameters<typeof node>[3] = {}) {
  return [node(type, ['x'], ['y'], written)];
}

/** Truth values, made of comparisons and turned into numbers. */
function logic(type: string) {
  return [
    node('Greater', ['x', 'zero'], ['a']),
    node('Less', ['x', 'half'], ['b']),
    node(type, type === 'Not' ? ['a'] : ['a', 'b'], ['c']),
    node('Cast', ['c'], ['y'], { to: 1 }),
  ];
}

function topK(largest: number): Case {
  const nodes = [
    node('TopK', ['x', 'k'], ['y', 'i'], { axis: 1, largest }),
    node('Cast', ['i'], ['positions'], { to: 1 }),
  ];
  const name = `TopK of the ${largest === 1 ? 'largest' : 'smallest'}`;
  return { name, nodes, constants: { k: integers(3) }, outputs: ['y', 'positions'] };
}

function groups(opset: 18 | 21): Case {
  const count = opset === 18 ? 3 : 6;
  return {
    name: `GroupNormalization of set ${opset}`,
    nodes: [node('GroupNormalization', ['x', 'scale', 'bias'], ['y'], { num_groups: 3 })],
    constants: { scale: weights([count]), bias: weights([count], 0, 3) },
    opset,
  };
}

const pairs: TensorData = { dtype: 'int64', shape: [3, 2], data: BigInt64Array.of(0n, 1n, 1n, 5n, 0n, 0n) };

const cases: readonly Case[] = [
  ...plain.map((type) => ({ name: type, nodes: single(type), opset: 18 })),
  ...reductions.map((type) => ({ name: type, nodes: single(type, { axes: [1, -1], keepdims: 0 }) })),
  ...comparisons.map((type) => ({
    name: type,
    nodes: [node(type, ['x', 'half'], ['c']), node('Where', ['c', 'x', 'two'], ['y'])],
    constants: numbers,
  })),
  ...['And', 'Not', 'Or', 'Xor'].map((type) => ({ name: type, nodes: logic(type), constants: numbers })),
  ...[0, 1].map(topK),
  ...([18, 21] as const).map(groups),
  { name: 'Celu with another slope', nodes: single('Celu', { alpha: { float: 2 } }) },
  { name: 'Elu with another slope', nodes: single('Elu', { alpha: { float: 0.3 } }) },
  { name: 'HardSigmoid of PyTorch', nodes: single('HardSigmoid', { alpha: { float: 1 / 6 } }) },
  {
    name: 'Clip to −1 … 1',
    nodes: [node('Clip', ['x', 'low', 'high'], ['y'])],
    constants: { low: number(-1), high: number(1) },
  },
  { name: 'Clip from below', nodes: [node('Clip', ['x', 'low'], ['y'])], constants: { low: number(0.1) } },
  {
    name: 'Clip from above',
    nodes: [node('Clip', ['x', '', 'high'], ['y'])],
    constants: { high: number(0.1) },
  },
  {
    name: 'ReduceLogSum',
    nodes: [node('Abs', ['x'], ['a']), node('ReduceLogSum', ['a'], ['y'], { axes: [2] })],
  },
  { name: 'ReduceMean over pictures', nodes: single('ReduceMean', { axes: [2, 3] }) },
  {
    name: 'ArgMin',
    nodes: [node('ArgMin', ['x'], ['i'], { axis: 1, keepdims: 0 }), node('Cast', ['i'], ['y'], { to: 1 })],
  },
  { name: 'GlobalMaxPool', nodes: single('GlobalMaxPool') },
  {
    name: 'CumSum',
    nodes: [node('CumSum', ['x', 'axis'], ['y'], { reverse: 1 })],
    constants: { axis: integers(1) },
  },
  {
    name: 'Mod of integers',
    nodes: [
      node('Mul', ['x', 'nine'], ['w']),
      node('Cast', ['w'], ['i'], { to: 7 }),
      node('Mod', ['i', 'three'], ['m']),
      node('Cast', ['m'], ['y'], { to: 1 }),
    ],
    constants: { nine: floats(9), three: integers(3) },
  },
  { name: 'GatherND', nodes: [node('GatherND', ['x', 'at'], ['y'])], constants: { at: pairs } },
  {
    name: 'Gather of computed indices, which count from the end',
    nodes: [
      node('Mul', ['x', 'five'], ['w']),
      node('Cast', ['w'], ['i'], { to: 7 }),
      node('Gather', ['table', 'i'], ['y'], { axis: 1 }),
    ],
    constants: { five: floats(4.9), table: weights([2, 6]) },
  },
  { name: 'LRN', nodes: single('LRN', { size: 3, alpha: { float: 0.5 }, beta: { float: 0.5 } }) },
  {
    name: 'SpaceToDepth',
    nodes: [node('SpaceToDepth', ['p'], ['y'], { blocksize: 2 })],
    inputs: { p: [1, 3, 4, 6] },
  },
  ...[3, 0.5, -0.5, -1, 1.7].map((exponent) => ({
    name: `Pow ${exponent}`,
    nodes: [node('Abs', ['x'], ['a']), node('Pow', ['a', 'n'], ['y'])],
    constants: { n: floats(exponent) },
  })),
  { name: 'Softmax over all that follow', nodes: single('Softmax', { axis: 2 }), opset: 11 },
  { name: 'MatMul of a row', nodes: [node('MatMul', ['x', 'w'], ['y'])], constants: { w: weights([4]) } },
  {
    name: 'MatMul with a constant on the left',
    nodes: [node('MatMul', ['w', 'x'], ['y'])],
    constants: { w: weights([3, 5]) },
  },
  {
    name: 'Gemm with all its attributes',
    nodes: [
      node('Gemm', ['m', 'w', 'c'], ['y'], {
        transA: 1,
        transB: 1,
        alpha: { float: 0.5 },
        beta: { float: 2 },
      }),
    ],
    inputs: { m: [5, 3] },
    constants: { w: weights([7, 5]), c: weights([3, 1]) },
  },
];

test.each(cases)('$name', async ({ inputs = { x: [2, 6, 5, 4] }, opset = 17, ...parts }) => {
  const { difference } = await differenceOf(modelOf({ inputs, ...parts }, opset));
  expect(difference).toBeLessThanOrEqual(2e-6);
});
