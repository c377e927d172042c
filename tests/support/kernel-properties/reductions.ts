import fc from 'fast-check';
import { createReferenceKernels } from '../../../src/core/execute/int8/reference/index.ts';
import { noBorder } from '../../../src/kernels/image.ts';
import { fastMaxPool } from '../../../src/kernels/max-pool.ts';
import { fastAverage, fastFloatSum, fastSum } from '../../../src/kernels/sums.ts';
import { expectSame } from './bound.ts';
import { anyBorder, geometry, int8, noise, seed, small, windowOf } from './draw.ts';
import { check, type Property } from './property.ts';
import { stageChoice, stageOf } from './stage.ts';

export const pools: Property = {
  name: 'MAX_POOL_2D, AVERAGE_POOL_2D',
  check: (subject, runs) =>
    check(
      fc.tuple(geometry, small(21), fc.nat(30), fc.boolean(), seed, anyBorder),
      runs,
      ([shape, channels, cut, halvesUp, start, spare]) => {
        const window = windowOf({ ...shape, dilation: [1, 1] }, channels, channels);
        fc.pre(window !== undefined);
        const params = { window, halvesUp, min: -128 + cut, max: 127 - cut };
        const input = noise(window.batch * window.inputH * window.inputW * channels, start, subject.inputs);
        const [largest, mean] = [0, 1].map(
          () => new Int8Array(window.batch * window.outputH * window.outputW * channels),
        ) as [Int8Array, Int8Array];
        const reference = createReferenceKernels();
        const { form } = subject.machine;
        const most = fastMaxPool(params, input, largest);
        expectSame(most, reference.maxPool(params, input, largest), { ...subject, spare }, 'never');
        const average = fastAverage(params, { input, output: mean }, form);
        expectSame(average, reference.averagePool(params, input, mean), { ...subject, spare }, 'refuse');
      },
    ),
};

export const sum: Property = {
  name: 'MEAN, SUM',
  check: (subject, runs) =>
    check(
      fc.tuple(small(60), small(21), stageChoice, int8, seed),
      runs,
      ([pixels, channels, stage, zeroPoint, start]) => {
        const params = {
          target: Int32Array.from({ length: pixels * channels }, (_, i) => i % channels),
          offset: zeroPoint * pixels,
          output: stageOf({ ...stage, perChannel: false, kind: 'fixed' }, channels),
        };
        const input = noise(pixels * channels, start, subject.inputs);
        const output = new Int8Array(channels);
        const op = fastSum(params, { input, output }, subject.machine.form);
        expectSame(
          op,
          createReferenceKernels().sum(params, input, output),
          { ...subject, spare: noBorder },
          'never',
        );
      },
    ),
};

export const floatSum: Property = {
  name: 'MEAN, SUM in float32',
  check: (subject, runs) =>
    check(
      fc.tuple(
        small(60),
        small(21),
        fc.double({ min: -12, max: 2, noNaN: true }),
        fc.double({ min: -200, max: 200, noNaN: true }),
        fc.boolean(),
        int8,
        seed,
      ),
      runs,
      ([pixels, channels, exponent, bias, even, zeroPoint, start]) => {
        const params = {
          target: Int32Array.from({ length: pixels * channels }, (_, i) => i % channels),
          factor: Math.fround(2 ** exponent / pixels),
          bias: Math.fround(bias),
          zeroPoint,
          halves: even ? ('even' as const) : ('away' as const),
        };
        const input = noise(pixels * channels, start, subject.inputs);
        const output = new Int8Array(channels);
        const op = fastFloatSum(params, { input, output }, subject.machine.form);
        const reference = createReferenceKernels().sumInFloat(params, input, output);
        expectSame(op, reference, { ...subject, spare: noBorder }, 'refuse');
      },
    ),
};
