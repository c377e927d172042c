import type { Guess } from '../core/images/guess.ts';
import type { Preprocess } from '../core/images/preprocess.ts';
import type { Code, Details } from '../core/problem.ts';
import { defaultRecipe, type Recipe } from '../core/quantize/recipe.ts';
import type {
  ExportRequest,
  GivenFile,
  OpenedModel,
  OpenedSamplesInfo,
  OpenRequest,
  Result,
} from '../engine/api.ts';
import { type History, noHistory } from './history.ts';
import { type LayersRoute, layersRoute, type Route } from './routes.ts';

// What panels show of the worker's answers; they import from here and know no worker.
export type {
  ClassAnswer,
  ExportRequest,
  GivenFile,
  OnnxExport,
  Preview,
  Result,
  SampleAnswers,
  TfliteExport,
} from '../engine/api.ts';

/** A problem as the page keeps it. */
export interface ShownProblem {
  readonly code: Code;
  readonly message: string;
  readonly details: Details;
  /** What a click can do about it. */
  readonly remedy: 'restart' | 'compute' | 'sizes' | 'none';
}

export type Work =
  | { readonly kind: 'idle' }
  | { readonly kind: 'busy'; readonly fraction: number; readonly note: string };

export type ExportState =
  | { readonly kind: 'working' }
  | {
      readonly kind: 'ready';
      readonly name: string;
      readonly file: Blob;
      readonly checks: readonly string[];
    }
  | { readonly kind: 'failed'; readonly message: string };

/** What a person gave, kept so that a worker that died can be brought back to the same state. */
export interface Given {
  readonly model?: OpenRequest;
  readonly samples: readonly GivenFile[];
}

/** The page's state: summaries only, weights and large arrays stay in the worker. */
export interface State {
  readonly route: Route;
  /** The table of layers as it was last looked at, to which a layer's own screen leads back. */
  readonly layersRoute: LayersRoute;
  readonly work: Work;
  readonly problem?: ShownProblem;
  readonly given: Given;
  readonly model?: OpenedModel;
  readonly samples?: OpenedSamplesInfo;
  readonly guess?: Guess;
  readonly preprocess?: Preprocess;
  readonly recipe: Recipe;
  /** What a recipe file could not say, or what of it was not understood, in sentences. */
  readonly recipeNotes: readonly string[];
  /** Of preprocessing and recipe, for undo; of the open model only. */
  readonly history: History;
  /** The last good result, kept while another is computed or fails. */
  readonly result?: Result;
  /** Whether the list of shortcuts is open. */
  readonly keyboardHelp: boolean;
  readonly exporting?: { readonly request: ExportRequest; readonly state: ExportState };
}

export const initialState: State = {
  route: { screen: 'start' },
  layersRoute: layersRoute(),
  work: { kind: 'idle' },
  given: { samples: [] },
  recipe: defaultRecipe,
  recipeNotes: [],
  history: noHistory,
  keyboardHelp: false,
};
