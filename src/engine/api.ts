import type { Histogram } from '../core/calibrate/statistics.ts';
import type { Guess } from '../core/images/guess.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import type { OnnxChoice } from '../core/pipeline/onnx-choice.ts';
import type { FileFormat } from '../core/pipeline/open-model.ts';
import type { IoType, Recipe } from '../core/quantize/recipe.ts';
import type { Inspection } from '../core/report/inspect.ts';
import type { Report } from '../core/report/report.ts';
import type { Assessment } from '../core/targets/assess.ts';

/** Everything that the page can ask of the worker. Plain data both ways; weights never come to the page. */
export interface EngineApi {
  /** Reads a model; the samples of an earlier one stay. Panels keep what the last result was made from until there is another. */
  open(request: OpenRequest): OpenedModel;
  /** Panels look at what is open now: there will be no result of it yet. */
  forget(): void;
  /** Goes back to the model and the samples of the last result. */
  revert(): void;
  /** Replaces the samples. Pictures are decoded when they are needed. */
  setSamples(files: readonly GivenFile[]): OpenedSamplesInfo;
  /** How pictures become the model's input, tried out on the model where nothing tells; `undefined` without pictures. */
  guessPreprocess(): Guess | undefined;
  /** The slow call: calibrate, quantize, compare. Does only what the settings made stale. */
  compute(settings: Settings): Result;
  /** Whether a recipe measures ranges, which the open model does not bring: then it needs samples. */
  needsSamples(recipe: Recipe): boolean;
  /** Where each op of the model would run, as `recipe` quantizes it; nothing is calibrated for that. */
  targets(recipe: Recipe): Assessment;
  /** Large arrays of one layer, fetched when somebody looks at it. */
  layer(op: number): LayerDetail;
  preview(request: PreviewRequest): Preview;
  thumbnail(index: number): Thumbnail;
  /** A file of the last result, read back and run before it is handed over. */
  exportModel(request: ExportRequest): ExportedFile;
  /** Answers as soon as the worker is free, with the name of a lock that it holds while it lives; empty where there are none. */
  ping(): string;
}

/** A file that a person gave. Blobs are cloned by reference. */
export interface GivenFile {
  /** Relative to what was dropped, with `/`. */
  readonly path: string;
  readonly file: Blob;
}

export interface OpenRequest {
  readonly file: GivenFile;
  /** What was given with it, where the weights of an ONNX model may lie. */
  readonly beside?: readonly GivenFile[];
  /** Sizes that an ONNX model leaves open, by name. */
  readonly sizes?: Readonly<Record<string, number>>;
}

export interface OpenedModel {
  readonly name: string;
  /** What it can be written as once it is quantized, the usual one first. */
  readonly formats: readonly FileFormat[];
  /** Of the file, and of those that it took its weights from. */
  readonly bytes: number;
  /** Paths of the files beside it that it took its weights from. */
  readonly taken: readonly string[];
  readonly inspection: Inspection;
}

export interface OpenedSamplesInfo {
  readonly kind: 'pictures' | 'arrays';
  readonly samples: readonly SampleInfo[];
  readonly classNames?: readonly string[];
}

export interface SampleInfo {
  readonly name: string;
  /** Class index. */
  readonly label?: number;
}

/** What a result depends on besides the model and the samples. */
export interface Settings {
  /** Absent for models that take no pictures. */
  readonly preprocess?: Preprocess;
  readonly recipe: Recipe;
}

/** A class, and how sure a model is of it. */
export interface ClassAnswer {
  readonly class: number;
  /** As the model gives it; `Result.probabilities` says whether it is one. */
  readonly score: number;
}

/** Both models' answers to one sample, for classifiers. */
export interface SampleAnswers {
  readonly index: number;
  readonly name: string;
  readonly label?: number;
  readonly float?: ClassAnswer;
  readonly quantized?: ClassAnswer;
  /** Of the outputs, dB; absent when they are equal. */
  readonly sqnr?: number;
}

export interface Result {
  readonly settings: Settings;
  readonly report: Report;
  /** Whether the float model's scores are probabilities: none negative, 1 in sum. */
  readonly probabilities: boolean;
  /** All samples, worst first. */
  readonly answers: readonly SampleAnswers[];
}

export interface LayerDetail {
  /** Of the output's float values over all calibration samples. */
  readonly histogram?: Histogram;
  /** Extremes of the float weights, per output channel. */
  readonly weights?: { readonly min: Float32Array; readonly max: Float32Array };
}

export interface PreviewRequest {
  readonly index: number;
  readonly preprocess: Preprocess;
}

/** What the model gets, as a picture again. */
export interface Preview {
  readonly width: number;
  readonly height: number;
  /** RGBA: the values scaled back to 0 … 255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Smallest and largest of the model's numbers. */
  readonly min: number;
  readonly max: number;
}

/** A small picture as a BMP file, which every browser shows. */
export interface Thumbnail {
  readonly bmp: Uint8Array<ArrayBuffer>;
}

/** A `.tflite` whose caller gives and gets these types. */
export interface TfliteExport {
  readonly format: 'tflite';
  readonly inputType: IoType;
  readonly outputType: IoType;
}

/** A quantized `.onnx`, of a model that came as one. */
export interface OnnxExport extends OnnxChoice {
  readonly format: 'onnx';
}

export type ExportRequest = TfliteExport | OnnxExport;

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What was checked, in sentences. */
  readonly checks: readonly string[];
}
