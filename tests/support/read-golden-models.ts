import { goldenEntries, readGolden, readIndex, readVariant } from './golden-index.ts';
import type { GoldenModel } from './golden-models.ts';
import { readKernelGolden } from './kernel-golden.ts';

/** The int8 golden models that are there, own and published. */
export function readGoldenModels(): readonly GoldenModel[] {
  const own = goldenEntries('models');
  return [...own, ...goldenEntries('published')].flatMap((name) => {
    const golden = readKernelGolden(name, 'int8');
    const file = own.includes(name) ? readVariant(readIndex(name), 'int8') : readGolden(name, 'model.tflite');
    if (golden === undefined || file === undefined) return [];
    const cases = golden.cases.map(({ inputs, tensors }) => ({
      inputs,
      tensors: tensors.map(({ tensor, sha256 }) => ({ tensor, sha256 })),
    }));
    return [{ name, file: new Uint8Array(file), cases }];
  });
}
