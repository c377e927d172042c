/** The loop of peak.ts, written out and compiled. */
import { type PeakKind, SUMS, UNROLLED } from './peak.ts';

/** A product that no sum enters would be taken out of the loop, so words are multiplied with it. */
const instructions = {
  i16: (a: string) => `${a} = i32x4.add(i32x4.dot_i16x8_s(${a}, w), x);`,
  dot: (a: string) => `${a} = i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, ${a});`,
} as const;

function sourceOf(kind: PeakKind): string {
  const all = Array.from({ length: SUMS }, (_, k) => `a${k}`);
  const round = all.map(instructions[kind]).join('\n    ');
  return `export function run(rounds: i32, seed: i32): i32 {
  const w = i32x4.splat(seed), x = i32x4.splat(seed + 1);
  let ${all.map((a, k) => `${a} = i32x4.splat(seed + ${k})`).join(', ')};
  do {
    ${Array.from({ length: UNROLLED }, () => round).join('\n    ')}
  } while (--rounds);
  return i32x4.extract_lane(${all.reduce((left, right) => `i32x4.add(${left}, ${right})`)}, 0);
}
`;
}

/** The WebAssembly module of the loop. */
export async function compilePeak(kind: PeakKind): Promise<Uint8Array> {
  const asc = (await import('assemblyscript/asc')).default;
  let module: Uint8Array | undefined;
  const features = kind === 'dot' ? 'simd,relaxed-simd' : 'simd';
  const flags = ['--runtime', 'stub', '--optimizeLevel', '2', '--enable', features];
  const { error, stderr } = await asc.main(['peak.ts', ...flags, '--outFile', 'peak.wasm'], {
    readFile: (name) => (name === 'peak.ts' ? sourceOf(kind) : null),
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') module = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || module === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return module;
}
