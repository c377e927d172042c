import { readdirSync } from 'node:fs';
import { test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { mainGraph, opName, tensorAt } from '../src/core/model/graph.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { readShared, shared } from './support/shared.ts';

for (const dir of ['', 'onnx-light'])
  for (const f of readdirSync(shared('models', dir)).filter((f) => f.endsWith('.onnx')))
    test(f, () => {
      try {
        const t0 = performance.now();
        const m = readOnnx(readShared('models', dir, f));
        const n = normalizeOnnx(m);
        const model = translateOnnx(n);
        const t1 = performance.now();
        const after = toNhwc(model);
        const t2 = performance.now();
        const g = mainGraph(after);
        const count = (x: typeof g, k: string) => x.ops.filter((o) => o.kind === k).length;
        const b = mainGraph(model);
        console.log(
          f,
          'T',
          count(b, 'TRANSPOSE'),
          '→',
          count(g, 'TRANSPOSE'),
          'R',
          count(b, 'RESHAPE'),
          '→',
          count(g, 'RESHAPE'),
          'ops',
          b.ops.length,
          '→',
          g.ops.length,
          `${(t1 - t0).toFixed(0)} ${(t2 - t1).toFixed(0)} ms`,
          'in',
          g.inputs.map((i) => `${tensorAt(g, i).shape}`),
          'out',
          g.outputs.map((i) => `${tensorAt(g, i).shape}`),
        );
        if (process.env.VERBOSE === f)
          for (const op of g.ops)
            console.log(
              opName(op),
              op.inputs.map((i) => (i < 0 ? '-' : `${g.tensors[i]?.name}[${g.tensors[i]?.shape}]`)).join(' '),
              '→',
              op.outputs.map((i) => `${g.tensors[i]?.name}[${g.tensors[i]?.shape}]`).join(' '),
              JSON.stringify(op.options),
            );
        else
          for (const [i, op] of g.ops.entries())
            if (op.kind === 'TRANSPOSE') {
              const prod = g.ops.find((p) => p.outputs.includes(op.inputs[0] as never));
              const reads = g.ops.filter((p) => p.inputs.includes(op.outputs[0] as never)).map(opName);
              console.log(
                '   ',
                i,
                prod ? opName(prod) : 'INPUT',
                tensorAt(g, op.inputs[0] as never).shape.join(),
                '→',
                tensorAt(g, op.outputs[0] as never).shape.join(),
                reads.join(' '),
              );
            }
      } catch (e) {
        console.log(f, String(e).slice(0, 600));
      }
    }, 200000);
