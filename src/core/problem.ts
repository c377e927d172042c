/** Every way in which an input, a setting or a computation can fail, as `area/what`. */
export type Code =
  | 'usage'
  | 'file/unreadable'
  | 'file/unwritable'
  | 'file/empty'
  | 'file/unknown'
  | 'file/truncated'
  | 'file/other-kind'
  | 'file/invalid'
  | 'model/invalid'
  | 'model/unsupported-op'
  | 'model/dynamic-shape'
  | 'model/not-finite'
  | 'model/already-quantized'
  | 'model/inputs'
  | 'model/external-data'
  | 'recipe/invalid'
  | 'quantize/unsupported'
  | 'images/undecodable'
  | 'images/none'
  | 'images/shape'
  | 'labels/invalid'
  | 'range/missing'
  | 'range/not-finite'
  | 'compute/out-of-memory'
  | 'compute/runtime'
  | 'compute/cancelled'
  | 'compute/stopped'
  | 'export/refused'
  | 'internal';

/** Facts about a problem, plain JSON: file, tensor, op, offset, what was expected. */
export type Details = Readonly<Record<string, unknown>>;

/**
 * The one error class for what can go wrong with a person's input. The message states what and where in one or two
 * plain sentences, and what to do when there is something to do. Any other exception is a bug.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: Code;
  readonly details: Details;

  constructor(code: Code, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** `error` itself when it is a `Problem`, else an `internal` one that carries its text. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Problem('internal', `Internal error. ${text}`, { cause: text });
}
