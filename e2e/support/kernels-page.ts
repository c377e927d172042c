import { fastKernels } from '../../src/kernels/create.ts';
import { detectMachine, type Form, type Machine, withThreads } from '../../src/kernels/machine.ts';
import { compareGolden, type GoldenModel } from '../../tests/support/golden-models.ts';
import {
  kernelProperties,
  type Property,
  type Subject,
} from '../../tests/support/kernel-properties/index.ts';
import { pageHelper } from '../../tests/support/page-helper.ts';
import { always, sharing, WaitingPool } from '../../tests/support/waiting-pool.ts';

const all = [-128, 127] as const;

/**
 * Every form that can be tried on this machine. A form whose products are not exact everywhere here is held to values for
 * which they are: no pair of products of bytes with weights up to 64 saturates, and bytes up to 127 have no sign.
 */
function subjectsOf(machine: Subject['machine']): readonly Subject[] {
  const other = (form: Form) => ({ ...machine, form });
  const words: Subject = { name: 'relaxed build, words', machine: other('i16'), weights: all, inputs: all };
  const unsigned: Subject = {
    name: 'relaxed build, unsigned bytes',
    machine: other('u8'),
    weights: machine.form === 'u8' ? all : [-64, 64],
    inputs: all,
  };
  const signed: Subject = {
    name: 'relaxed build, signed bytes',
    machine: other('s8'),
    weights: all,
    inputs: machine.form === 's8' ? all : [0, 127],
  };
  return machine.form === 's8' ? [words, signed] : [words, unsigned, signed];
}

async function bytesOf(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(`/kernels/${name}.wasm`)).arrayBuffer());
}

async function detected(): Promise<Machine> {
  return detectMachine({ baseline: await bytesOf('baseline'), relaxed: await bytesOf('relaxed') });
}

/** What failed, by subject and property; and what was tried. */
function check(subjects: readonly Subject[], properties: readonly Property[], runs: number) {
  return subjects.flatMap((subject) =>
    properties.map((property) => {
      const name = `${subject.name}: ${property.name}`;
      try {
        property.check(subject, runs);
        return { name };
      } catch (error) {
        return { name, failure: String(error) };
      }
    }),
  );
}

async function checkKernels(runs: number) {
  const machine = await detected();
  return {
    form: machine.form,
    build: machine.build,
    results: check(subjectsOf(machine), kernelProperties, runs),
  };
}

/** A busy page starts no thread, so one helper sees all memories of a batch; more than a hundred have no room. */
const BATCH = 60;

/** The same on two threads; `chunks` counts the parts of calls that the second one computed. */
async function checkThreads() {
  const machine = await detected();
  const build = await bytesOf(`${machine.build}-threads`);
  const results: { readonly name: string; readonly failure?: string }[] = [];
  let chunks = 0;
  for (const subject of subjectsOf(machine)) {
    for (const property of kernelProperties) {
      const pool = new WaitingPool(await pageHelper('/kernels/helper.js'), 1, Number.POSITIVE_INFINITY);
      const threaded = sharing(withThreads(subject.machine, build, pool), always);
      results.push(...check([{ ...subject, machine: threaded }], [property], BATCH));
      chunks += pool.chunks;
      pool.dispose();
    }
  }
  return { build: machine.build, chunks, results };
}

/** A golden model on two threads of the build that this browser runs. */
async function checkGolden(model: GoldenModel) {
  const machine = await detected();
  const pool = new WaitingPool(await pageHelper('/kernels/helper.js'), 1);
  const threaded = sharing(withThreads(machine, await bytesOf(`${machine.build}-threads`), pool), always);
  const { equal, differs } = await compareGolden(model, fastKernels(threaded));
  const { chunks } = pool;
  pool.dispose();
  return { equal, differs, chunks };
}

declare global {
  interface Window {
    checkKernels: typeof checkKernels;
    checkThreads: typeof checkThreads;
    checkGolden: typeof checkGolden;
  }
}
window.checkKernels = checkKernels;
window.checkThreads = checkThreads;
window.checkGolden = checkGolden;
