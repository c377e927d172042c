import fc from 'fast-check';
import type { ConvParams } from '../../../src/core/execute/int8/kernel-params.ts';
import { createReferenceKernels } from '../../../src/core/execute/int8/reference/index.ts';
import { fastConv, fastDense } from '../../../src/kernels/convolution.ts';
import { fastDepthwise } from '../../../src/kernels/depthwise.ts';
import { type Border, noBorder } from '../../../src/kernels/image.ts';
import { expectSame } from './bound.ts';
import { anyBorder, type Geometry, geometry, int8, noise, seed, small, windowOf, within } from './draw.ts';
import { check, type Property, type Subject } from './property.ts';
import { mayRefuse, type StageChoice, stageChoice, stageOf } from './stage.ts';

interface Layer {
  readonly shape: Geometry;
  readonly inputC: number;
  readonly outputC: number;
  readonly stage: StageChoice;
  readonly inputZeroPoint: number;
  readonly start: number;
  readonly spare: Border;
}
const layer: fc.Arbitrary<Layer> = fc.record({
  shape: geometry,
  inputC: small(21),
  outputC: small(21),
  stage: stageChoice,
  inputZeroPoint: int8,
  start: seed,
  spare: anyBorder,
});

function convCase(
  { shape, inputC, outputC, stage, inputZeroPoint, start }: Layer,
  subject: Subject,
  depthwise: boolean,
) {
  const window = windowOf(shape, inputC, depthwise ? inputC : outputC);
  fc.pre(window !== undefined);
  const channels = window.outputC;
  const taps = window.filterH * window.filterW;
  const params: ConvParams = {
    window,
    weights: noise(taps * channels * (depthwise ? 1 : inputC), start, subject.weights),
    bias: Int32Array.from(noise(channels, start + 1, [-128, 127]), (value) =>
      Math.trunc((value / 128) * stage.bias),
    ),
    weightsZeroPoint: 0,
    inputZeroPoint: within(inputZeroPoint, subject.inputs),
    output: stageOf(stage, channels),
  };
  const input = noise(window.batch * window.inputH * window.inputW * inputC, start + 2, subject.inputs);
  const output = new Int8Array(window.batch * window.outputH * window.outputW * channels);
  return { params, input, output, may: mayRefuse(stage) };
}

export const conv: Property = {
  name: 'CONV_2D',
  check: (subject, runs) =>
    check(layer, runs, (chosen) => {
      const { params, input, output, may } = convCase(chosen, subject, false);
      const op = fastConv(params, { input, output }, subject.machine.form);
      expectSame(op, createReferenceKernels().conv2d(params, input, output), { ...subject, ...chosen }, may);
    }),
};

export const depthwise: Property = {
  name: 'DEPTHWISE_CONV_2D',
  check: (subject, runs) =>
    check(layer, runs, (chosen) => {
      const { params, input, output, may } = convCase(chosen, subject, true);
      const op = fastDepthwise(params, { input, output }, subject.machine.form);
      expectSame(
        op,
        createReferenceKernels().depthwiseConv2d(params, input, output),
        { ...subject, ...chosen },
        may,
      );
    }),
};

export const dense: Property = {
  name: 'FULLY_CONNECTED',
  check: (subject, runs) =>
    check(fc.tuple(small(9), small(70), small(21), stageChoice, int8, seed), runs, (values) => {
      const [batch, inputs, outputs, stage, zeroPoint, start] = values;
      const params = {
        batch,
        inputs,
        outputs,
        weights: noise(inputs * outputs, start, subject.weights),
        weightsZeroPoint: 0,
        bias: Int32Array.from(noise(outputs, start + 1, [-128, 127]), (value) => value * 50),
        inputZeroPoint: within(zeroPoint, subject.inputs),
        output: stageOf(stage, outputs),
      };
      const input = noise(batch * inputs, start + 2, subject.inputs);
      const output = new Int8Array(batch * outputs);
      const op = fastDense(params, { input, output }, subject.machine.form);
      const reference = createReferenceKernels().dense(params, input, output);
      expectSame(op, reference, { ...subject, spare: noBorder }, mayRefuse(stage));
    }),
};
