/** What moves or maps single elements between the plain form (int8, no border) and the stored one. */
import { loadOne, storeOne } from "./elements";

/** Rows of plain int8 into stored rows. */
export function pack(source: usize, target: usize, rows: i32, elements: i32, targetRow: i32, flip: i32, wide: i32): void {
  const mask = i8x16.splat(<i8>flip);
  while (rows--) {
    let n = elements, t = target;
    while (n >= 16) {
      const x = v128.load(source);
      if (wide) {
        v128.store(t, i16x8.extend_low_i8x16_s(x));
        v128.store(t, i16x8.extend_high_i8x16_s(x), 16);
        t += 32;
      } else {
        v128.store(t, v128.xor(x, mask));
        t += 16;
      }
      source += 16;
      n -= 16;
    }
    while (n > 0) {
      if (wide) storeOne<i16>(t, load<i8>(source), 0);
      else storeOne<u8>(t, load<i8>(source), flip);
      t += wide ? 2 : 1;
      source++;
      n--;
    }
    target += targetRow;
  }
}

/** Stored rows back into plain int8. */
export function unpack(source: usize, target: usize, rows: i32, elements: i32, sourceRow: i32, flip: i32, wide: i32): void {
  const mask = i8x16.splat(<i8>flip);
  while (rows--) {
    let n = elements, s = source;
    while (n >= 16) {
      if (wide) {
        v128.store(target, i8x16.narrow_i16x8_s(v128.load(s), v128.load(s, 16)));
        s += 32;
      } else {
        v128.store(target, v128.xor(v128.load(s), mask));
        s += 16;
      }
      target += 16;
      n -= 16;
    }
    while (n > 0) {
      if (wide) store<i8>(target, loadOne<i16>(s, 0));
      else store<i8>(target, loadOne<u8>(s, flip));
      s += wide ? 2 : 1;
      target++;
      n--;
    }
    source += sourceRow;
  }
}

/**
 * Rows through a table of 256 entries, indexed by the low byte of the stored form; the entries are stored forms.
 */
export function lookup(table: usize, source: usize, target: usize, rows: i32, elements: i32, sourceRow: i32, targetRow: i32, wide: i32): void {
  while (rows--) {
    if (wide) {
      for (let i = 0; i < elements; i++) {
        const entry = load<i16>(table + 2 * <usize>load<u8>(source + 2 * i));
        store<i16>(target + 2 * i, entry);
      }
    } else {
      for (let i = 0; i < elements; i++) store<u8>(target + i, load<u8>(table + <usize>load<u8>(source + i)));
    }
    source += sourceRow;
    target += targetRow;
  }
}

function fill(at: usize, count: i32, pattern: v128): void {
  while (count >= 16) {
    v128.store(at, pattern);
    at += 16;
    count -= 16;
  }
  let rest = i64x2.extract_lane(pattern, 0);
  while (count >= 8) {
    store<i64>(at, rest);
    at += 8;
    count -= 8;
  }
  while (count > 0) {
    store<u8>(at++, rest);
    rest = rotr<i64>(rest, 8);
    count--;
  }
}

/** Pieces [to, from, bytes] are copied, or filled with `word`, two stored elements or one, where `from` is 0. */
export function move(pieces: usize, count: i32, word: i32): void {
  const pattern = i16x8.splat(<i16>word);
  while (count--) {
    const to = <usize>load<i32>(pieces), from = <usize>load<i32>(pieces, 4), bytes = load<i32>(pieces, 8);
    if (!from) fill(to, bytes, pattern);
    else if (bytes >= 64) memory.copy(to, from, bytes);
    else for (let i = 0; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
    pieces += 12;
  }
}

/**
 * The border around an image of `rows` rows: `before` bytes ahead of the first row, `between` behind each row but the
 * last, `after` behind the last one. `word` is two bytes of stored zero point.
 */
export function border(image: usize, rows: i32, rowBytes: i32, before: i32, between: i32, after: i32, word: i32): void {
  const pattern = i16x8.splat(<i16>word);
  fill(image - before, before, pattern);
  while (--rows) {
    image += rowBytes;
    fill(image, between, pattern);
    image += between;
  }
  fill(image + rowBytes, after, pattern);
}
