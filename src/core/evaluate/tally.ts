import { Problem } from '../problem.ts';
import { classesForTop5, isTie, rankOf, topClass } from './classes.ts';
import { type Proportion, proportion } from './proportion.ts';

/** Right answers of one model, as far as samples had labels. */
export interface Accuracy {
  readonly top1: Proportion;
  /** Only from ten classes on. */
  readonly top5?: Proportion;
}

export interface ModelFigures {
  /** Absent without labels or for models that are no classifiers. */
  readonly accuracy?: Accuracy;
  /** Samples whose highest score two classes shared; absent for models that are no classifiers. */
  readonly ties?: number;
  /** How often each class was the answer; absent for models that are no classifiers. */
  readonly answers?: readonly number[];
  /** Mean time of one run here, not on a device. */
  readonly milliseconds: number;
}

/** What one model answered to one sample. */
export interface Answer {
  readonly class: number;
  /** Of that class. */
  readonly score: number;
  readonly tie: boolean;
}

function checkLabel(label: number, classes: number, sample: string): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  const text = `“${sample}” has the label ${label}, but the model has ${classes} classes, numbered from 0.`;
  throw new Problem('labels/invalid', text, { sample, label, classes });
}

/** Counts one model's answers while samples come. */
export class Tally {
  #milliseconds = 0;
  #runs = 0;
  #labelled = 0;
  #top1 = 0;
  #top5 = 0;
  #ties = 0;
  #answers: number[] | undefined;

  addRun(milliseconds: number): void {
    this.#milliseconds += milliseconds;
    this.#runs++;
  }

  /**
   * @param scores - one a class.
   * @throws Problem `labels/invalid` for a label that no class has.
   */
  addScores(scores: Float32Array, sample: { readonly name: string; readonly label?: number }): Answer {
    const top = topClass(scores);
    const answer = { class: top, score: scores[top] as number, tie: isTie(scores) };
    this.#answers ??= Array.from(scores, () => 0);
    this.#answers[answer.class] = (this.#answers[answer.class] ?? 0) + 1;
    if (answer.tie) this.#ties++;
    const { name, label } = sample;
    if (label === undefined) return answer;
    checkLabel(label, scores.length, name);
    const rank = rankOf(label, scores);
    this.#labelled++;
    if (rank < 1) this.#top1++;
    if (rank < 5) this.#top5++;
    return answer;
  }

  figures(): ModelFigures {
    const answers = this.#answers;
    return {
      ...(this.#labelled > 0 && { accuracy: this.#accuracy() }),
      ...(answers !== undefined && { ties: this.#ties, answers }),
      milliseconds: this.#milliseconds / this.#runs,
    };
  }

  #accuracy(): Accuracy {
    const top1 = proportion(this.#top1, this.#labelled);
    const many = (this.#answers?.length ?? 0) >= classesForTop5;
    return { top1, ...(many && { top5: proportion(this.#top5, this.#labelled) }) };
  }
}
