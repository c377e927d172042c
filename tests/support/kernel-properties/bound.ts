/** One op in a memory of its own, beside the reference. */
import type { ByteArray, Step } from '../../../src/core/execute/int8/kernels.ts';
import type { FastOp, Use } from '../../../src/kernels/fast-op.ts';
import { type Border, noBorder, StoredImage, widest } from '../../../src/kernels/image.ts';
import type { Machine } from '../../../src/kernels/machine.ts';
import { Workspace } from '../../../src/kernels/memory.ts';

const GUARD = 64;

interface Placement {
  readonly machine: Machine;
  /** Borders that the activations have beyond what the op asks for. */
  readonly spare: Border;
}

/** Runs an op in a memory of its own; gives its output and throws where it touched what is not its own. */
function runBound(op: FastOp, { machine, spare }: Placement): Int8Array {
  const workspace = new Workspace(machine);
  workspace.attend();
  const guards: number[] = [];
  const place = ({ array, dimensions, border, zeroPoint = 0 }: Use): StoredImage => {
    const flat = { batch: 1, height: 1, width: 1, channels: array.length };
    const all = border === 'none' ? noBorder : widest(border ?? noBorder, dimensions ? spare : noBorder);
    const format = { ...(dimensions ?? flat), border: all, form: machine.form, zeroPoint };
    const bytes = StoredImage.bytesOf(format);
    const address = workspace.reserve(bytes + 2 * GUARD) + GUARD;
    guards.push(address - GUARD, address + bytes);
    return new StoredImage(format, address);
  };
  const inputs = op.inputs.map(place);
  const target = place(op.output);
  const step = op.bind(workspace, inputs, target);
  workspace.staging(Math.max(op.output.array.length, ...op.inputs.map(({ array }) => array.length)));
  const run = (pattern: number): Int8Array => {
    for (const guard of guards) workspace.bytes(guard, GUARD).fill(pattern);
    inputs.forEach((image, k) => {
      image.store(workspace, op.inputs[k]?.array as ByteArray);
    });
    step();
    for (const guard of guards)
      if (workspace.bytes(guard, GUARD).some((byte) => byte !== pattern))
        throw new Error('a guard was written');
    const output = new Int8Array(op.output.array.length);
    target.load(workspace, output);
    return output;
  };
  const first = run(0xa5);
  if (run(0x3c).some((value, i) => value !== first[i])) throw new Error('what lies outside matters');
  return first;
}

export function expectSame(
  op: FastOp | undefined,
  reference: Step,
  placement: Placement,
  may: 'refuse' | 'never',
): void {
  if (op === undefined) {
    if (may === 'never') throw new Error('there is no fast kernel for this form');
    return;
  }
  reference();
  const wanted = op.output.array;
  const got = runBound(op, placement);
  const different = got.findIndex((value, i) => value !== ((wanted[i] as number) << 24) >> 24);
  if (different >= 0)
    throw new Error(`element ${different} of ${got.length} is ${got[different]}, not ${wanted[different]}`);
}
