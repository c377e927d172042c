/** Numbers as people read them; SI units, a comma between thousands, a full stop for decimals. */

const thousands = new Intl.NumberFormat('en');

export function formatCount(n: number): string {
  return thousands.format(n);
}

/** 3 significant digits: “98.2 kB”. Decimal units, 1 kB = 1,000 bytes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[step]}`;
}

/** A share of 0 to 1 in percent; small ones keep two digits, and what is not 0 never reads as 0. */
export function formatShare(share: number): string {
  if (share === 0) return '0 %';
  if (share < 0.0001) return '< 0.01 %';
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}

/** A real number in four significant digits. */
export function formatReal(x: number): string {
  return x === 0 ? '0' : String(Number(x.toPrecision(4)));
}

/** `undefined` reads as no error: the ratio is infinite. */
export function formatDecibels(sqnr: number | undefined): string {
  return sqnr === undefined ? 'exact' : `${sqnr.toFixed(1)} dB`;
}

export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds.toPrecision(2)} ms`;
}

/** “3 layers”, “1 layer”. */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(n)} ${n === 1 ? singular : plural}`;
}

/** How sentences name an op of the quantized model: by its number in the table, as tensor names run to hundreds of letters. */
export function opLabel({ op, kind }: { readonly op: number; readonly kind: string }): string {
  return `op ${op} ${kind}`;
}
