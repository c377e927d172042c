/** A place where TensorFlow Lite's kernels are wrong, and what ours do there. */
export interface KnownBug {
  readonly op: string;
  readonly theirs: string;
  readonly ours: string;
  /** The file that shows it, and words in it by which to find the place. */
  readonly shownBy: readonly [file: string, words: string];
}

export const knownBugs: readonly KnownBug[] = [
  {
    op: 'SUM int8, int16',
    theirs: 'the reference kernel reads the data as uint8',
    ours: 'LiteRT’s optimized kernel, whose numbers the golden data are',
    shownBy: ['tests/int8-golden.test.ts', 'SUM is no kernel of the reference'],
  },
  {
    op: 'SOFTMAX int8',
    theirs: 'the reference kernel aborts the process at 512 equal maxima in a row',
    ours: 'runs on, and stays a distribution',
    shownBy: ['src/core/execute/int8/reference/kernels.test.ts', 'where TensorFlow Lite aborts, at 512'],
  },
  {
    op: 'DIV int8',
    theirs: 'looks for the byte 0 in the divisor, not for the zero point, and divides by zero',
    ours: 'ends the run with a problem',
    shownBy: ['tests/int8-golden.test.ts', 'DIV refuses the value that stands for zero'],
  },
  {
    op: 'DIV int8',
    theirs: 'shifts by more than 31 bits where a quotient is far below one step: 0 / d may be one step',
    ours: 'the same bits, as x86, AArch64 and WebAssembly compute them',
    shownBy: ['src/core/execute/int8/ops/pairs.ts', 'RoundingDivideByPOT beyond the shift of 31'],
  },
  {
    op: 'ADD int8',
    theirs: 'aborts the process where the output scale is far too small for the inputs',
    ours: 'refuses the model with a problem',
    shownBy: ['src/core/execute/int8/ops/arithmetic.ts', 'TensorFlow Lite aborts the process here'],
  },
  {
    op: 'BATCH_MATMUL',
    theirs: 'with adj_x and a right operand stretched over the batch, reads memory that is not its own',
    ours: 'stretches the operand',
    shownBy: ['tests/kernel-forms.test.ts', 'under adj_x, where TensorFlow is wrong'],
  },
  {
    op: 'BATCH_MATMUL int8',
    theirs: 'XNNPACK ignores the zero point of a right operand that is an activation',
    ours: 'the reference kernel’s arithmetic',
    shownBy: ['tests/litert-modes.test.ts', 'in which XNNPACK ignores a zero point'],
  },
  {
    op: 'DEPTHWISE_CONV_2D hybrid',
    theirs: 'reads a weight scale for each channel where there is one',
    ours: 'refuses the form; files that the quantizer writes do not have it',
    shownBy: ['src/core/execute/hybrid/index.ts', 'reads a scale for each channel'],
  },
  {
    op: 'CONV_2D hybrid, int4',
    theirs: 'a grouped layer with one weight scale answers nonsense',
    ours: 'computes it as with int8 weights',
    shownBy: ['tests/litert-modes.test.ts', 'LiteRT takes a grouped layer with one int4 scale'],
  },
  {
    op: 'ADD_N, CUMSUM int8',
    theirs: 'a sum starts with what the stored 0 stands for: with a zero point z, z input steps too small',
    ours: 'the same, because devices answer so',
    shownBy: [
      'src/core/execute/int8/ops/running-sums.test.ts',
      'a sum starts with what the stored 0 stands for',
    ],
  },
];
