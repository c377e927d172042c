/** Ops that only move elements, where these come in runs: PAD, slices, CONCATENATION, RESHAPE, blocks of pixels. */

import type { JoinParams } from '../core/execute/int8/kernel-params.ts';
import type { MovableArray, Step } from '../core/execute/int8/kernels.ts';
import type { FastOp } from './fast-op.ts';
import { elementSize, flipOf, type StoredImage } from './image.ts';
import type { Workspace } from './memory.ts';

/** Neighbouring elements that stay neighbours. Positions are elements of the plain tensors. */
interface Run {
  readonly to: number;
  readonly count: number;
  /** Where they come from; undefined for a run of the filler. */
  readonly from?: { readonly input: number; readonly at: number };
}

/** Shorter runs are as quick element by element. */
const WORTHWHILE = 8;

function runsOfTable(source: Int32Array): readonly Run[] {
  const runs: Run[] = [];
  let start = 0;
  for (let i = 1; i <= source.length; i++) {
    const [first, last, next] = [source[start] as number, source[i - 1] as number, source[i]];
    const continues = next !== undefined && (first < 0 ? next < 0 : next === last + 1);
    if (continues) continue;
    const from = first < 0 ? {} : { from: { input: 0, at: first } };
    runs.push({ to: start, count: i - start, ...from });
    start = i;
  }
  return runs;
}

function runsOfJoin({ sizes, count }: JoinParams): readonly Run[] {
  const runs: Run[] = [];
  let to = 0;
  for (let block = 0; block < count; block++) {
    sizes.forEach((size, input) => {
      runs.push({ to, count: size, from: { input, at: block * size } });
      to += size;
    });
  }
  return runs;
}

/** Elements of `image` that lie side by side from `position` on. */
function upToRowEnd({ format }: StoredImage, position: number): number {
  const row = format.width * format.channels;
  return row - (position % row);
}

/** The run in pieces that lie side by side in memory on both sides: [to, from, bytes], from 0 for the filler. */
function* pieces(run: Run, inputs: readonly StoredImage[], target: StoredImage): Generator<number> {
  const source = run.from && inputs[run.from.input];
  for (let done = 0; done < run.count; ) {
    const to = run.to + done;
    const at = (run.from?.at ?? 0) + done;
    const room = Math.min(upToRowEnd(target, to), source ? upToRowEnd(source, at) : Number.POSITIVE_INFINITY);
    const count = Math.min(room, run.count - done);
    yield target.addressOf(to);
    yield source ? source.addressOf(at) : 0;
    yield count * elementSize(target.format.form);
    done += count;
  }
}

interface Move {
  readonly runs: readonly Run[];
  readonly fill: number;
}

function bindMove(
  workspace: Workspace,
  { runs, fill }: Move,
  inputs: readonly StoredImage[],
  target: StoredImage,
): Step {
  const { form, kernels } = workspace;
  const list = Int32Array.from(runs.flatMap((run) => [...pieces(run, inputs, target)]));
  const address = workspace.place(list);
  const byte = (fill & 255) ^ flipOf(form);
  const word = form === 'i16' ? fill & 0xffff : byte * 0x101;
  return () => {
    target.drawBorder(workspace);
    kernels.move(address, list.length / 3, word);
  };
}

function fastRuns(move: Move, inputs: readonly MovableArray[], output: MovableArray): FastOp | undefined {
  const bytes = (array: MovableArray): array is Int8Array => array instanceof Int8Array;
  if (!bytes(output) || !inputs.every(bytes)) return undefined;
  if (output.length < WORTHWHILE * move.runs.length) return undefined;
  return {
    inputs: inputs.map((array) => ({ array })),
    output: { array: output },
    bind: (workspace, images, target) => bindMove(workspace, move, images, target),
  };
}

export function fastMove(
  { source, fill }: { readonly source: Int32Array; readonly fill: number },
  input: MovableArray,
  output: MovableArray,
): FastOp | undefined {
  return fastRuns({ runs: runsOfTable(source), fill }, [input], output);
}

export function fastJoin(
  params: JoinParams,
  inputs: readonly MovableArray[],
  output: MovableArray,
): FastOp | undefined {
  return fastRuns({ runs: runsOfJoin(params), fill: 0 }, inputs, output);
}
