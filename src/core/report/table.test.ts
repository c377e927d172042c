import { expect, test } from 'vitest';
import { formatTable, shortened, wrap } from './table.ts';

test('columns are as wide as their widest cell', () => {
  const columns = [
    { title: 'op', align: 'right' },
    { title: 'kind', align: 'left' },
    { title: 'n', align: 'right' },
  ] as const;
  expect(
    formatTable(columns, [
      ['0', 'ADD', '1'],
      ['10', 'SOFTMAX', ''],
    ]),
  ).toEqual(['op  kind     n', ' 0  ADD      1', '10  SOFTMAX']);
});

test('text is broken at blanks and stands behind its mark', () => {
  expect(wrap('one two three four', 11, '- ')).toEqual(['- one two', '  three', '  four']);
  expect(wrap('unbreakable', 4)).toEqual(['unbreakable']);
});

test('the end of a long name is kept', () => {
  expect([shortened('model/conv', 10), shortened('model/conv', 5)]).toEqual(['model/conv', '…conv']);
});
