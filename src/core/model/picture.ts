/** A decoded picture, upright: 8-bit RGB, rows from top to bottom, 3 bytes a pixel, no alpha. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `width · height · 3` bytes. */
  readonly data: Uint8Array;
}

/**
 * Bytes of a picture file → its pixels.
 * @throws Problem `images/undecodable` with the reason.
 */
export type DecodePicture = (bytes: Uint8Array) => Promise<Picture>;
