import fc from 'fast-check';
import { quantizeMultiplier } from '../../../src/core/execute/fixed-point.ts';
import { createReferenceKernels } from '../../../src/core/execute/int8/reference/index.ts';
import { noBorder } from '../../../src/kernels/image.ts';
import { fastMultiply } from '../../../src/kernels/multiply.ts';
import { fastAdd, fastLookup, fastWeightedSum } from '../../../src/kernels/rowwise.ts';
import { expectSame } from './bound.ts';
import { int8, noise, seed, small } from './draw.ts';
import { check, type Property } from './property.ts';
import { mayRefuse, stageChoice, stageOf } from './stage.ts';

export const add: Property = {
  name: 'ADD, SUB',
  check: (subject, runs) =>
    check(
      fc.tuple(
        small(70),
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.array(int8, { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        seed,
      ),
      runs,
      ([length, scales, zeroPoints, minus, start]) => {
        const [left = 1, right = 1, result = 1] = scales;
        const common = 2 * Math.max(left, right);
        const operand = (scale: number, k: number) => ({
          zeroPoint: zeroPoints[k] as number,
          ...quantizeMultiplier(scale / common),
        });
        const { multiplier, shift } = quantizeMultiplier(common / (2 ** 20 * result));
        const rescale = {
          kind: 'fixed',
          multiplier: Int32Array.of(multiplier),
          shift: Int32Array.of(shift),
        } as const;
        const params = {
          left: operand(left, 0),
          right: operand(right, 1),
          sign: minus ? (-1 as const) : (1 as const),
          leftShift: 20,
          output: { rescale, zeroPoint: zeroPoints[2] as number, min: -128, max: 127 },
        };
        const operands = [noise(length, start, [-128, 127]), noise(length, start + 1, [-128, 127])] as const;
        const output = new Int8Array(length);
        const op = fastAdd(params, operands, output);
        expectSame(
          op,
          createReferenceKernels().add(params, operands, output),
          { ...subject, spare: noBorder },
          'never',
        );
      },
    ),
};

export const weightedSum: Property = {
  name: 'ADD, SUB as XNNPACK',
  check: (subject, runs) =>
    check(
      fc.tuple(
        small(70),
        fc.integer({ min: 13, max: 30 }),
        fc.array(fc.integer({ min: -(2 ** 21), max: 2 ** 21 }), { minLength: 2, maxLength: 2 }),
        fc.array(int8, { minLength: 3, maxLength: 3 }),
        fc.nat(100),
        seed,
      ),
      runs,
      ([length, shift, multipliers, zeroPoints, cut, start]) => {
        const operand = (k: number) => ({
          zeroPoint: zeroPoints[k] as number,
          multiplier: multipliers[k] as number,
        });
        const params = {
          left: operand(0),
          right: operand(1),
          shift,
          zeroPoint: zeroPoints[2] as number,
          min: -128 + cut,
          max: 127 - cut,
        };
        const operands = [noise(length, start, [-128, 127]), noise(length, start + 1, [-128, 127])] as const;
        const output = new Int8Array(length);
        const op = fastWeightedSum(params, operands, output);
        const reference = createReferenceKernels().weightedSum(params, operands, output);
        expectSame(op, reference, { ...subject, spare: noBorder }, 'never');
      },
    ),
};

export const lookup: Property = {
  name: 'functions of one value',
  check: (subject, runs) =>
    check(fc.tuple(small(70), seed), runs, ([length, start]) => {
      const table = noise(256, start, [-128, 127]);
      const input = noise(length, start + 1, [-128, 127]);
      const output = new Int8Array(length);
      const op = fastLookup(table, input, output);
      expectSame(
        op,
        createReferenceKernels().lookup(table, input, output),
        { ...subject, spare: noBorder },
        'never',
      );
    }),
};

export const multiply: Property = {
  name: 'MUL',
  check: (subject, runs) =>
    check(fc.tuple(small(70), stageChoice, int8, int8, seed), runs, ([length, stage, left, right, start]) => {
      const output = stageOf({ ...stage, perChannel: false }, 1);
      const params = { leftZeroPoint: left, rightZeroPoint: right, output };
      const operands = [noise(length, start, [-128, 127]), noise(length, start + 1, [-128, 127])] as const;
      const result = new Int8Array(length);
      const op = fastMultiply(params, operands, result);
      const reference = createReferenceKernels().multiply(params, operands, result);
      expectSame(op, reference, { ...subject, spare: noBorder }, mayRefuse(stage));
    }),
};
