export type PictureKind = 'png' | 'jpeg' | 'webp' | 'bmp' | 'gif' | 'svg' | 'tiff' | 'avif' | 'heic' | 'ico';

/** Bytes as Latin-1 text, for looking at signatures. */
export function latin1(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

/** What kind of picture begins with these bytes; `undefined` for none that we know. At most 1,024 bytes are looked at. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const start = latin1(bytes, 0, 16);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^RIFF....WEBP/s.test(start)) return 'webp';
  if (/^GIF8[79]a/.test(start)) return 'gif';
  // The bytes at 6 to 9 are reserved: "BM" alone would also be the start of a text.
  if (/^BM.{4}\0{4}/s.test(start)) return 'bmp';
  if (/^(II\*\0|MM\0\*)/.test(start)) return 'tiff';
  if (/^....ftypavi[fs]/s.test(start)) return 'avif';
  if (/^....ftyp(hei|hev|mif)/s.test(start)) return 'heic';
  if (start.startsWith('\0\0\x01\0')) return 'ico';
  if (
    /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/is.test(
      latin1(bytes, 0, 1024),
    )
  )
    return 'svg';
  return undefined;
}
