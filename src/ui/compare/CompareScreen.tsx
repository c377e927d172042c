import { useMemo } from 'react';
import type { Result, SampleAnswers } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import { type ComparedPicture, CompareView } from './CompareView.tsx';

function comparedPicture(sample: SampleAnswers, classNames: readonly string[]): ComparedPicture {
  const { index, name, label, float, int8, sqnr } = sample;
  const nameOf = (number: number) => classNames[number] ?? `class ${number}`;
  const answered = float !== undefined && int8 !== undefined;
  return {
    index,
    name,
    label: label === undefined ? undefined : nameOf(label),
    answers: answered ? { float: nameOf(float), int8: nameOf(int8) } : undefined,
    sqnr,
  };
}

export function CompareScreen({ result }: { readonly result: Result }) {
  const withPictures = useStudio((state) => state.samples?.kind === 'pictures');
  const compared = useMemo(() => {
    const names = result.report.evaluation?.classNames ?? [];
    return result.answers.map((sample) => comparedPicture(sample, names));
  }, [result]);
  return <CompareView samples={compared} withPictures={withPictures} />;
}
