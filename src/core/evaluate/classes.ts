import { elementCount } from '../model/data.ts';
import { tensorAt } from '../model/graph.ts';
import type { Graph, Shape } from '../model/types.ts';

/**
 * Answers of classifiers. The answer is the class with the highest score and, among equals, the first, as NumPy's and
 * TensorFlow Lite's argmax say, so that figures compare with theirs. int8 scores tie often (two of 256 steps); how often
 * is therefore told beside every count.
 */
export function topClass(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

/** Whether another class scores as high as the answer, so that the answer was decided by order alone. */
export function isTie(scores: Float32Array): boolean {
  const best = scores[topClass(scores)] as number;
  return scores.indexOf(best) !== scores.lastIndexOf(best);
}

/** How many classes come before `label` in the order of scores, the first among equals first; 0 is the answer. */
export function rankOf(label: number, scores: Float32Array): number {
  const own = scores[label] as number;
  return scores.reduce((rank, score, i) => rank + (score > own || (score === own && i < label) ? 1 : 0), 0);
}

/** Top-5 accuracy is told from this many classes on; with fewer it says little. */
export const classesForTop5 = 10;

/** One score a class, in the last dimension; [1, 896, 1] are 896 places with one score each. */
function isVector(shape: Shape): boolean {
  const last = shape.at(-1) ?? 1;
  return last >= 2 && elementCount(shape) === last;
}

/**
 * Position in `graph.outputs` of the scores of a classifier: the first output whose only dimension other than 1 is the last.
 * `undefined` for other models; an output of an input's shape is a reconstruction (an autoencoder's), not scores.
 */
export function classOutput(graph: Graph): number | undefined {
  const inputs = graph.inputs.map((id) => tensorAt(graph, id).shape.join());
  const index = graph.outputs.findIndex((id) => {
    const { shape } = tensorAt(graph, id);
    return isVector(shape) && !inputs.includes(shape.join());
  });
  return index < 0 ? undefined : index;
}

/** How far a softmax's sum may be from 1: int8's rounds each of its classes to a step of 1/256. */
const sumTolerance = 0.02;

/** Whether scores can be read as probabilities: none is negative, and their sum is 1 but for rounding. */
export function areProbabilities(scores: Float32Array): boolean {
  const sum = scores.reduce((total, score) => total + score, 0);
  return Math.abs(sum - 1) <= sumTolerance && scores.every((score) => score >= 0);
}
