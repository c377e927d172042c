import { useState } from 'react';
import { openFiles, setPreprocess } from '../../app/actions.ts';
import { usePreview } from '../../app/details.ts';
import { useStudio } from '../../app/store.ts';
import type { Preprocess } from '../../core/images/preprocess.ts';
import { Notice } from '../parts/Notice.tsx';
import { NoResult } from '../work/NoResult.tsx';
import { PicturesView } from './PicturesView.tsx';
import { PreviewPair } from './PreviewPair.tsx';

export function PicturesScreen() {
  const samples = useStudio((state) => state.samples);
  const preprocess = useStudio((state) => state.preprocess);
  const guess = useStudio((state) => state.guess);
  const skipped = useStudio((state) => state.result?.report.calibration.skipped);
  const [selected, setSelected] = useState(0);
  if (samples === undefined) return <NoResult />;
  const tiles = samples.samples.map(({ name, label }, index) => ({
    index,
    name,
    label: label === undefined ? undefined : samples.classNames?.[label],
  }));
  const name = tiles[selected]?.name ?? '';
  return (
    <PicturesView
      pictures={tiles}
      withPictures={samples.kind === 'pictures'}
      skipped={skipped ?? []}
      selected={selected}
      onSelect={setSelected}
      onFiles={openFiles}
      preprocess={samples.kind === 'pictures' ? preprocess : undefined}
      onPreprocess={setPreprocess}
      guess={guess}
      preview={preprocess && <LivePreview index={selected} name={name} preprocess={preprocess} />}
    />
  );
}

interface LivePreviewProps {
  readonly index: number;
  readonly name: string;
  readonly preprocess: Preprocess;
}

function LivePreview({ index, name, preprocess }: LivePreviewProps) {
  const { now, problem } = usePreview(index, preprocess);
  if (problem) return <Notice tone="bad" title={problem.message} />;
  return <PreviewPair index={index} name={name} preview={now} />;
}
