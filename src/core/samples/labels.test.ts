import { describe, expect, test } from 'vitest';
import { parseCsv } from './csv.ts';
import { classesFromFolders, labelsByName, parseFileList } from './labels.ts';

test('CSV: quotes, commas, line ends, a byte order mark, empty lines', () => {
  expect(parseCsv('\ufeffa,b\r\n"x, ""y""",2\n\n"two\nlines",\nlast,')).toEqual([
    ['a', 'b'],
    ['x, "y"', '2'],
    ['two\nlines', ''],
    ['last', ''],
  ]);
});

describe('lists of files', () => {
  test('with classes', () => {
    expect(parseFileList('file,class_index,class\na/1.png,2,"c, d"\nb/2.png,0,a\n')).toEqual({
      files: [
        { file: 'a/1.png', label: 2 },
        { file: 'b/2.png', label: 0 },
      ],
      classNames: ['a', '1', 'c, d'],
    });
  });
  test('without', () =>
    expect(parseFileList('a 1.png\n\nb.png\r\n')).toEqual({
      files: [{ file: 'a 1.png' }, { file: 'b.png' }],
    }));
  test('a class that is no number', () =>
    expect(() => parseFileList('file,class_index\na.png,cat')).toThrow(/Line 2.*"cat"/));
});

test('a table may begin at another folder than the pictures', () => {
  const table = parseFileList('file,class_index\ntest/cat/1.png,0\ntest/dog/1.png,1\n');
  expect(labelsByName(['cat/1.png', 'dog/1.png', 'dog/2.png'], table)).toEqual(
    new Map([
      ['cat/1.png', 0],
      ['dog/1.png', 1],
    ]),
  );
  expect(labelsByName(['data/test/dog/1.png'], table)).toEqual(new Map([['data/test/dog/1.png', 1]]));
  expect(() => labelsByName(['other.png'], table)).toThrow(/none of the 1 pictures/);
});

describe('classes from folders', () => {
  const labels = (names: readonly string[], known?: readonly string[]) => {
    const found = classesFromFolders(names, known);
    return found && { labels: [...found.labels.values()], classNames: found.classNames };
  };
  test('sorted names', () =>
    expect(labels(['x/dog/1', 'x/cat/1', 'x/dog/2'])).toEqual({
      labels: [1, 0, 1],
      classNames: ['cat', 'dog'],
    }));
  test('numbers are indices', () =>
    expect(labels(['3/a', '1/a'])).toEqual({ labels: [3, 1], classNames: ['0', '1', '2', '3'] }));
  test('known names', () =>
    expect(labels(['cat/1', 'dog/1'], ['dog', 'cat'])).toEqual({
      labels: [1, 0],
      classNames: ['dog', 'cat'],
    }));
  test('an unknown name', () => expect(() => labels(['cat/1', 'cow/1'], ['dog', 'cat'])).toThrow(/"cow"/));
  test('one folder names nothing', () => expect(labels(['x/1', 'x/2'])).toBeUndefined());
  test('a picture outside the folders', () => expect(labels(['a/1', 'b/1', '1'])).toBeUndefined());
});
