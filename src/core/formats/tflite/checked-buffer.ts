import { ByteBuffer, type Offset } from 'flatbuffers';
import { Problem } from '../../problem.ts';

/**
 * A ByteBuffer that refuses positions and lengths outside the file. The flatbuffers runtime does not verify: it reads
 * zeros behind the end and would loop over vectors of four billion elements that a damaged length announces.
 */
export class CheckedByteBuffer extends ByteBuffer {
  #visits = 0;

  override __indirect(offset: Offset): Offset {
    return this.#inside(super.__indirect(offset), 4);
  }

  override __vector(offset: Offset): Offset {
    return this.#inside(super.__vector(offset), 0);
  }

  override __vector_len(offset: Offset): Offset {
    const length = super.__vector_len(offset) >>> 0;
    const start = super.__vector(offset);
    this.#inside(start + length, 0);
    // Overlapping vectors could multiply one small file into billions of visits; no honest file repeats itself so.
    this.#visits += length;
    if (this.#visits > 64 * this.capacity() + 65_536) {
      throw new Problem('file/invalid', 'The file refers to its own parts over and over; it is damaged.');
    }
    return length;
  }

  override __string(offset: Offset, encoding?: unknown): string | Uint8Array {
    const start = this.#inside(offset + this.readInt32(offset), 4);
    this.#inside(start + 4 + this.readInt32(start), 0);
    return super.__string(offset, encoding as undefined);
  }

  #inside(position: number, size: number): number {
    if (position < 0 || position + size > this.capacity()) {
      throw new Problem(
        'file/truncated',
        `The file is cut off or damaged: it points to byte ${position}, but has ${this.capacity()}.`,
        { position, bytes: this.capacity() },
      );
    }
    return position;
  }
}
