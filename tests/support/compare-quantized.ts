import { writeTflite } from '../../src/core/formats/tflite/write.ts';
import { mainGraph, opName, tensorAt } from '../../src/core/model/graph.ts';
import type { Graph, Model, Tensor, TensorId } from '../../src/core/model/types.ts';
import { matchGraphs } from './match-graphs.ts';

/** What a difference between our quantized model and TensorFlow's is about. */
export type Aspect = 'scale' | 'zero point' | 'weights' | 'bias' | 'constant' | 'version' | 'structure';

export interface Difference {
  readonly aspect: Aspect;
  readonly text: string;
}

export interface Comparison {
  /** How many items of each aspect were compared and equal. */
  readonly equal: Readonly<Partial<Record<Aspect, number>>>;
  readonly differences: readonly Difference[];
  /** Size of our file over TensorFlow's. */
  readonly bytesRatio: number;
  /** Our tensor for each of theirs. */
  readonly toOurs: ReadonlyMap<TensorId, TensorId>;
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

function constantAspect(tensor: Tensor): Aspect {
  if (tensor.dtype === 'int8' && tensor.quant?.zeroPoint.every((z) => z === 0)) return 'weights';
  return (tensor.dtype === 'int32' || tensor.dtype === 'int64') && tensor.quant !== undefined
    ? 'bias'
    : 'constant';
}

function tensorChecks(ours: Tensor, theirs: Tensor): readonly (readonly [Aspect, boolean])[] {
  const checks: [Aspect, boolean][] = [
    ['structure', ours.dtype === theirs.dtype && ours.shape.join() === theirs.shape.join()],
  ];
  if (ours.quant !== undefined || theirs.quant !== undefined) {
    const axisMatters = (theirs.quant?.scale.length ?? 0) > 1;
    checks.push(['scale', ours.quant?.scale.join() === theirs.quant?.scale.join()]);
    checks.push(['zero point', ours.quant?.zeroPoint.join() === theirs.quant?.zeroPoint.join()]);
    checks.push(['structure', !axisMatters || ours.quant?.axis === theirs.quant?.axis]);
  }
  if (ours.data !== undefined || theirs.data !== undefined) {
    checks.push([constantAspect(theirs), sameBytes(ours.data, theirs.data)]);
  }
  return checks;
}

class Tally {
  readonly equal: Partial<Record<Aspect, number>> = {};
  readonly differences: Difference[] = [];

  add(aspect: Aspect, equal: boolean, text: () => string): void {
    if (equal) this.equal[aspect] = (this.equal[aspect] ?? 0) + 1;
    else this.differences.push({ aspect, text: text() });
  }
}

function describeTensor({ name, quant }: Tensor): string {
  return `“${name.slice(-40)}” scale ${quant?.scale[0]} zero point ${quant?.zeroPoint[0]}`;
}

function runtimeVersion(model: Model): string {
  const entry = model.metadata.find(({ name }) => name === 'min_runtime_version');
  return Buffer.from(entry?.data ?? [])
    .toString()
    .replace(/\0+$/, '');
}

function compareTensors(ours: Graph, theirs: Graph, tally: Tally): ReadonlyMap<TensorId, TensorId> {
  const match = matchGraphs(ours, theirs);
  for (const [a, b] of match.tensors) {
    const [our, their] = [tensorAt(ours, a), tensorAt(theirs, b)];
    for (const [aspect, equal] of tensorChecks(our, their)) {
      tally.add(aspect, equal, () => `ours ${describeTensor(our)}, theirs ${describeTensor(their)}`);
    }
  }
  for (const [our, their] of match.ops) {
    tally.add(
      'version',
      our.version === their.version,
      () => `${opName(our)}: ours ${our.version}, theirs ${their.version}`,
    );
  }
  for (const op of match.unmatchedOurs) tally.add('structure', false, () => `only in ours: ${opName(op)}`);
  for (const op of match.unmatchedTheirs)
    tally.add('structure', false, () => `only in theirs: ${opName(op)}`);
  return new Map(match.tensors.map(([a, b]) => [b, a]));
}

/** Compares everything that a quantizer decides: types, scales, zero points, constants, operator and runtime versions. */
export function compareQuantized(ours: Model, theirs: Model, theirBytes: number): Comparison {
  const tally = new Tally();
  const toOurs = compareTensors(mainGraph(ours), mainGraph(theirs), tally);
  const [our, their] = [runtimeVersion(ours), runtimeVersion(theirs)];
  tally.add('version', our === their, () => `min_runtime_version: ours ${our}, theirs ${their}`);
  const { equal, differences } = tally;
  return { equal, differences, bytesRatio: writeTflite(ours).length / theirBytes, toOurs };
}
