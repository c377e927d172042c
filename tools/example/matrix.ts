/** A matrix inside `data`: element (row, column) lies at `offset` + row · `rowStep` + column · `columnStep`. */
export interface Matrix {
  readonly data: Float64Array;
  readonly offset: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

export interface ProductSize {
  readonly rows: number;
  /** Columns of `a`, rows of `b`. */
  readonly inner: number;
  readonly columns: number;
}

/**
 * out += a · b. Four columns at a time, which is what makes plain TypeScript fast enough here; in the last block a column
 * may stand more than once and is then written alike more than once.
 */
export function addProduct(out: Matrix, a: Matrix, b: Matrix, { rows, inner, columns }: ProductSize): void {
  for (let column = 0; column < columns; column += 4) {
    const left = columns - 1 - column;
    const block = {
      column,
      inner,
      second: Math.min(1, left),
      third: Math.min(2, left),
      fourth: Math.min(3, left),
    };
    for (let row = 0; row < rows; row++) addFour(out, a, b, row, block);
  }
}

interface Block {
  readonly column: number;
  readonly inner: number;
  /** How far the second, third and fourth column lie from the first. */
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
}

// Five parameters, because an object per row would be made in the innermost loop but one.
function addFour(
  out: Matrix,
  a: Matrix,
  b: Matrix,
  row: number,
  { column, inner, second, third, fourth }: Block,
): void {
  const { data: left, columnStep: leftStep } = a;
  const { data: right, rowStep: rightStep } = b;
  const d1 = second * b.columnStep;
  const d2 = third * b.columnStep;
  const d3 = fourth * b.columnStep;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let from = a.offset + row * a.rowStep;
  let to = b.offset + column * b.columnStep;
  for (let k = 0; k < inner; k++) {
    const value = left[from] as number;
    s0 += value * (right[to] as number);
    s1 += value * (right[to + d1] as number);
    s2 += value * (right[to + d2] as number);
    s3 += value * (right[to + d3] as number);
    from += leftStep;
    to += rightStep;
  }
  const place = out.offset + row * out.rowStep + column * out.columnStep;
  const p1 = place + second * out.columnStep;
  const p2 = place + third * out.columnStep;
  const p3 = place + fourth * out.columnStep;
  // All are read before one is written, because repeated columns are the same place.
  const o0 = out.data[place] as number;
  const o1 = out.data[p1] as number;
  const o2 = out.data[p2] as number;
  const o3 = out.data[p3] as number;
  out.data[place] = o0 + s0;
  out.data[p1] = o1 + s1;
  out.data[p2] = o2 + s2;
  out.data[p3] = o3 + s3;
}
