import { useEffect, useState } from 'react';
import type { Preprocess } from '../core/images/preprocess.ts';
import { asProblem, type Problem } from '../core/problem.ts';
import type { LayerDetail, Preview } from '../engine/api.ts';
import { worker } from './engine.ts';
import { useStudio } from './store.ts';

/** Addresses of thumbnails by position, made when they come near the screen. */
const thumbnails = new Map<number, Promise<string>>();

/** The address of a small picture. */
export function thumbnailUrl(index: number): Promise<string | undefined> {
  const known = thumbnails.get(index);
  if (known !== undefined) return known;
  const address = worker()
    .thumbnail(index)
    .then(({ bmp }) => URL.createObjectURL(new Blob([bmp], { type: 'image/bmp' })));
  thumbnails.set(index, address);
  // A picture that cannot be decoded has no thumbnail; that it was skipped is said elsewhere.
  return address.catch(() => undefined);
}

/** Other files, other pictures. */
export function forgetDetails(): void {
  for (const address of thumbnails.values()) address.then(URL.revokeObjectURL, () => {});
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
  return useFetched(`${index} ${JSON.stringify(preprocess)}`, () => worker().preview({ index, preprocess }));
}

/** A number that grows with each new object. */
function useVersion(object: unknown): number {
  const [seen, setSeen] = useState({ object, version: 0 });
  if (seen.object === object) return seen.version;
  const next = { object, version: seen.version + 1 };
  setSeen(next);
  return next.version;
}
