import { calibrate } from '../core/calibrate/calibrate.ts';
import type { Statistics } from '../core/calibrate/statistics.ts';
import { partOf, quietCall } from '../core/call.ts';
import { type Comparison, compareModels } from '../core/evaluate/compare.ts';
import { samePositions } from '../core/evaluate/correspondence.ts';
import { type SampleResult, worstFirst } from '../core/evaluate/outputs.ts';
import type { FloatRuntime } from '../core/execute/executor.ts';
import type { KernelFactory } from '../core/execute/int8/kernels.ts';
import { readTfliteMetadata } from '../core/formats/tflite/metadata/read.ts';
import { type Guess, guessPreprocess, rescalesInput } from '../core/images/guess.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { DecodePicture, Picture } from '../core/model/picture.ts';
import type { Model, Tensor } from '../core/model/types.ts';
import { openModel } from '../core/pipeline/open-model.ts';
import { probePreprocess } from '../core/pipeline/probe-preprocess.ts';
import { type Prepared, prepare } from '../core/prepare/prepare.ts';
import { Problem } from '../core/problem.ts';
import { type Quantized, quantize } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import { chooseRanges, type Ranges } from '../core/ranges/choose.ts';
import { createReport } from '../core/report/create.ts';
import { inspectModel } from '../core/report/inspect.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import { readWhole } from '../core/samples/open-file.ts';
import type * as api from './api.ts';
import { exportChecked } from './export.ts';
import { openGivenSamples, sampleFile } from './given-samples.ts';
import { layerDetail } from './layer-detail.ts';
import { previewOf } from './preview.ts';
import { recognize, remember } from './remember.ts';
import type { Methods, WorkerCall } from './rpc.ts';
import { thumbnailOf } from './thumbnail.ts';

/** What differs between a browser's worker and a test. */
export interface Platform {
  readonly decode: DecodePicture;
  readonly runtime: FloatRuntime;
  /** The int8 kernels, once they are loaded. */
  readonly kernels: () => Promise<KernelFactory>;
  readonly now: () => number;
  /** Name of a lock that is held until the end, once it is held; empty where there are none. */
  readonly life: Promise<string>;
}

interface OpenModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
  readonly prepared: Prepared;
}

/** Everything that the last successful computation left behind. */
interface Done {
  /** Of the float model's file. */
  readonly name: string;
  readonly recipe: Recipe;
  readonly float: Model;
  readonly statistics: Statistics;
  readonly ranges: Ranges;
  readonly quantized: Quantized;
  readonly samples: OpenedSamples;
}

/** What the studio shows is what a microcontroller answers. */
const arithmetic = 'tflm';

/** Share of the work that calibrating takes: one tapped float run a sample of about three runs in all. */
const calibrationShare = 0.4;

/** The open model and samples, and the result of each step, so that an edit redoes only what became stale. */
export class Session implements Methods<api.EngineApi> {
  readonly #platform: Platform;
  #model: OpenModel | undefined;
  #files: readonly api.GivenFile[] = [];
  #done: Done | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  readonly #preprocessOf = recognize<Preprocess | undefined>();
  readonly #recipeOf = recognize<Recipe>();

  /** What panels look at. Apart from the samples that are computed with, which another preprocessing would replace. */
  readonly #list = remember(([model, files]: readonly [OpenModel, readonly api.GivenFile[]]) =>
    this.#open(model, files, this.#fileGuess(model)?.preprocess),
  );
  readonly #prepareSamples = remember(
    ([model, files, preprocess]: readonly [OpenModel, readonly api.GivenFile[], Preprocess | undefined]) =>
      this.#open(model, files, preprocess),
  );
  readonly #calibrate = remember(([model, samples]: readonly [Model, OpenedSamples], call) =>
    calibrate(model, samples, { runtime: this.#platform.runtime, call }),
  );
  readonly #quantize = remember(async ([model, statistics, recipe]: readonly [Model, Statistics, Recipe]) => {
    const ranges = chooseRanges(model, statistics, recipe.calibrator);
    return { ranges, quantized: quantize(model, ranges, recipe) };
  });
  readonly #compare = remember(
    async (
      [float, quantized, samples]: readonly [Model, Model, OpenedSamples],
      call,
    ): Promise<Comparison> => {
      const pair = { reference: float, candidate: quantized, tensors: samePositions(float, quantized) };
      const { runtime, now } = this.#platform;
      const kernels = await this.#platform.kernels();
      return compareModels(pair, samples, { runtime, kernels, arithmetic, now, call });
    },
  );

  async open(given: api.GivenFile): Promise<api.OpenedModel> {
    const name = given.path.split('/').at(-1) ?? given.path;
    const bytes = await readWhole(sampleFile(given));
    const model = openModel(name, bytes);
    const prepared = prepare(model);
    this.#model = { name, bytes, model, prepared };
    this.#done = undefined;
    return { name, bytes: bytes.length, inspection: inspectModel(model) };
  }

  async setSamples(files: readonly api.GivenFile[]): Promise<api.OpenedSamplesInfo> {
    const model = this.#opened();
    const samples = await this.#list([model, files], quietCall);
    this.#files = files;
    const { kind, items, classNames, count } = samples;
    return {
      kind,
      samples:
        items?.map(({ name, label }) => ({ name, ...(label !== undefined && { label }) })) ??
        Array.from({ length: count }, (_, i) => ({ name: `sample ${i}` })),
      ...(classNames && { classNames }),
    };
  }

  async guessPreprocess(_: unknown, call: WorkerCall): Promise<Guess | undefined> {
    const model = this.#opened();
    const guess = this.#fileGuess(model);
    if (guess === undefined) return undefined;
    const samples = await this.#list([model, this.#files], call);
    if (samples.kind !== 'pictures') return undefined;
    const { runtime } = this.#platform;
    const open = (preprocess: Preprocess) => this.#open(model, this.#files, preprocess);
    return probePreprocess(model.prepared.model, guess, { runtime, open, call });
  }

  async compute(settings: api.Settings, call: WorkerCall): Promise<api.Result> {
    const { name, bytes, prepared } = this.#opened();
    const float = prepared.model;
    const recipe = this.#recipeOf(settings.recipe);
    const samples = await this.#samplesFor(settings, call);
    const statistics = await this.#calibrate([float, samples], partOf(call, 0, calibrationShare));
    const { ranges, quantized } = await this.#quantize([float, statistics, recipe], call);
    const comparison = await this.#compare(
      [float, quantized.model, samples],
      partOf(call, calibrationShare, 1),
    );
    const done: Done = { name, recipe, float, statistics, ranges, quantized, samples };
    const file = await this.#exported(done, recipe);
    const report = createReport({
      ...done,
      comparison,
      files: { float: bytes, quantized: file.bytes },
      ...(samples.classNames && { classNames: samples.classNames }),
      notes: prepared.notes.map(({ text }) => text),
    });
    // The last chance to be cancelled: from here on this is the result that panels and exports refer to.
    await call.checkpoint();
    this.#done = done;
    return { settings, report, answers: answersOf(comparison.outputs.results, samples) };
  }

  layer(op: number): api.LayerDetail {
    const { float, quantized, statistics } = this.#computed();
    return layerDetail(op, { float, quantized: quantized.model, statistics });
  }

  async preview({ index, preprocess }: api.PreviewRequest, call: WorkerCall): Promise<api.Preview> {
    const [input] = inputsOf(this.#opened().prepared.model);
    const picture = await this.#picture(index);
    if (input === undefined) throw new Problem('model/inputs', 'The model has no input.');
    const preview = previewOf(picture, preprocess, input);
    call.transfer(preview.pixels.buffer);
    return preview;
  }

  async thumbnail(index: number, call: WorkerCall): Promise<api.Thumbnail> {
    const thumbnail = thumbnailOf(await this.#picture(index));
    call.transfer(thumbnail.bmp.buffer);
    return thumbnail;
  }

  async exportModel({ inputType, outputType }: api.ExportTypes, call: WorkerCall): Promise<api.ExportedFile> {
    const done = this.#computed();
    const file = await this.#exported(done, { ...done.recipe, inputType, outputType });
    call.transfer(file.bytes.buffer);
    return file;
  }

  ping(): Promise<string> {
    return this.#platform.life;
  }

  async #exported(done: Done, recipe: Recipe): Promise<api.ExportedFile> {
    const kernels = await this.#platform.kernels();
    return exportChecked({ ...done, recipe, kernels, shown: done.quantized.model });
  }

  #opened(): OpenModel {
    if (this.#model === undefined) throw new Problem('model/inputs', 'No model is open.');
    return this.#model;
  }

  #computed(): Done {
    if (this.#done === undefined) throw new Problem('model/inputs', 'Nothing has been computed yet.');
    return this.#done;
  }

  /** From the file alone. */
  #fileGuess({ prepared: { model } }: OpenModel): Guess | undefined {
    const graph = mainGraph(model);
    const [id] = graph.inputs;
    if (id === undefined) return undefined;
    const normalization = readTfliteMetadata(model)?.inputs[0]?.normalization;
    return guessPreprocess(tensorAt(graph, id), {
      rescalesInput: rescalesInput(graph, id),
      ...(normalization && { normalization }),
    });
  }

  #samplesFor({ preprocess }: api.Settings, call: WorkerCall): Promise<OpenedSamples> {
    if (this.#files.length === 0) throw new Problem('images/none', 'There are no pictures yet.');
    return this.#prepareSamples([this.#opened(), this.#files, this.#preprocessOf(preprocess)], call);
  }

  #open(
    { prepared }: OpenModel,
    files: readonly api.GivenFile[],
    preprocess: Preprocess | undefined,
  ): Promise<OpenedSamples> {
    const inputs = inputsOf(prepared.model);
    return openGivenSamples(files, {
      inputs,
      decode: this.#platform.decode,
      ...(preprocess && { preprocess }),
    });
  }

  async #picture(index: number): Promise<Picture> {
    const { items } = await this.#list([this.#opened(), this.#files], quietCall);
    const item = items?.[index];
    if (item === undefined) throw new Problem('images/none', `There is no picture ${index}.`, { index });
    return item.load();
  }
}

function inputsOf(model: Model): readonly Tensor[] {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => tensorAt(graph, id));
}

/** Worst first, each with its position among all that was given: results count only what could be used. */
function answersOf(results: readonly SampleResult[], { items }: OpenedSamples): readonly api.SampleAnswers[] {
  const positions = new Map(items?.map(({ name }, position) => [name, position]));
  return worstFirst(results).map(({ index, name, label, answers, error }) => ({
    index: positions.get(name) ?? index,
    name,
    ...(label !== undefined && { label }),
    ...(answers && { float: answers.reference.class, int8: answers.candidate.class }),
    ...(Number.isFinite(error.sqnr) && { sqnr: error.sqnr }),
  }));
}
