/** The result of a command, on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Something the person should know besides the result, on stderr, so that stdout stays machine-readable. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** JSON alone on stdout. NaN and infinities, which JSON lacks, become null. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}
