import { useMemo } from 'react';
import { replaceRoute } from '../../app/navigate.ts';
import type { Route } from '../../app/routes.ts';
import type { ClassAnswer, Result, SampleAnswers } from '../../app/state.ts';
import { useStudio } from '../../app/store.ts';
import * as numbers from '../parts/numbers.ts';
import { type ComparedPicture, CompareView } from './CompareView.tsx';

/** Class names, and what a score is. */
interface Scale {
  readonly classNames: readonly string[];
  readonly probabilities: boolean;
}

function comparedPicture(sample: SampleAnswers, { classNames, probabilities }: Scale): ComparedPicture {
  const { index, name, label, float, int8, sqnr } = sample;
  const nameOf = (number: number) => classNames[number] ?? `class ${number}`;
  const answer = ({ class: number, score }: ClassAnswer) => ({
    name: nameOf(number),
    score: probabilities ? numbers.share(score) : numbers.real(score),
  });
  return {
    index,
    name,
    label: label === undefined ? undefined : nameOf(label),
    answers: float && int8 && { float: answer(float), int8: answer(int8) },
    sqnr,
  };
}

interface Props {
  readonly result: Result;
  readonly route: Route & { readonly screen: 'compare' };
}

export function CompareScreen({ result, route }: Props) {
  const withPictures = useStudio((state) => state.samples?.kind === 'pictures');
  const compared = useMemo(() => {
    const scale = {
      classNames: result.report.evaluation?.classNames ?? [],
      probabilities: result.probabilities,
    };
    return result.answers.map((sample) => comparedPicture(sample, scale));
  }, [result]);
  return (
    <CompareView
      samples={compared}
      withPictures={withPictures}
      filter={route.show}
      onFilter={(show) => replaceRoute({ ...route, show })}
    />
  );
}
