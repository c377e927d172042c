import type { EvaluationFacts, Report } from '../../core/report/report.ts';
import { Figure } from '../parts/Figure.tsx';
import * as numbers from '../parts/numbers.ts';
import { PairBars } from '../parts/PairBars.tsx';
import { quantizedWord } from '../parts/quantized-word.ts';
import { Thumbnail } from '../parts/Thumbnail.tsx';
import styles from './FourFigures.module.css';
import { changeOf, hitsOf, intervalOf } from './figures.ts';

interface Props {
  readonly report: Report;
  /** Position among the pictures of the worst one; `undefined` where samples are no pictures. */
  readonly worstPicture: number | undefined;
}

/** Size, agreement, worst picture and time: each says what it was measured on. */
export function FourFigures({ report, worstPicture }: Props) {
  const { files, evaluation, recipe } = report;
  const word = quantizedWord(recipe);
  return (
    <dl className={styles.figures}>
      <Figure
        label="Size"
        value={changeOf(files.float.bytes, files.quantized.bytes)}
        note={`Compressed by gzip: ${numbers.bytes(files.float.gzip)} → ${numbers.bytes(files.quantized.gzip)}`}
      >
        <PairBars
          word={word}
          float={files.float.bytes}
          quantized={files.quantized.bytes}
          format={numbers.bytes}
        />
      </Figure>
      {evaluation && <Agreement evaluation={evaluation} word={word} />}
      {evaluation && <Worst evaluation={evaluation} picture={worstPicture} />}
      {evaluation && (
        <Figure
          label="Time"
          value={`${numbers.milliseconds(evaluation.quantized.milliseconds)} a picture`}
          note="In this page; int8 may use several threads, float one. Not a measure of your device"
        >
          <PairBars
            word={word}
            float={evaluation.float.milliseconds}
            quantized={evaluation.quantized.milliseconds}
            format={numbers.milliseconds}
          />
        </Figure>
      )}
    </dl>
  );
}

interface AgreementProps {
  readonly evaluation: EvaluationFacts;
  /** One word for the quantized model. */
  readonly word: string;
}

function Agreement({ evaluation, word }: AgreementProps) {
  const { agreement, float, quantized, outputs, samples } = evaluation;
  if (agreement === undefined) {
    const ratios = outputs.map(({ sqnr }) => numbers.decibels(sqnr)).join(', ');
    return (
      <Figure
        label="Output against its error"
        value={ratios}
        note={`Signal-to-noise ratio on ${samples} pictures`}
      />
    );
  }
  const [right, rightQuantized] = [float.accuracy?.top1, quantized.accuracy?.top1];
  return (
    <Figure
      label="Same answer as the float model"
      value={hitsOf(agreement)}
      note={`True rate likely ${intervalOf(agreement)} (95 % confidence)`}
    >
      {right && rightQuantized && (
        <PairBars
          word={word}
          float={right.hits}
          quantized={rightQuantized.hits}
          format={(hits) => `${hits} of ${right.total} right`}
        />
      )}
    </Figure>
  );
}

interface WorstProps {
  readonly evaluation: EvaluationFacts;
  readonly picture: number | undefined;
}

function Worst({ evaluation, picture }: WorstProps) {
  const { worst, classNames = [] } = evaluation;
  const [sample] = worst;
  if (sample === undefined) return null;
  const { answers, error, name } = sample;
  const nameOf = (number: number) => classNames[number] ?? `class ${number}`;
  const changed = answers !== undefined && answers.float !== answers.quantized;
  const answer = changed ? `${nameOf(answers.float)} became ${nameOf(answers.quantized)}` : 'same answer';
  return (
    <Figure label="Worst picture" value={numbers.decibels(error.sqnr)} note={`${name}: ${answer}`}>
      {picture !== undefined && <Thumbnail index={picture} size={44} />}
    </Figure>
  );
}
