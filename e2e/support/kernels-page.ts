import { detectMachine, type Form } from '../../src/kernels/machine.ts';
import { kernelProperties, type Subject } from '../../tests/support/kernel-properties/index.ts';

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

/** What failed, by subject and property; and what was tried. */
async function checkKernels(runs: number) {
  const bytesOf = async (name: string) =>
    new Uint8Array(await (await fetch(`/kernels/${name}.wasm`)).arrayBuffer());
  const machine = detectMachine({ baseline: await bytesOf('baseline'), relaxed: await bytesOf('relaxed') });
  const results = subjectsOf(machine).flatMap((subject) =>
    kernelProperties.map((property) => {
      const name = `${subject.name}: ${property.name}`;
      try {
        property.check(subject, runs);
        return { name };
      } catch (error) {
        return { name, failure: String(error) };
      }
    }),
  );
  return { form: machine.form, build: machine.build, results };
}

declare global {
  interface Window {
    checkKernels: typeof checkKernels;
  }
}
window.checkKernels = checkKernels;
