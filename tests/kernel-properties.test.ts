import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { detectMachine } from '../src/kernels/machine.ts';
import { kernelProperties, type Subject } from './support/kernel-properties/index.ts';

const generated = join(import.meta.dirname, '../src/kernels/generated');
const baseline = new Uint8Array(readFileSync(join(generated, 'baseline.wasm')));

/** The relaxed build is held to the same properties in Chromium (e2e/kernels.spec.ts). */
const subject: Subject = {
  name: 'baseline',
  machine: detectMachine({ baseline, relaxed: new Uint8Array(0) }),
  weights: [-128, 127],
  inputs: [-128, 127],
};

describe('the baseline build equals the reference kernels and stays within its tensors', () => {
  test.each(kernelProperties.map((property) => [property.name, property] as const))('%s', (_, property) => {
    property.check(subject, 300);
  });
});
