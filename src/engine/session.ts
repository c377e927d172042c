import { calibrate } from '../core/calibrate/calibrate.ts';
import { noStatistics, type Statistics } from '../core/calibrate/statistics.ts';
import { partOf, quietCall } from '../core/call.ts';
import { readTfliteMetadata } from '../core/formats/tflite/metadata/read.ts';
import { type Guess, guessPreprocess, rescalesInput } from '../core/images/guess.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import { mainGraph, tensorAt } from '../core/model/graph.ts';
import type { Picture } from '../core/model/picture.ts';
import type { Model, Tensor } from '../core/model/types.ts';
import { probePreprocess } from '../core/pipeline/probe-preprocess.ts';
import {
  calibrates,
  compareIfPossible,
  lackOfSamples,
  recipeNotes,
} from '../core/pipeline/quantize-model.ts';
import { Problem } from '../core/problem.ts';
import { type Quantized, quantize } from '../core/quantize/quantize.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import { checkRecipe } from '../core/quantize/select.ts';
import { chooseRanges, type Ranges } from '../core/ranges/choose.ts';
import { createReport } from '../core/report/create.ts';
import type { OpenedSamples } from '../core/samples/deliver.ts';
import { type Assessment, assessTargets } from '../core/targets/assess.ts';
import { answersOf, samplesInfo } from './answers.ts';
import type * as api from './api.ts';
import { exportFile, usualExport } from './export-file.ts';
import { type OpenModel, openGivenModel } from './given-model.ts';
import { openGivenSamples } from './given-samples.ts';
import { layerDetail } from './layer-detail.ts';
import { previewOf } from './preview.ts';
import { recognize, remember } from './remember.ts';
import type { Methods, WorkerCall } from './rpc.ts';
import type { Platform } from './session-platform.ts';
import { thumbnailOf } from './thumbnail.ts';

/** What is open: a model and, once there are some, files with samples. */
interface Opened {
  readonly model: OpenModel;
  readonly files: readonly api.GivenFile[];
}

/** Everything that the last successful computation left behind. */
interface Done {
  readonly opened: Opened;
  /** Of the float model's file. */
  readonly name: string;
  readonly recipe: Recipe;
  readonly float: Model;
  readonly statistics: Statistics;
  readonly ranges: Ranges;
  readonly quantized: Quantized;
  /** Absent where the recipe needed none and none were given. */
  readonly samples?: OpenedSamples;
}

/** What the studio shows is what a microcontroller answers. */
const arithmetic = 'tflm';

/** Share of the work that calibrating takes: one tapped float run a sample of about three runs in all. */
const calibrationShare = 0.4;

/**
 * The open model and samples, and the result of each step, so that an edit redoes only what became stale. What was opened
 * last is on trial until there is a result of it: panels look at what the last result was made from.
 */
export class Session implements Methods<api.EngineApi> {
  readonly #platform: Platform;
  #open: Opened | undefined;
  #done: Done | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  readonly #preprocessOf = recognize<Preprocess | undefined>();
  readonly #recipeOf = recognize<Recipe>();

  /** What panels look at. Apart from the samples that are computed with, which another preprocessing would replace. */
  readonly #list = remember(([model, files]: readonly [OpenModel, readonly api.GivenFile[]]) =>
    this.#samplesIn({ model, files }, this.#fileGuess(model)?.preprocess),
  );
  readonly #prepareSamples = remember(
    ([model, files, preprocess]: readonly [OpenModel, readonly api.GivenFile[], Preprocess | undefined]) =>
      this.#samplesIn({ model, files }, preprocess),
  );
  readonly #calibrate = remember(([model, samples]: readonly [Model, OpenedSamples], call) =>
    calibrate(model, samples, { runtime: this.#platform.runtime, call }),
  );
  readonly #quantize = remember(async ([model, statistics, recipe]: readonly [Model, Statistics, Recipe]) => {
    const ranges = chooseRanges(model, statistics, recipe.calibrator);
    return { ranges, quantized: quantize(model, ranges, recipe) };
  });
  readonly #compare = remember(
    async ([float, quantized, samples]: readonly [Model, Model, OpenedSamples | undefined], call) => {
      const { runtime, now } = this.#platform;
      const kernels = await this.#platform.kernels();
      return compareIfPossible({ float, quantized, samples }, { runtime, kernels, arithmetic, now, call });
    },
  );

  async open(request: api.OpenRequest, call: WorkerCall): Promise<api.OpenedModel> {
    const { info, ...opened } = await openGivenModel(request, this.#platform.runtime);
    // Another file may have been given while this one was read.
    await call.checkpoint();
    this.#open = { model: opened, files: this.#open?.files ?? [] };
    return info;
  }

  async setSamples(files: readonly api.GivenFile[], call: WorkerCall): Promise<api.OpenedSamplesInfo> {
    const { model } = this.#opened();
    const samples = await this.#list([model, files], quietCall);
    await call.checkpoint();
    this.#open = { model, files };
    return samplesInfo(samples);
  }

  forget(): void {
    this.#done = undefined;
  }

  revert(): void {
    this.#open = this.#done?.opened ?? this.#open;
  }

  async guessPreprocess(_: unknown, call: WorkerCall): Promise<Guess | undefined> {
    const opened = this.#opened();
    const { model, files } = opened;
    const guess = this.#fileGuess(model);
    if (guess === undefined) return undefined;
    const samples = await this.#list([model, files], call);
    if (samples.kind !== 'pictures') return undefined;
    const { runtime } = this.#platform;
    const open = (preprocess: Preprocess) => this.#samplesIn(opened, preprocess);
    return probePreprocess(model.prepared.model, guess, { runtime, open, call });
  }

  async compute(settings: api.Settings, call: WorkerCall): Promise<api.Result> {
    const opened = this.#opened();
    const { name, bytes, prepared, notes } = opened.model;
    const float = prepared.model;
    const recipe = this.#recipeOf(settings.recipe);
    // What the recipe cannot be done with is refused before a single run.
    checkRecipe(mainGraph(float), recipe);
    const samples = await this.#samplesFor(opened, settings, call);
    const measured = samples !== undefined && calibrates(recipe);
    const share = measured ? calibrationShare : 0;
    const statistics = measured
      ? await this.#calibrate([float, samples], partOf(call, 0, share))
      : noStatistics;
    const { ranges, quantized } = await this.#quantize([float, statistics, recipe], call);
    const { comparison, note } = await this.#compare(
      [float, quantized.model, samples],
      partOf(call, share, 1),
    );
    const done: Done = {
      opened,
      name,
      recipe,
      float,
      statistics,
      ranges,
      quantized,
      ...(samples && { samples }),
    };
    const file = await exportFile(done, usualExport(done), { platform: this.#platform, call });
    const report = createReport({
      ...done,
      ...(comparison && { comparison }),
      files: { float: bytes, quantized: file.bytes },
      ...(samples?.classNames && { classNames: samples.classNames }),
      notes: [
        ...notes,
        ...[...prepared.notes, ...recipeNotes(float, recipe), ...note].map(({ text }) => text),
      ],
    });
    // The last chance to be cancelled: from here on this is the result that panels and exports refer to.
    await call.checkpoint();
    this.#done = done;
    const { results = [], probabilities = false } = comparison?.outputs ?? {};
    return { settings, report, probabilities, answers: answersOf(results, samples) };
  }

  needsSamples(recipe: Recipe): boolean {
    return lackOfSamples(this.#opened().model.prepared.model, recipe) !== undefined;
  }

  targets(recipe: Recipe): Assessment {
    return assessTargets(this.#shown().model.model, recipe);
  }

  layer(op: number): api.LayerDetail {
    const { float, quantized, statistics } = this.#computed();
    return layerDetail(op, { float, quantized: quantized.model, statistics });
  }

  async preview({ index, preprocess }: api.PreviewRequest, call: WorkerCall): Promise<api.Preview> {
    const [input] = inputsOf(this.#shown().model.prepared.model);
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

  async exportModel(request: api.ExportRequest, call: WorkerCall): Promise<api.ExportedFile> {
    const done = this.#computed();
    const file = await exportFile(done, request, { platform: this.#platform, call });
    call.transfer(file.bytes.buffer);
    return file;
  }

  ping(): Promise<string> {
    return this.#platform.life;
  }

  #opened(): Opened {
    if (this.#open === undefined) throw new Problem('model/inputs', 'No model is open.');
    return this.#open;
  }

  /** What panels look at. */
  #shown(): Opened {
    return this.#done?.opened ?? this.#opened();
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

  async #samplesFor(
    { model, files }: Opened,
    { preprocess, recipe }: api.Settings,
    call: WorkerCall,
  ): Promise<OpenedSamples | undefined> {
    if (files.length > 0) return this.#prepareSamples([model, files, this.#preprocessOf(preprocess)], call);
    const lack = lackOfSamples(model.prepared.model, recipe);
    if (lack !== undefined) throw lack;
    return undefined;
  }

  #samplesIn({ model, files }: Opened, preprocess: Preprocess | undefined): Promise<OpenedSamples> {
    const inputs = inputsOf(model.prepared.model);
    return openGivenSamples(files, {
      inputs,
      decode: this.#platform.decode,
      ...(preprocess && { preprocess }),
    });
  }

  async #picture(index: number): Promise<Picture> {
    const { model, files } = this.#shown();
    const { items } = await this.#list([model, files], quietCall);
    const item = items?.[index];
    if (item === undefined) throw new Problem('images/none', `There is no picture ${index}.`, { index });
    return item.load();
  }
}

function inputsOf(model: Model): readonly Tensor[] {
  const graph = mainGraph(model);
  return graph.inputs.map((id) => tensorAt(graph, id));
}
