import { useEffect, useState } from 'react';
import type { Preprocess } from '../core/images/preprocess.ts';
import { asProblem, type Problem } from '../core/problem.ts';
import type { Recipe } from '../core/quantize/recipe.ts';
import type { Assessment } from '../core/targets/assess.ts';
import type { LayerDetail, Preview } from '../engine/api.ts';
import { worker } from './engine.ts';
import { useStudio } from './store.ts';

/** Addresses of thumbnails by position, made when they come near the screen. */
const thumbnails = new Map<number, Promise<string | undefined>>();

async function makeThumbnail(index: number): Promise<string | undefined> {
  try {
    const { bmp } = await worker().thumbnail(index);
    return URL.createObjectURL(new Blob([bmp], { type: 'image/bmp' }));
  } catch {
    // That a picture cannot be decoded is said elsewhere. A worker that was stopped may make it the next time.
    thumbnails.delete(index);
    return undefined;
  }
}

/** The address of a small picture. */
export function thumbnailUrl(index: number): Promise<string | undefined> {
  const known = thumbnails.get(index);
  if (known !== undefined) return known;
  const address = makeThumbnail(index);
  thumbnails.set(index, address);
  return address;
}

/** Other files, other pictures. */
export function forgetThumbnails(): void {
  for (const address of thumbnails.values()) {
    address.then((url) => url !== undefined && URL.revokeObjectURL(url));
  }
  thumbnails.clear();
}

/** Something that a panel looks at: kept, marked stale, while a newer one comes. */
export interface Detail<T> {
  readonly now?: T;
  readonly stale: boolean;
  readonly problem?: Problem;
}

function useFetched<T>(key: string, fetchIt: () => Promise<T>): Detail<T> {
  const [detail, setDetail] = useState<Detail<T>>({ stale: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is fetched; the function is new each time
  useEffect(() => {
    let wanted = true;
    setDetail((before) => ({ ...before, stale: true }));
    fetchIt().then(
      (now) => wanted && setDetail({ now, stale: false }),
      (error: unknown) => wanted && setDetail({ stale: false, problem: asProblem(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  return detail;
}

/** Large figures of op `op` of the last result. */
export function useLayerDetail(op: number): Detail<LayerDetail> {
  const result = useStudio((state) => state.result);
  const version = useVersion(result);
  return useFetched(`${op} ${version}`, () => worker().layer(op));
}

/** What the model gets of picture `index`. */
export function usePreview(index: number, preprocess: Preprocess): Detail<Preview> {
  const samples = useStudio((state) => state.samples);
  const version = useVersion(samples);
  const key = `${index} ${version} ${JSON.stringify(preprocess)}`;
  return useFetched(key, () => worker().preview({ index, preprocess }));
}

/** Where each op of the open model would run, as `recipe` quantizes it. */
export function useTargets(recipe: Recipe): Detail<Assessment> {
  const model = useStudio((state) => state.model);
  const version = useVersion(model);
  return useFetched(`${version} ${JSON.stringify(recipe)}`, () => worker().targets(recipe));
}

/** A number that grows with each new object. */
function useVersion(object: unknown): number {
  const [seen, setSeen] = useState({ object, version: 0 });
  if (seen.object === object) return seen.version;
  const next = { object, version: seen.version + 1 };
  setSeen(next);
  return next.version;
}
