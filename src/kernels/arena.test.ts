import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOutArena } from './arena.ts';

const value = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(20), fc.nat(6))
  .map(([bytes, birth, length]) => ({ bytes, birth, death: birth + length }));

test('values that live at the same time do not overlap', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), (values) => {
      const { offsets, bytes } = layOutArena(values);
      values.forEach((a, i) => {
        const from = offsets[i] as number;
        if (from < 0 || from + a.bytes > bytes) throw new Error('outside of the arena');
        values.slice(0, i).forEach((b, j) => {
          const other = offsets[j] as number;
          const together = a.birth <= b.death && b.birth <= a.death;
          if (together && from < other + b.bytes && other < from + a.bytes) throw new Error('an overlap');
        });
      });
    }),
  );
});

test('a chain takes two places, however long it is', () => {
  const chain = Array.from({ length: 20 }, (_, k) => ({ bytes: 1024, birth: k, death: k + 1 }));
  expect(layOutArena(chain).bytes).toBeLessThan(3 * 1024);
});
