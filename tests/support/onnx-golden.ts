import { readFileSync } from 'node:fs';

/** What onnxruntime’s own quantizer comes to; `golden/README.md` says how it was asked. */
export interface OnnxGolden {
  readonly models: Readonly<Record<string, OnnxFigures>>;
  readonly parameters: Readonly<Record<string, Readonly<Record<string, OnnxConstant>>>>;
}

export interface OnnxConstant {
  readonly dtype: string;
  readonly values: readonly number[];
}

export interface OnnxFigures {
  /** dB against the float file, by output. */
  readonly sqnr: Readonly<Record<string, number>>;
  readonly accuracy?: number;
  readonly agreement?: number;
}

export const onnxGolden: OnnxGolden = JSON.parse(
  readFileSync(new URL('../golden/onnx-qdq.json', import.meta.url), 'utf8'),
);
