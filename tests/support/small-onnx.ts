import type { OnnxModel } from '../../src/core/formats/onnx/graph.ts';
import type { Range } from '../../src/core/qdq/grid.ts';
import { floats, integers, modelOf, node, weights } from './onnx-graphs.ts';

const scalar = (value: number) => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) }) as const;

/** One small model with every way in which a value comes to its scale. */
export function everyForm(): OnnxModel {
  const nodes = [
    node('Conv', ['x', 'w1', 'b1'], ['c1'], { pads: [1, 1, 1, 1] }),
    node('Relu', ['c1'], ['r1']),
    node('Conv', ['r1', 'w2', 'b2'], ['c2'], { pads: [1, 1, 1, 1], group: 4 }),
    node('Clip', ['c2', 'zero', 'six'], ['k2']),
    node('MaxPool', ['k2'], ['m'], { kernel_shape: [2, 2], strides: [2, 2] }),
    node('ConvTranspose', ['m', 'w3', 'b3'], ['t3'], { strides: [2, 2] }),
    node('Add', ['t3', 'r1'], ['a']),
    node('LeakyRelu', ['a'], ['l'], { alpha: { float: 0.1 } }),
    node('Sigmoid', ['a'], ['s']),
    node('Mul', ['l', 's'], ['u']),
    node('Mul', ['u', 'factors'], ['v']),
    node('Concat', ['v', 'a'], ['j'], { axis: 1 }),
    node('Pad', ['j', 'pads'], ['p']),
    node('Resize', ['p', '', 'twice'], ['z'], { mode: 'linear' }),
    node('AveragePool', ['z'], ['y'], { kernel_shape: [2, 2], strides: [2, 2] }),
    node('Transpose', ['y'], ['q'], { perm: [0, 2, 3, 1] }),
    node('Split', ['q', 'halves'], ['h1', 'h2'], { axis: 3 }),
    node('Mul', ['h1', 'nothing'], ['dark']),
    node('Sub', ['h2', 'dark'], ['d']),
    node('GlobalAveragePool', ['z'], ['g']),
    node('Flatten', ['g'], ['f']),
    node('Gemm', ['f', 'w4', 'b4'], ['e'], { transB: 1 }),
    node('MatMul', ['e', 'w5'], ['o']),
    node('Softmax', ['o'], ['out'], { axis: -1 }),
  ];
  return modelOf(
    {
      inputs: { x: [1, 3, 4, 4] },
      constants: {
        w1: weights([4, 3, 3, 3], -0.8, 1),
        // The second one is so large that its channel's weights must have a larger scale.
        b1: floats(0.1, 5e7, -0.3, 0),
        w2: weights([4, 1, 3, 3], -0.2, 0.5),
        b2: floats(0.5, -0.25, 0, 1),
        w3: weights([4, 4, 2, 2], -1, 0.3),
        b3: floats(-1, 0, 1, 2),
        w4: weights([5, 8], -0.5, 0.5),
        b4: floats(1, 2, 3, 4, 5),
        w5: weights([5, 3], -2, 1),
        factors: weights([1, 4, 1, 1], -3, 1),
        nothing: floats(0),
        zero: scalar(0),
        six: scalar(6),
        pads: integers(0, 0, 1, 1, 0, 0, 1, 1),
        twice: floats(1, 1, 2, 2),
        halves: integers(4, 4),
      },
      nodes,
      outputs: ['out', 'd', 'a'],
    },
    17,
  );
}

/** Made-up ranges, some of them beside 0, one of them nothing at all. */
export const everyRange: ReadonlyMap<string, Range> = new Map(
  Object.entries({
    x: [-1, 1],
    c1: [-3.7, 4.1],
    r1: [0, 4.1],
    c2: [-9, 12],
    k2: [0, 5.3],
    m: [0, 5.3],
    t3: [-2.25, 7.125],
    a: [-1.5, 9.75],
    l: [-0.15, 9.75],
    s: [0.18, 0.9999],
    u: [-0.1, 9.7],
    v: [-29.1, 9.7],
    j: [-29.1, 9.75],
    p: [-29.1, 9.75],
    z: [-29.1, 9.75],
    y: [-25, 9],
    q: [-25, 9],
    h1: [-25, 3],
    h2: [-1, 9],
    dark: [0, 0],
    d: [-1, 9],
    g: [-7, 2.5],
    f: [-7, 2.5],
    e: [1.25, 8],
    o: [-20, -3],
    out: [0.001, 0.98],
  }).map(([name, [min = 0, max = 0]]) => [name, { min, max }]),
);
