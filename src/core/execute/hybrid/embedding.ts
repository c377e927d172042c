import { Problem } from '../../problem.ts';
import { floatOutput } from '../float32/values.ts';
import { size } from '../int8/context.ts';
import type { Planner } from '../int8/ops/planner.ts';

/**
 * EMBEDDING_LOOKUP of an integer table with float results: rows times the table's scale, or each row's own; zero points
 * are not looked at (tflite/kernels/embedding_lookup.cc, EvalHybrid).
 */
export const planEmbeddingLookup: Planner<'EMBEDDING_LOOKUP'> = (_, context) => {
  const [indices, table, output] = [context.input(0), context.constant(1), floatOutput(context)];
  context.expectRank(indices, 1);
  context.expectDtype(indices, 'int32');
  const { data } = table;
  if (!(data instanceof Int8Array)) throw context.unsupported(`with a table of ${table.dtype}`);
  if (table.shape.length < 2) throw context.invalid('its table needs rows and columns');
  context.expectShape(output, [...indices.shape, ...table.shape.slice(1)]);
  const rows = size(table.shape, 0);
  const scales = context.scales(table);
  if (scales.length !== 1 && scales.length !== rows)
    throw context.invalid(`its table has ${scales.length} scales for ${rows} rows`);
  const width = data.length / rows;
  const name = context.describe();
  return () => {
    for (let k = 0; k < indices.data.length; k++) {
      const row = Number(indices.data[k]);
      if (!(row >= 0 && row < rows)) {
        const text = `${name}: index ${row} of "${indices.name}" is outside of ${rows} elements.`;
        throw new Problem('compute/runtime', text, { tensor: indices.id });
      }
      const scale = (scales.length === 1 ? scales[0] : scales[row]) as number;
      for (let i = 0; i < width; i++) output.data[k * width + i] = (data[row * width + i] as number) * scale;
    }
  };
};
