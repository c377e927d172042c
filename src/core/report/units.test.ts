import { expect, test } from 'vitest';
import { counted, formatBytes, formatDecibels, formatReal, formatShare } from './units.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [98_234, '98.2 kB'],
  [313_400, '313 kB'],
  [3_540_000, '3.54 MB'],
  [2.5e12, '2500 GB'],
])('%i bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.00001, '< 0.01 %'],
  [0.00123, '0.12 %'],
  [0.125, '12.5 %'],
  [1, '100.0 %'],
])('a share of %f', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

test('reals, ratios and counts', () => {
  expect([0, -1.23456, 6e-13].map(formatReal)).toEqual(['0', '-1.235', '6e-13']);
  expect([12.34, undefined].map(formatDecibels)).toEqual(['12.3 dB', 'exact']);
  expect([counted(1, 'op'), counted(1200, 'op')]).toEqual(['1 op', '1,200 ops']);
});
