import fc from 'fast-check';
import { createReferenceKernels } from '../../../src/core/execute/int8/reference/index.ts';
import { noBorder } from '../../../src/kernels/image.ts';
import { fastJoin, fastMove } from '../../../src/kernels/moves.ts';
import { expectSame } from './bound.ts';
import { int8, noise, seed, small } from './draw.ts';
import { check, type Property } from './property.ts';

/** A table that copies a few runs and fills between them. */
function tableOf(length: number, start: number, sourceLength: number): Int32Array {
  const lengths = noise(length, start, [1, 90]);
  const table = new Int32Array(length);
  for (let i = 0, run = 0; i < length; run++) {
    const count = Math.min(lengths[run] as number, length - i, sourceLength);
    const from = run % 3 === 2 ? -1 : (run * 37) % (sourceLength - count + 1);
    for (let k = 0; k < count; k++) table[i++] = from < 0 ? -1 : from + k;
  }
  return table;
}

export const moves: Property = {
  name: 'moves and joins',
  check: (subject, runs) =>
    check(
      fc.tuple(small(300), small(200), int8, small(4), seed),
      runs,
      ([length, sourceLength, fill, count, start]) => {
        const placement = { ...subject, spare: noBorder };
        const reference = createReferenceKernels();
        const input = noise(sourceLength, start, [-128, 127]);
        const moved = new Int8Array(length);
        const params = { source: tableOf(length, start, sourceLength), fill };
        expectSame(fastMove(params, input, moved), reference.move(params, input, moved), placement, 'refuse');
        const sizes = [1 + (length % 60), 1 + (sourceLength % 60)];
        const parts = sizes.map((size, k) => noise(size * count, start + k, [-128, 127]));
        const joined = new Int8Array(count * ((sizes[0] as number) + (sizes[1] as number)));
        const join = { sizes, count };
        expectSame(fastJoin(join, parts, joined), reference.join(join, parts, joined), placement, 'refuse');
      },
    ),
};
