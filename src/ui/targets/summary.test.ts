import { expect, test } from 'vitest';
import type { Assessment, NodeRow } from '../../core/targets/assess.ts';
import { fallback, missing, native } from '../../core/targets/target.ts';
import { summaryOf } from './summary.ts';

const row = (op: number, tflm: NodeRow['cells']['tflm']): NodeRow => ({
  op,
  kind: 'CONV_2D',
  name: `t${op}`,
  arithmetic: 'int8',
  cells: { litert: native, xnnpack: native, tflm, 'cmsis-nn': native, 'edge-tpu': native, 'ethos-u': native },
});
const outcome = {
  name: 'strict int8',
  sentence: '',
  integerOps: 3,
  floatOps: 0,
  hybridOps: 0,
  floatIslands: 0,
};

test('ops are counted, and gathered by the reason why they are not native', () => {
  const nodes = [row(0, native), row(1, fallback('a')), row(2, missing('b')), row(3, fallback('a'))];
  const assessment: Assessment = { outcome, nodes };
  expect(summaryOf(assessment, 'tflm')).toEqual({
    native: 1,
    total: 4,
    missing: true,
    reasons: [
      { text: 'a', ops: ['1 CONV_2D', '3 CONV_2D'] },
      { text: 'b', ops: ['2 CONV_2D'] },
    ],
  });
  expect(summaryOf(assessment, 'litert')).toMatchObject({ native: 4, missing: false, reasons: [] });
});
