import { test } from 'vitest';
import { readOnnx } from '../src/core/formats/onnx/read.ts';
import { toNhwc } from '../src/core/layout/to-nhwc.ts';
import { rebuild } from '../src/core/layout/rebuild.ts';
import { arrange } from '../src/core/layout/search.ts';
import { mainGraph, tensorAt, withMainGraph } from '../src/core/model/graph.ts';
import { normalizeOnnx } from '../src/core/onnx/normalize.ts';
import { translateOnnx } from '../src/core/translate/translate.ts';
import { createFloatRuntime } from '../src/float/runtime.ts';
import { runOnnx } from './support/onnxruntime.ts';
import { readShared } from './support/shared.ts';
import { permuteData } from '../src/core/model/permute.ts';
test('x', async () => {
  const bytes = readShared('models', 'selfie_segmentation_landscape.onnx');
  const onnx = readOnnx(bytes);
  const before = translateOnnx(normalizeOnnx(onnx));
  const g = mainGraph(before);
  const models = { before, arranged: withMainGraph(before, rebuild(arrange(g))), after: toNhwc(before) };
  const shape = tensorAt(g, g.inputs[0] as never).shape;
  let s = 12345;
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => (s = (s * 48271) % 2147483647) / 2147483647);
  const ref = await runOnnx(bytes, new Map([[onnx.graph.inputs[0]!.name, { shape, dtype: 'float32', data }]]));
  const rt = createFloatRuntime();
  for (const [n, m] of Object.entries(models)) {
    const mg = mainGraph(m);
    const t = tensorAt(mg, mg.inputs[0] as never);
    const x = { shape: t.shape, dtype: 'float32' as const, data: t.origin?.order ? permuteData(data, shape, t.origin.order) : data };
    const out = await (await rt.create(m, [])).execute([x]);
    const o = tensorAt(mg, mg.outputs[0] as never);
    const r = [...ref.values()][0]!;
    const want = permuteData(r.data, r.shape, o.origin?.order ?? [...r.shape.keys()]);
    let d = 0, mx = 0;
    for (let i = 0; i < want.length; i++) { d = Math.max(d, Math.abs(Number(want[i]) - Number(out[0]!.data[i]))); mx = Math.max(mx, Math.abs(Number(want[i]))); }
    console.log(n, d, mx);
  }
});
